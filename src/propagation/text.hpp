// Small text helpers that the codecs share.

#pragma once

#include <string_view>

namespace ctx::detail {

constexpr bool is_ows(char c) noexcept {
    return c == ' ' || c == '\t';
}

/// Without the spaces and tabs at both ends (RFC 9110 5.6.3, OWS).
constexpr std::string_view trim_ows(std::string_view text) noexcept {
    while (!text.empty() && is_ows(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_ows(text.back()))
        text.remove_suffix(1);
    return text;
}

}  // namespace ctx::detail
