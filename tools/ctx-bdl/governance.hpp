// What the attributes of fields become.

#pragma once

#include "ast.hpp"
#include "cpp_types.hpp"
#include "layout.hpp"

namespace ctx::bdlc {

/// The numbers of a bag's fields, by their places in it.
void write_indexes(Layout& out, const Object& bag);

/// The function fields(), if a field has attributes.
void write_governed_fields(Layout& out, const Object& bag, const CppTypes& types);

}  // namespace ctx::bdlc
