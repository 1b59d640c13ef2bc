// Hexadecimal digits as they are usually read: one by one, through a table.

#pragma once

#include <ctx/context/detail/hex.hpp>

#include <cstdint>

namespace ctx::bench {

/// Reads 16 digits. @return false when one of them is not a lower-case hex digit.
inline bool read_hex_by_table(const char* in, std::uint64_t& value) noexcept {
    std::uint64_t result = 0;
    unsigned bad = 0;
    for (int i = 0; i < 16; ++i) {
        const std::uint8_t digit = detail::hex_values[static_cast<unsigned char>(in[i])];
        bad |= digit;
        result = result << 4 | (digit & 15U);
    }
    value = result;
    return (bad & 0xf0U) == 0;
}

}  // namespace ctx::bench
