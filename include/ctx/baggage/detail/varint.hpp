// ctx/baggage/detail/varint.hpp: the length prefix of an atom (Protocol Buffers base-128).

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

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

/// Reads one varint. Forms longer than needed are accepted up to ten bytes; a value that does
/// not fit 64 bits, or is more than `max`, is out of range.
[[nodiscard]] constexpr Varint read_varint(std::string_view bytes,
                                           std::uint64_t max = ~std::uint64_t{0}) noexcept {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < max_varint_bytes; ++i) {
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
