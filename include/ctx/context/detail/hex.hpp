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

// Vectors of g++ and clang++ need no header and no certain processor. Written for little-endian
// words, as everything here that reads several bytes at once.
using HexBytes = unsigned char __attribute__((vector_size(16)));
using HexWords = std::uint64_t __attribute__((vector_size(16)));

/// Writes 16 digits, all at once.
inline void write_hex_u64(std::uint64_t value, char* out) noexcept {
    const HexWords words{__builtin_bswap64(value), 0};
    const auto high = reinterpret_cast<HexBytes>(words >> 4) & 15;
    const auto low = reinterpret_cast<HexBytes>(words) & 15;
    const HexBytes digits =
        __builtin_shufflevector(high, low, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const auto letters = reinterpret_cast<HexBytes>(digits > 9) & ('a' - '0' - 10);
    const HexBytes text = digits + '0' + letters;
    std::memcpy(out, &text, sizeof text);
}

/// Reads 16 digits, all at once. `bad` gets bits where one is not a lower-case hex digit.
inline std::uint64_t read_hex_u64(const char* in, HexBytes& bad) noexcept {
    using Pairs = std::uint16_t __attribute__((vector_size(16)));
    using Packed = unsigned char __attribute__((vector_size(8)));
    HexBytes text;
    std::memcpy(&text, in, sizeof text);
    const HexBytes digits = text - '0';
    const HexBytes letters = text - ('a' - 10);
    const auto is_digit = reinterpret_cast<HexBytes>(digits < 10);
    const auto is_letter = reinterpret_cast<HexBytes>(letters - 10 < 6);
    bad |= ~(is_digit | is_letter);
    const auto pairs = reinterpret_cast<Pairs>((digits & is_digit) | (letters & is_letter));
    const auto packed = __builtin_convertvector((pairs << 4 | pairs >> 8) & 0xff, Packed);
    std::uint64_t value = 0;
    std::memcpy(&value, &packed, sizeof value);
    return __builtin_bswap64(value);
}

inline bool is_any(HexBytes bad) noexcept {
    const auto words = reinterpret_cast<HexWords>(bad);
    return (words[0] | words[1]) != 0;
}

/// Reads 16 digits. @return false when one of them is not a lower-case hex digit.
inline bool read_hex_u64(const char* in, std::uint64_t& value) noexcept {
    HexBytes bad{};
    value = read_hex_u64(in, bad);
    return !is_any(bad);
}

}  // namespace ctx::detail
