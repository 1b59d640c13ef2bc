// Small text helpers that the codecs share.

#pragma once

#include <ctx/propagation/carrier_view.hpp>

#include <cstddef>
#include <optional>
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

constexpr char to_lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

/// @param lower  in lower case.
constexpr bool equals_ignoring_case(std::string_view text, std::string_view lower) noexcept {
    return same_header(text, lower);
}

/// Takes the text up to `separator`, or all of it, off the front of `rest`.
constexpr std::string_view next_part(std::string_view& rest, char separator) noexcept {
    const std::size_t end = rest.find(separator);
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return part;
}

/// The first line of a header, without white space around it: what counts where a format does not
/// say more.
inline std::optional<std::string_view> first_line(const CarrierReader& from,
                                                  std::string_view name) {
    std::optional<std::string_view> first;
    from.find(name, [&first](std::string_view line) {
        if (!first) first = trim_ows(line);
    });
    return first;
}

}  // namespace ctx::detail
