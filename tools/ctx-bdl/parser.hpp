// Reads the grammar of Tracing Plane's Baggage Definition Language, with these extensions: the
// types min<T>, max<T>, last<T> and callpath<N>, and attributes in brackets.

#pragma once

#include "ast.hpp"
#include "diagnostics.hpp"

#include <memory>

namespace ctx::bdlc {

/// So deep may `<` nest: the format has 16 levels, of which the bag takes one.
inline constexpr unsigned max_levels = 15;

/// Total: whatever the text is, a tree of what could be read. After an error reading goes on at
/// the next field or object, so that one run tells every error.
[[nodiscard]] std::unique_ptr<File> parse(SourceText source, Diagnostics& diagnostics);

}  // namespace ctx::bdlc
