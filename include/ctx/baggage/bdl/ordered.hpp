// ctx/baggage/bdl/ordered.hpp: registers that a merge resolves to the least, the greatest or the
// newest value.
//
//     min<int32> retries_left = 1;      // ctx::bdl::Min<ctx::bdl::Int32>
//     max<double> worst_load = 2;
//     last<string> route = 3;
//
// Nodes that know nothing but atoms merge them right: the bytes are chosen so that the winner sorts
// first. Min and Max write numbers so that their byte order is their order, or its reverse; their
// bytes are not those of the plain type. Last writes eight bytes in front of the plain bytes: the
// complement of the time, in nanoseconds since 1970.
//
// Threads   Pure functions.
// Errors    As the primitives.
// Cost      As the primitives; the greatest of texts is copied when it is read.

#pragma once

#include <ctx/baggage/bdl/scalar.hpp>

#include <bit>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace ctx::bdl {

namespace detail {

template <typename T>
inline constexpr bool is_text = std::is_same_v<T, std::string_view>;

/// IEEE-754 bits so that their order is that of the numbers, -0 below 0; NaN at the ends.
template <typename Bits>
[[nodiscard]] constexpr Bits order_bits(Bits bits, bool back) noexcept {
    constexpr Bits sign = Bits{1} << (8 * sizeof(Bits) - 1);
    const bool was_negative = back ? (bits & sign) == 0 : (bits & sign) != 0;
    return was_negative ? static_cast<Bits>(~bits) : static_cast<Bits>(bits ^ sign);
}

/// Bytes that ascend with the value. Texts do already.
template <typename Wire>
struct Ascending {
    using T = typename Wire::Value;
    static constexpr bool is_variable = requires { Wire::is_lexvarint; };

    static void encode(ctx::detail::ByteBuffer& out, T value) {
        if constexpr (is_text<T> || std::is_same_v<T, bool>) {
            Wire::encode(out, value);
        } else if constexpr (std::floating_point<T>) {
            using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
            store_big_endian(out.grow(sizeof(T)), order_bits(std::bit_cast<Bits>(value), false));
        } else if constexpr (is_variable) {
            SignedVariable<Wire, T>::encode(out, value);
        } else {
            store_big_endian(out.grow(sizeof(T)), flip_sign(value));
        }
    }

    [[nodiscard]] static std::optional<T> decode(std::string_view payload) noexcept {
        if constexpr (is_text<T> || std::is_same_v<T, bool>) {
            return Wire::decode(payload);
        } else if constexpr (is_variable) {
            return SignedVariable<Wire, T>::decode(payload);
        } else if (payload.size() != sizeof(T)) {
            return std::nullopt;
        } else if constexpr (std::floating_point<T>) {
            using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
            return std::bit_cast<T>(order_bits(load_big_endian<Bits>(payload), true));
        } else {
            const auto bits = load_big_endian<std::make_unsigned_t<T>>(payload);
            return static_cast<T>(flip_sign(static_cast<T>(bits)));
        }
    }

private:
    [[nodiscard]] static auto flip_sign(T value) noexcept {
        using Bits = std::make_unsigned_t<T>;
        constexpr Bits sign = std::is_signed_v<T> ? Bits{1} << (8 * sizeof(T) - 1) : Bits{0};
        return static_cast<Bits>(static_cast<Bits>(value) ^ sign);
    }
};

/// Texts so that the greater comes first: complemented, 00 as ff 00, and ff ff at the end.
inline void encode_descending_text(ctx::detail::ByteBuffer& out, std::string_view text) {
    for (const char c : text) {
        out.push_back(static_cast<char>(~static_cast<unsigned char>(c)));
        if (c == '\0') {
            out.push_back('\0');
        }
    }
    out.append("\xff\xff");
}

[[nodiscard]] inline std::optional<std::string> decode_descending_text(std::string_view payload) {
    std::string text;
    for (std::size_t i = 0; i < payload.size(); ++i) {
        text.push_back(static_cast<char>(~static_cast<unsigned char>(payload[i])));
        if (payload[i] != '\xff') {
            continue;
        }
        if (++i == payload.size()) {
            break;
        }
        if (payload[i] == '\xff') {
            text.pop_back();
            return i + 1 == payload.size() ? std::optional(text) : std::nullopt;
        }
        if (payload[i] != '\0') {
            break;
        }
    }
    return std::nullopt;
}

}  // namespace detail

/// The least value of all branches.
template <SingleValued Wire>
struct Min {
    using Value = typename Wire::Value;
    using Param = typename Wire::Param;
    using View = std::optional<Value>;

    [[nodiscard]] static View decode(std::string_view payload) noexcept {
        return detail::Ascending<Wire>::decode(payload);
    }
    static void encode(ctx::detail::ByteBuffer& out, Param value) {
        detail::Ascending<Wire>::encode(out, value);
    }
    [[nodiscard]] static View read(const BagView& field) noexcept {
        return field.first_datum([](std::string_view payload) { return decode(payload); });
    }
};

/// The greatest value of all branches.
template <SingleValued Wire>
struct Max {
    static constexpr bool is_text = detail::is_text<typename Wire::Value>;
    using Value = std::conditional_t<is_text, std::string, typename Wire::Value>;
    using Param = typename Wire::Param;
    using View = std::optional<Value>;

    [[nodiscard]] static View decode(std::string_view payload) {
        if constexpr (is_text) {
            return detail::decode_descending_text(payload);
        } else {
            char bytes[max_lexvarint_bytes];  // no number takes more; what follows is ignored
            const std::size_t size = payload.copy(bytes, sizeof bytes);
            ctx::detail::complement(bytes, bytes + size);
            return detail::Ascending<Wire>::decode({bytes, size});
        }
    }
    static void encode(ctx::detail::ByteBuffer& out, Param value) {
        if constexpr (is_text) {
            detail::encode_descending_text(out, value);
        } else {
            const std::size_t begin = out.size();
            detail::Ascending<Wire>::encode(out, value);
            ctx::detail::complement(out.data() + begin, out.data() + out.size());
        }
    }
    [[nodiscard]] static View read(const BagView& field) {
        return field.first_datum([](std::string_view payload) { return decode(payload); });
    }
};

/// The value that was set last, by the writers' clocks; of equal times the least in bytes.
template <typename Wire>
struct Last {
    using Value = typename Wire::Value;
    using Param = typename Wire::Param;
    using View = std::optional<Value>;

    [[nodiscard]] static View decode(std::string_view payload) {
        return payload.size() < sizeof(std::uint64_t)
                   ? std::nullopt
                   : Wire::decode(payload.substr(sizeof(std::uint64_t)));
    }
    [[nodiscard]] static View read(const BagView& field) {
        return field.first_datum([](std::string_view payload) { return decode(payload); });
    }
    /// Nanoseconds since 1970 of the value that read() gives; 0 without one.
    [[nodiscard]] static std::uint64_t time_of(const BagView& field) {
        return field
            .first_datum([](std::string_view payload) {
                return decode(payload).has_value()
                           ? std::optional(~detail::load_big_endian<std::uint64_t>(payload))
                           : std::nullopt;
            })
            .value_or(0);
    }
    static void encode(ctx::detail::ByteBuffer& out, std::uint64_t nanoseconds, Param value) {
        detail::store_big_endian(out.grow(sizeof nanoseconds), ~nanoseconds);
        Wire::encode(out, value);
    }
};

}  // namespace ctx::bdl
