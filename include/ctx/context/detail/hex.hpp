// Hexadecimal digits of ids.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace ctx::detail {

/// Two digits per byte value, so that a byte is one two-byte copy.
inline constexpr auto hex_pairs = [] {
    std::array<char, 512> table{};
    constexpr char digits[] = "0123456789abcdef";
    for (std::size_t i = 0; i < 256; ++i) {
        table[2 * i] = digits[i >> 4];
        table[2 * i + 1] = digits[i & 15];
    }
    return table;
}();

/// The value of a lower-case hex digit; 0xff for every other byte, upper case included.
inline constexpr auto hex_values = [] {
    std::array<std::uint8_t, 256> table{};
    table.fill(0xff);
    for (unsigned i = 0; i < 10; ++i)
        table['0' + i] = static_cast<std::uint8_t>(i);
    for (unsigned i = 0; i < 6; ++i)
        table['a' + i] = static_cast<std::uint8_t>(10 + i);
    return table;
}();

inline void write_hex_byte(std::uint8_t byte, char* out) noexcept {
    std::memcpy(out, &hex_pairs[2 * static_cast<std::size_t>(byte)], 2);
}

/// Writes 16 digits, all at once: vectors of g++ and clang++ need no header and no certain processor.
inline void write_hex_u64(std::uint64_t value, char* out) noexcept {
    using Bytes = unsigned char __attribute__((vector_size(16)));
    using Words = std::uint64_t __attribute__((vector_size(16)));
    const Words words{__builtin_bswap64(value), 0};
    const auto high = reinterpret_cast<Bytes>(words >> 4) & 15;
    const auto low = reinterpret_cast<Bytes>(words) & 15;
    const Bytes digits =
        __builtin_shufflevector(high, low, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const auto letters = reinterpret_cast<Bytes>(digits > 9) & ('a' - '0' - 10);
    const Bytes text = digits + '0' + letters;
    std::memcpy(out, &text, sizeof text);
}

/// Reads 16 digits. @return false when one of them is not a lower-case hex digit.
inline bool read_hex_u64(const char* in, std::uint64_t& value) noexcept {
    std::uint64_t result = 0;
    unsigned bad = 0;
    for (int i = 0; i < 16; ++i) {
        const std::uint8_t digit = hex_values[static_cast<unsigned char>(in[i])];
        bad |= digit;
        result = result << 4 | (digit & 15U);
    }
    value = result;
    return (bad & 0xf0U) == 0;
}

}  // namespace ctx::detail
