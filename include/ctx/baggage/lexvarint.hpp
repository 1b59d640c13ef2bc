// ctx/baggage/lexvarint.hpp: integers of variable length whose byte order is their order.
//
//     std::string bytes;
//     ctx::append_lexvarint(bytes, 300);              // 81 2c
//     ctx::read_lexvarint(bytes)->value;              // 300
//
// The Tracing Plane uses them for the indexes of bags and fields and for integers in data. One to
// nine bytes: the first begins with as many ones as bytes follow, then a zero; the rest is the
// number, highest first. Signed numbers have a sign bit in front, and negative ones are the
// complement of -(v + 1). A reversed form is the complement of the plain one: greater sorts first.
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

/// No form is longer.
inline constexpr std::size_t max_lexvarint_bytes = 9;

/// Bytes of the shortest form, 1 to 9.
[[nodiscard]] constexpr std::size_t lexvarint_size(std::uint64_t value) noexcept {
    const auto bits = static_cast<std::size_t>(64 - std::countl_zero(value | 1));
    return bits > 56 ? 9 : (bits + 6) / 7;
}

/// Bytes of the shortest signed form, 1 to 9.
[[nodiscard]] constexpr std::size_t signed_lexvarint_size(std::int64_t value) noexcept {
    const auto magnitude = static_cast<std::uint64_t>(value < 0 ? ~value : value);
    const auto bits = static_cast<std::size_t>(64 - std::countl_zero(magnitude | 1));
    return bits > 55 ? 9 : bits > 48 ? 8 : (bits + 7) / 7;
}

namespace detail {

/// `size` bytes: `ones` one-bits, then the number; the bits between are zero.
constexpr char* write_prefixed(char* out, std::uint64_t value, std::size_t size,
                               std::size_t ones) noexcept {
    for (std::size_t i = 0; i < size; ++i) {
        const std::size_t shift = 8 * (size - 1 - i);
        std::uint64_t byte = shift < 64 ? value >> shift & 0xffU : 0;
        const std::size_t set = ones > 8 * i ? ones - 8 * i : 0;
        byte |= set >= 8 ? 0xffU : 0xff00U >> set & 0xffU;
        out[i] = static_cast<char>(byte);
    }
    return out + size;
}

constexpr void complement(char* begin, const char* end) noexcept {
    for (; begin != end; ++begin) {
        *begin = static_cast<char>(~static_cast<unsigned char>(*begin));
    }
}

}  // namespace detail

/// Writes the shortest form; `out` has room for max_lexvarint_bytes. Returns the end.
constexpr char* write_lexvarint(char* out, std::uint64_t value) noexcept {
    if (value < 0x80) {
        *out = static_cast<char>(value);
        return out + 1;
    }
    const std::size_t size = lexvarint_size(value);
    return detail::write_prefixed(out, value, size, size - 1);
}

/// The same, greater numbers first in the order of bytes.
constexpr char* write_reversed_lexvarint(char* out, std::uint64_t value) noexcept {
    char* const end = write_lexvarint(out, value);
    detail::complement(out, end);
    return end;
}

/// The signed form of -2^63 to 2^63 - 1.
constexpr char* write_signed_lexvarint(char* out, std::int64_t value) noexcept {
    const std::size_t size = signed_lexvarint_size(value);
    const auto magnitude = static_cast<std::uint64_t>(value < 0 ? ~value : value);
    char* const end = detail::write_prefixed(out, magnitude, size, size);
    if (value < 0) {
        detail::complement(out, end);
    }
    return end;
}

/// The signed form, greater numbers first in the order of bytes.
constexpr char* write_reversed_signed_lexvarint(char* out, std::int64_t value) noexcept {
    return write_signed_lexvarint(out, ~value);
}

/// Appends the shortest form.
inline void append_lexvarint(std::string& out, std::uint64_t value) {
    char bytes[max_lexvarint_bytes];
    out.append(bytes, write_lexvarint(bytes, value));
}

struct Lexvarint {
    std::uint64_t value;
    std::size_t consumed;
};

struct SignedLexvarint {
    std::int64_t value;
    std::size_t consumed;
};

namespace detail {

/// Reads a form whose bytes are all xor-ed with `flip` (00, or ff for the reversed form).
[[nodiscard]] constexpr std::optional<Lexvarint> read_unsigned(std::string_view bytes,
                                                               unsigned char flip) noexcept {
    if (bytes.empty()) {
        return std::nullopt;
    }
    const auto first = static_cast<unsigned char>(static_cast<unsigned char>(bytes[0]) ^ flip);
    const auto following = static_cast<std::size_t>(std::countl_one(first));
    if (bytes.size() <= following) {
        return std::nullopt;
    }
    std::uint64_t value = following >= 7 ? 0 : first & (0x7fU >> following);
    for (std::size_t i = 1; i <= following; ++i) {
        value = value << 8 | (static_cast<unsigned char>(bytes[i]) ^ flip);
    }
    return Lexvarint{value, following + 1};
}

/// Ones of the prefix, which may reach one bit into the second byte: the size of a signed form.
[[nodiscard]] constexpr std::size_t signed_size_in(std::string_view bytes,
                                                   unsigned char flip) noexcept {
    const auto first = static_cast<unsigned char>(static_cast<unsigned char>(bytes[0]) ^ flip);
    const auto ones = static_cast<std::size_t>(std::countl_one(first));
    if (ones < 8 || bytes.size() < 2) {
        return ones;
    }
    return ((static_cast<unsigned char>(bytes[1]) ^ flip) & 0x80U) != 0 ? 9 : 8;
}

}  // namespace detail

/// Reads one number from the front; bytes behind it are left alone.
[[nodiscard]] constexpr std::optional<Lexvarint> read_lexvarint(std::string_view bytes) noexcept {
    return detail::read_unsigned(bytes, 0x00);
}

/// Reads one number of the reversed form.
[[nodiscard]] constexpr std::optional<Lexvarint> read_reversed_lexvarint(
    std::string_view bytes) noexcept {
    return detail::read_unsigned(bytes, 0xff);
}

/// Reads one number of the signed form.
[[nodiscard]] constexpr std::optional<SignedLexvarint> read_signed_lexvarint(
    std::string_view bytes) noexcept {
    if (bytes.empty()) {
        return std::nullopt;
    }
    const bool negative = static_cast<unsigned char>(bytes[0]) < 0x80;
    const auto flip = static_cast<unsigned char>(negative ? 0xff : 0x00);
    const std::size_t size = detail::signed_size_in(bytes, flip);
    if (bytes.size() < size) {
        return std::nullopt;
    }
    // What is left of the bytes that the prefix reaches into.
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
        value = value << 8 | (static_cast<unsigned char>(bytes[i]) ^ flip);
    }
    const std::size_t bits = size == 9 ? 63 : size == 8 ? 55 : 7 * size - 1;
    value &= (std::uint64_t{1} << bits) - 1;
    const auto magnitude = static_cast<std::int64_t>(value);
    return SignedLexvarint{negative ? ~magnitude : magnitude, size};
}

}  // namespace ctx
