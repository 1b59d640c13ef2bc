// Small text helpers that the codecs share.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/propagation/carrier_view.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
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

inline std::string lower_case(std::string_view text) {
    std::string result{text};
    for (char& c : result)
        c = to_lower(c);
    return result;
}

/// What every HTTP stack lets through (RFC 9110 5.5 without obs-text and tabs).
constexpr bool is_printable(std::string_view text) noexcept {
    for (const char c : text) {
        if (c < ' ' || c > '~') return false;
    }
    return true;
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

/// Leaves none of these headers.
inline void remove_all(std::span<const std::string_view> names, const CarrierWriter& into) {
    for (const std::string_view name : names)
        into.remove(name);
}

/// Whether there is a span that a callee could be a child of.
inline bool has_span(ContextView context) noexcept {
    return context.trace_id().is_valid() && context.span_id().is_valid();
}

}  // namespace ctx::detail
