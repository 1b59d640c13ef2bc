// Patterns of Dimension::matching().

#pragma once

#include <string_view>

namespace ctx::detail {

/// Whether all of `text` has the form of `pattern`: `*` any bytes, `?` one byte. Takes at most
/// pattern times text steps.
[[nodiscard]] inline bool matches(std::string_view pattern, std::string_view text) noexcept {
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;  // the last one, which may take more
    std::size_t taken = 0;                      // up to where in the text it reaches
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            taken = t;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++taken;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

}  // namespace ctx::detail
