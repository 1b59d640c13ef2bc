// ctx/logging/json_check.hpp: whether a text is one JSON value that may stand in a line.
//
//     ctx::log::is_json_line_value(R"({"items":[1,2]})");      // true
//     ctx::log::is_json_line_value("{\n}");                    // false: two lines
//     ctx::log::is_json_line_value(R"("a" , "b":1)");          // false: more than one
//
// Threads   Pure.
// Errors    Any bytes are accepted; at most 32 arrays and objects inside each other.
// Cost      One pass.

#pragma once

#include <ctx/export.hpp>

#include <string_view>

namespace ctx::log {

/// True for exactly one value of RFC 8259 in UTF-8 whose surrogates are in pairs, without raw control
/// characters: neither C0, nor DEL, C1, U+2028 and U+2029.
[[nodiscard]] CTX_EXPORT bool is_json_line_value(std::string_view text) noexcept;

}  // namespace ctx::log
