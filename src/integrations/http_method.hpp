// The methods that OpenTelemetry shows by name: RFC 9110 and RFC 5789.

#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace ctx::detail {

inline constexpr std::array<std::string_view, 9> known_methods{
    "CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"};

/// The place in known_methods, or behind its end.
[[nodiscard]] inline std::uint8_t index_of_method(std::string_view method) noexcept {
    return static_cast<std::uint8_t>(std::find(known_methods.begin(), known_methods.end(), method) -
                                     known_methods.begin());
}

[[nodiscard]] inline bool is_known_method(std::string_view method) noexcept {
    return index_of_method(method) < known_methods.size();
}

}  // namespace ctx::detail
