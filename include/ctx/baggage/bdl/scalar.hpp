// ctx/baggage/bdl/scalar.hpp: the primitive types of .bb files, as they are spelled in bytes.
//
//     ctx::bdl::Int32::decode("\xa7\x10");            // 10000
//     ctx::bdl::String::read(bag.child(2));            // the value of a field, if it has one
//
// A field with a primitive type is a register: after a join of branches that set it differently
// it holds every value, and the first that decodes wins, the least in the order of bytes (Tracing
// Plane BDL, 5.3). That is the same at every node, whether or not it knows the bag.
//
// Threads   Pure functions.
// Errors    decode() gives nothing for bytes that are no value of the type; read() goes on then.
// Cost      No allocation. Text is a view into the baggage.

#pragma once

#include <ctx/baggage/bag_view.hpp>
#include <ctx/baggage/detail/byte_buffer.hpp>
#include <ctx/baggage/lexvarint.hpp>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace ctx::bdl {

/// A kind of field that holds one value.
template <typename Wire>
concept SingleValued = requires(std::string_view payload) {
    { Wire::decode(payload) } -> std::same_as<std::optional<typename Wire::Value>>;
};

namespace detail {

template <typename Unsigned>
[[nodiscard]] constexpr Unsigned load_big_endian(std::string_view bytes) noexcept {
    Unsigned value = 0;
    for (std::size_t i = 0; i < sizeof(Unsigned); ++i) {
        value = static_cast<Unsigned>(value << 8 | static_cast<unsigned char>(bytes[i]));
    }
    return value;
}

template <typename Unsigned>
constexpr char* store_big_endian(char* out, Unsigned value) noexcept {
    for (std::size_t i = 0; i < sizeof(Unsigned); ++i) {
        out[i] = static_cast<char>(value >> (8 * (sizeof(Unsigned) - 1 - i)) & 0xffU);
    }
    return out + sizeof(Unsigned);
}

/// What the primitives share. `Wire` says how one value is encoded, and taken from the front of
/// bytes: take() gives nothing and may have moved `rest` when they do not suffice.
template <typename Wire, typename T>
struct Register {
    using Value = T;
    using Param = T;
    using View = std::optional<T>;

    [[nodiscard]] static View read(const BagView& field) noexcept {
        return field.first_datum([](std::string_view payload) { return Wire::decode(payload); });
    }

    /// Inside of a struct: the same bytes, behind those of the members before.
    static void write_member(ctx::detail::ByteBuffer& out, T value) { Wire::encode(out, value); }
    [[nodiscard]] static bool read_member(std::string_view& rest, T& member) noexcept {
        const auto value = Wire::take(rest);
        if (value.has_value()) {
            member = *value;
        }
        return value.has_value();
    }
};

/// A number of a fixed size, in two's complement or IEEE-754, highest byte first.
template <typename Wire, typename T, typename Bits>
struct Fixed : Register<Wire, T> {
    static_assert(sizeof(T) == sizeof(Bits));

    [[nodiscard]] static std::optional<T> take(std::string_view& rest) noexcept {
        if (rest.size() < sizeof(Bits)) {
            return std::nullopt;
        }
        const auto bits = load_big_endian<Bits>(rest);
        rest.remove_prefix(sizeof(Bits));
        return std::bit_cast<T>(bits);
    }
    [[nodiscard]] static std::optional<T> decode(std::string_view payload) noexcept {
        return payload.size() == sizeof(Bits) ? take(payload) : std::nullopt;
    }
    static void encode(ctx::detail::ByteBuffer& out, T value) {
        store_big_endian(out.grow(sizeof(Bits)), std::bit_cast<Bits>(value));
    }
};

/// The unsigned lexvarint of the bit pattern. Bytes behind it are ignored.
template <typename Wire, typename T>
struct Variable : Register<Wire, T> {
    static constexpr bool is_lexvarint = true;
    using Bits = std::make_unsigned_t<T>;

