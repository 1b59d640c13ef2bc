// Stands in between. Knows no tool, no bag and no schema.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace two_tools {

/// One `x-baggage` header for two answers, of at most `max_bytes` before it became text.
[[nodiscard]] std::string combine(std::string_view a, std::string_view b, std::size_t max_bytes);

}  // namespace two_tools
