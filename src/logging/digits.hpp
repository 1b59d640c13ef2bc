// Numbers of a fixed width.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace ctx::log::detail {

inline constexpr auto decimal_pairs = [] {
    std::array<char, 200> table{};
    for (std::size_t i = 0; i < 100; ++i) {
        table[2 * i] = static_cast<char>('0' + i / 10);
        table[2 * i + 1] = static_cast<char>('0' + i % 10);
    }
    return table;
}();

/// Writes the last `Digits` digits of `value`. @return the end.
template <std::size_t Digits>
char* put_digits(char* out, std::uint32_t value) noexcept {
    static_assert(Digits % 2 == 0);
    for (std::size_t i = Digits; i > 0; i -= 2, value /= 100)
        std::memcpy(out + i - 2, &decimal_pairs[2 * (value % 100)], 2);
    return out + Digits;
}

}  // namespace ctx::log::detail