    [[nodiscard]] static std::optional<T> take(std::string_view& rest) noexcept {
        const auto number = read_lexvarint(rest);
        if (!number.has_value() || number->value > std::numeric_limits<Bits>::max()) {
            return std::nullopt;
        }
        rest.remove_prefix(number->consumed);
        return static_cast<T>(static_cast<Bits>(number->value));
    }
    [[nodiscard]] static std::optional<T> decode(std::string_view payload) noexcept {
        return take(payload);
    }
    static void encode(ctx::detail::ByteBuffer& out, T value) {
        char* const begin = out.grow(max_lexvarint_bytes);
        out.shrink_to(write_lexvarint(begin, static_cast<Bits>(value)));
    }
};

/// The signed lexvarint, whose order is that of the numbers.
template <typename Wire, typename T>
struct SignedVariable : Register<Wire, T> {
    static constexpr bool is_lexvarint = true;
    [[nodiscard]] static std::optional<T> take(std::string_view& rest) noexcept {
        const auto number = read_signed_lexvarint(rest);
        if (!number.has_value() || number->value < std::numeric_limits<T>::min() ||
            number->value > std::numeric_limits<T>::max()) {
            return std::nullopt;
        }
        rest.remove_prefix(number->consumed);
        return static_cast<T>(number->value);
    }
    [[nodiscard]] static std::optional<T> decode(std::string_view payload) noexcept {
        return take(payload);
    }
    static void encode(ctx::detail::ByteBuffer& out, T value) {
        char* const begin = out.grow(max_lexvarint_bytes);
        out.shrink_to(write_signed_lexvarint(begin, value));
    }
};

/// Bytes as they are; in a struct behind their length, an unsigned lexvarint.
template <typename Wire>
struct Text {
    using Value = std::string_view;
    using Param = std::string_view;
    using View = std::optional<std::string_view>;

    [[nodiscard]] static View read(const BagView& field) noexcept {
        return field.first_datum([](std::string_view payload) { return decode(payload); });
    }
    [[nodiscard]] static View decode(std::string_view payload) noexcept { return payload; }
    static void encode(ctx::detail::ByteBuffer& out, std::string_view value) { out.append(value); }

    [[nodiscard]] static View take(std::string_view& rest) noexcept {
        const auto length = read_lexvarint(rest);
        if (!length.has_value() || length->value > rest.size() - length->consumed) {
            return std::nullopt;
        }
        const std::string_view text =
            rest.substr(length->consumed, static_cast<std::size_t>(length->value));
        rest.remove_prefix(length->consumed + text.size());
        return text;
    }
    static void write_member(ctx::detail::ByteBuffer& out, std::string_view value) {
        char* const begin = out.grow(max_lexvarint_bytes);
        out.shrink_to(write_lexvarint(begin, value.size()));
        out.append(value);
    }
    [[nodiscard]] static bool read_member(std::string_view& rest, std::string& member) {
        const View text = take(rest);
        if (text.has_value()) {
            member = *text;
        }
        return text.has_value();
    }
};

}  // namespace detail

/// One byte; any but 00 is read as true.
struct Bool : detail::Register<Bool, bool> {
    [[nodiscard]] static std::optional<bool> take(std::string_view& rest) noexcept {
        if (rest.empty()) {
            return std::nullopt;
        }
        const bool value = rest[0] != '\0';
        rest.remove_prefix(1);
        return value;
    }
    [[nodiscard]] static std::optional<bool> decode(std::string_view payload) noexcept {
        return payload.size() == 1 ? take(payload) : std::nullopt;
    }
    static void encode(ctx::detail::ByteBuffer& out, bool value) {
        out.push_back(value ? '\1' : '\0');
    }
};

/// True once some branch said so. False is never written.
struct Taint : Bool {
    using View = bool;
    [[nodiscard]] static bool read(const BagView& field) noexcept {
        return field
            .first_datum([](std::string_view payload) {
                return decode(payload).value_or(false) ? std::optional(true) : std::nullopt;
            })
            .has_value();
    }
};

/// In spite of the names, -1 takes five and nine bytes: use Sint32 and Sint64 for negative numbers.
struct Int32 : detail::Variable<Int32, std::int32_t> {};
struct Int64 : detail::Variable<Int64, std::int64_t> {};
struct Sint32 : detail::SignedVariable<Sint32, std::int32_t> {};
struct Sint64 : detail::SignedVariable<Sint64, std::int64_t> {};
struct Fixed32 : detail::Fixed<Fixed32, std::uint32_t, std::uint32_t> {};
struct Fixed64 : detail::Fixed<Fixed64, std::uint64_t, std::uint64_t> {};
struct Sfixed32 : detail::Fixed<Sfixed32, std::int32_t, std::uint32_t> {};
struct Sfixed64 : detail::Fixed<Sfixed64, std::int64_t, std::uint64_t> {};
struct Float : detail::Fixed<Float, float, std::uint32_t> {};
struct Double : detail::Fixed<Double, double, std::uint64_t> {};
struct String : detail::Text<String> {};
struct Bytes : detail::Text<Bytes> {};

}  // namespace ctx::bdl
