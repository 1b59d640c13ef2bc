// Reads and writes hexadecimal digits eight at a time, without branches: about half the time of a
// table for the 50 digits of a traceparent (bench/propagation_bench).

#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace ctx::detail {

constexpr std::uint64_t every_byte(std::uint64_t value) noexcept {
    return value * 0x0101010101010101U;
}

/// The first character in the lowest byte.
inline std::uint64_t load_word(const char* in) noexcept {
    std::uint64_t word;
    std::memcpy(&word, in, sizeof word);
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    return word;
}

inline void store_word(std::uint64_t word, char* out) noexcept {
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    std::memcpy(out, &word, sizeof word);
}

/// The top bit of each byte is set where the byte is one of 0-9 and a-f, when no byte is above
/// 0x7f: adding (0x80 - c) to a byte sets its top bit from c on, and never carries.
constexpr std::uint64_t hex_bytes(std::uint64_t word) noexcept {
    const std::uint64_t digit = (word + every_byte(0x80 - '0')) & ~(word + every_byte(0x80 - ':'));
    const std::uint64_t letter = (word + every_byte(0x80 - 'a')) & ~(word + every_byte(0x80 - 'g'));
    return (digit | letter) & ~word;
}

/// The number that eight lower-case digits write. `good` loses its top bits where there is another
/// character.
inline std::uint32_t read_hex_word(const char* in, std::uint64_t& good) noexcept {
    const std::uint64_t word = load_word(in);
    good &= hex_bytes(word);
    // Letters have bit 6 set and count from 9 + 1.
    std::uint64_t nibbles = (word & every_byte(0x0f)) + (word >> 6 & every_byte(1)) * 9;
    nibbles = (nibbles << 4 | nibbles >> 8) & 0x00ff00ff00ff00ffU;
    nibbles = (nibbles | nibbles >> 8) & 0x0000ffff0000ffffU;
    nibbles |= nibbles >> 16;
    return __builtin_bswap32(static_cast<std::uint32_t>(nibbles));
}

inline std::uint64_t read_hex_words(const char* in, std::uint64_t& good) noexcept {
    const std::uint64_t high = read_hex_word(in, good);
    return high << 32 | read_hex_word(in + 8, good);
}

constexpr bool all_hex(std::uint64_t good) noexcept {
    return (good & every_byte(0x80)) == every_byte(0x80);
}

/// Writes eight lower-case digits.
inline void write_hex_word(std::uint32_t value, char* out) noexcept {
    std::uint64_t word = __builtin_bswap32(value);
    word = (word | word << 16) & 0x0000ffff0000ffffU;
    word = (word | word << 8) & 0x00ff00ff00ff00ffU;
    word = (word >> 4 & every_byte(0x0f)) | (word & 0x000f000f000f000fU) << 8;
    word &= every_byte(0x0f);
    const std::uint64_t letters = (word + every_byte(6)) >> 4 & every_byte(1);
    store_word(word + every_byte('0') + letters * ('a' - '0' - 10), out);
}

inline void write_hex_words(std::uint64_t value, char* out) noexcept {
    write_hex_word(static_cast<std::uint32_t>(value >> 32), out);
    write_hex_word(static_cast<std::uint32_t>(value), out + 8);
}

}  // namespace ctx::detail
