// ctx/baggage/lexvarint.hpp: integers of variable length whose byte order is their order.
//
//     std::string bytes;
//     ctx::append_lexvarint(bytes, 300);              // 81 2c
//     ctx::read_lexvarint(bytes)->value;              // 300
//
// The Tracing Plane uses them for the indexes of bags and fields. One to nine bytes: the first
// begins with as many ones as bytes follow, then a zero; the rest is the number, highest first.
//
// Threads   Pure functions.
// Errors    Reading returns nothing when bytes are missing; longer forms than needed are accepted.
// Cost      A few shifts; no allocation but the caller's string.

#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ctx {

/// Bytes of the shortest form, 1 to 9.
[[nodiscard]] constexpr std::size_t lexvarint_size(std::uint64_t value) noexcept {
    const auto bits = static_cast<std::size_t>(64 - std::countl_zero(value | 1));
    return bits > 56 ? 9 : (bits + 6) / 7;
}

/// Appends the shortest form.
inline void append_lexvarint(std::string& out, std::uint64_t value) {
    const std::size_t size = lexvarint_size(value);
    // Ones for the bytes that follow the first: 0, 80, c0, e0 ... ff.
    const auto ones = static_cast<unsigned>((0xff00U >> (size - 1)) & 0xffU);
    if (size == 9) {
        out.push_back('\xff');
    }
    for (std::size_t i = size == 9 ? 8 : size; i-- > 0;) {
        const auto byte = static_cast<unsigned>((value >> (8 * i)) & 0xffU);
        const bool first = i + 1 == size;
        out.push_back(static_cast<char>(first ? byte | ones : byte));
    }
}

struct Lexvarint {
    std::uint64_t value;
    std::size_t consumed;
};

/// Reads one number from the front; bytes behind it are left alone.
[[nodiscard]] constexpr std::optional<Lexvarint> read_lexvarint(std::string_view bytes) noexcept {
    if (bytes.empty()) {
        return std::nullopt;
    }
    const auto first = static_cast<unsigned char>(bytes[0]);
    const auto following = static_cast<std::size_t>(std::countl_one(first));
    if (bytes.size() <= following) {
        return std::nullopt;
    }
    std::uint64_t value = following >= 7 ? 0 : first & (0x7fU >> following);
    for (std::size_t i = 1; i <= following; ++i) {
        value = value << 8 | static_cast<unsigned char>(bytes[i]);
    }
    return Lexvarint{value, following + 1};
}

}  // namespace ctx
