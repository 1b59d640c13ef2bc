// Lists of values with weights in HTTP headers (RFC 9110 sections 5.6 and 12.4), without allocation.

#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace ctx::detail {

/// What is looked at of one header.
inline constexpr std::size_t max_header_bytes = 4096;

/// @param b  in lower case.
inline bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const char upper = a[i];
        const char lower = upper >= 'A' && upper <= 'Z' ? static_cast<char>(upper + 32) : upper;
        if (lower != b[i]) return false;
    }
    return true;
}

inline std::string_view trimmed(std::string_view text) noexcept {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

/// Cuts off what stands before the next `separator` that is not within quotes.
inline std::string_view next_part(std::string_view& rest, char separator) noexcept {
    bool quoted = false;
    std::size_t i = 0;
    for (; i < rest.size(); ++i) {
        if (quoted && rest[i] == '\\') {
            ++i;
        } else if (rest[i] == '"') {
            quoted = !quoted;
        } else if (rest[i] == separator && !quoted) {
            break;
        }
    }
    if (i > rest.size()) i = rest.size();
    const std::string_view part = rest.substr(0, i);
    rest.remove_prefix(i < rest.size() ? i + 1 : i);
    return trimmed(part);
}

/// RFC 9110 section 12.4.2: 0 to 1 with up to three decimals, in thousandths.
inline std::optional<int> parse_weight(std::string_view text) noexcept {
    if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return {};
    int weight = (text[0] - '0') * 1000;
    if (text.size() > 1 && text[1] != '.') return {};
    int unit = 100;
    for (std::size_t i = 2; i < text.size(); ++i, unit /= 10) {
        if (text[i] < '0' || text[i] > '9') return {};
        weight += (text[i] - '0') * unit;
    }
    if (weight > 1000) return {};
    return weight;
}

}  // namespace ctx::detail
