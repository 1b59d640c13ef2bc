// What no header and no line of a log may hold as it is.

#pragma once

namespace ctx::detail {

/// A control character of ASCII: also a tab, and DEL.
constexpr bool is_control(char c) noexcept {
    return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
}

}  // namespace ctx::detail
