// ctx/baggage/detail/varint.hpp: the length prefix of an atom (Protocol Buffers base-128).

#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace ctx::detail {

/// Longest form that is read (ten bytes carry 64 bits) and longest that is written here.
inline constexpr std::size_t max_varint_bytes = 10;

/// Bytes of the shortest form of `value`.
[[nodiscard]] constexpr std::size_t varint_size(std::uint64_t value) noexcept {
    std::size_t size = 1;
    while (value >= 0x80) {
        value >>= 7;
        ++size;
    }
    return size;
}

/// Writes the shortest form and returns the position behind it; `out` must have room for it.
constexpr char* write_varint(char* out, std::uint64_t value) noexcept {
    while (value >= 0x80) {
        *out++ = static_cast<char>((value & 0x7f) | 0x80);
        value >>= 7;
    }
    *out++ = static_cast<char>(value);
    return out;
}

enum class VarintError : std::uint8_t { none, truncated, out_of_range };

struct Varint {
    std::uint64_t value = 0;
    std::size_t consumed = 0;  // bytes read; 0 after an error
    VarintError error = VarintError::none;
};

/// The low seven bits of each of eight bytes, side by side.
[[nodiscard]] constexpr std::uint64_t join_sevens(std::uint64_t bytes) noexcept {
    bytes = (bytes & 0x007f007f007f007f) | (bytes & 0x7f007f007f007f00) >> 1;
    bytes = (bytes & 0x00003fff00003fff) | (bytes & 0x3fff00003fff0000) >> 2;
    return (bytes & 0x000000000fffffff) | (bytes & 0x0fffffff00000000) >> 4;
}

/// Reads one varint. Forms longer than needed are accepted up to ten bytes; a value that does
/// not fit 64 bits, or is more than `max`, is out of range.
[[nodiscard]] constexpr Varint read_varint(std::string_view bytes,
                                           std::uint64_t max = ~std::uint64_t{0}) noexcept {
    std::uint64_t value = 0;
    std::size_t read = 0;
    if (!std::is_constant_evaluated() && std::endian::native == std::endian::little &&
        bytes.size() >= sizeof value) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data(), sizeof word);
        // Where the first byte without the top bit is.
        const std::uint64_t last = ~word & 0x8080808080808080;
        if (last != 0) {
            const std::uint64_t through_last = last ^ (last - 1);
            value = join_sevens(word & through_last);
            return value <= max
                       ? Varint{value, static_cast<std::size_t>(std::countr_zero(last)) / 8 + 1,
                                VarintError::none}
                       : Varint{0, 0, VarintError::out_of_range};
        }
        value = join_sevens(word);
        read = sizeof word;
    }
    for (std::size_t i = read; i < max_varint_bytes; ++i) {
        if (i == bytes.size()) {
            return {0, 0, VarintError::truncated};
        }
        const auto byte = static_cast<unsigned char>(bytes[i]);
        if (i == max_varint_bytes - 1 && byte > 1) {
            break;
        }
        value |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            return value <= max ? Varint{value, i + 1, VarintError::none}
                                : Varint{0, 0, VarintError::out_of_range};
        }
    }
    return {0, 0, VarintError::out_of_range};
}

}  // namespace ctx::detail
