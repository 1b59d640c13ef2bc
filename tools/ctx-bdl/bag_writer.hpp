// The class of a bag.

#pragma once

#include "ast.hpp"
#include "completeness.hpp"
#include "layout.hpp"

namespace ctx::bdlc {

void write_bag(Layout& out, const File& file, const Object& bag, const Completeness& names);

/// The bodies that write_bag() only declared: they need classes that come later.
void write_late_bodies(Layout& out, const File& file, const Object& bag, const Completeness& names);

}  // namespace ctx::bdlc
