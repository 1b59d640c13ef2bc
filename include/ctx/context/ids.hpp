// ctx/context/ids.hpp: trace ids, span ids and trace flags of W3C Trace Context.
//
//     auto id = ctx::TraceId::parse("4bf92f3577b34da6a3ce929d0e0e4736");
//     if (id) std::cout << id->to_string() << '\n';   // the same 32 lower-case digits
//
// Threads   Plain values: use them from any thread.
// Errors    Parsing returns nothing when the text is not exactly the lower-case hex digits of a
//           non-zero id. Nothing here throws, except std::bad_alloc from to_string().
// Cost      parse and write_hex touch each digit once and allocate nothing.

#pragma once

#include <ctx/export.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>  // std::hash
#include <optional>
#include <string>
#include <string_view>

namespace ctx {

/// Identifies one request across all services (W3C Trace Context, `trace-id`): 16 bytes, not all
/// zero. A default-constructed TraceId is all zero and means "none".
class TraceId {
public:
    static constexpr std::size_t hex_digits = 32;

    constexpr TraceId() noexcept = default;
    /// @param high  the left-most 8 bytes, @param low  the right-most, both as numbers.
    constexpr TraceId(std::uint64_t high, std::uint64_t low) noexcept : high_(high), low_(low) {}

    /// Reads exactly 32 lower-case hex digits that are not all zero (W3C Trace Context 3.2.2.3).
    [[nodiscard]] CTX_EXPORT static std::optional<TraceId> parse(std::string_view hex) noexcept;

    [[nodiscard]] constexpr bool is_valid() const noexcept { return (high_ | low_) != 0; }
    [[nodiscard]] constexpr std::uint64_t high() const noexcept { return high_; }
    [[nodiscard]] constexpr std::uint64_t low() const noexcept { return low_; }

    /// Writes 32 lower-case hex digits and no terminator to `out`.
    CTX_EXPORT void write_hex(char* out) const noexcept;
    [[nodiscard]] CTX_EXPORT std::string to_string() const;

    friend constexpr auto operator<=>(const TraceId&, const TraceId&) noexcept = default;

private:
    std::uint64_t high_ = 0;
    std::uint64_t low_ = 0;
};

/// Identifies one operation within a trace (W3C Trace Context, `parent-id`): 8 bytes, not all
/// zero. A default-constructed SpanId is zero and means "none".
class SpanId {
public:
    static constexpr std::size_t hex_digits = 16;

    constexpr SpanId() noexcept = default;
    explicit constexpr SpanId(std::uint64_t value) noexcept : value_(value) {}

    /// Reads exactly 16 lower-case hex digits that are not all zero (W3C Trace Context 3.2.2.4).
    [[nodiscard]] CTX_EXPORT static std::optional<SpanId> parse(std::string_view hex) noexcept;

    [[nodiscard]] constexpr bool is_valid() const noexcept { return value_ != 0; }
    [[nodiscard]] constexpr std::uint64_t value() const noexcept { return value_; }

    /// Writes 16 lower-case hex digits and no terminator to `out`.
    CTX_EXPORT void write_hex(char* out) const noexcept;
    [[nodiscard]] CTX_EXPORT std::string to_string() const;

    friend constexpr auto operator<=>(const SpanId&, const SpanId&) noexcept = default;

private:
    std::uint64_t value_ = 0;
};

/// The flags that travel with a trace (W3C Trace Context Level 2, 3.2.2.5), and what other formats
/// can say about its sampling: that nobody has decided yet (B3 calls it deferred), and that
/// somebody asked for this very trace (debug). Bits that no specification defines are never kept.
class TraceFlags {
public:
    static constexpr std::uint8_t sampled_bit = 0x01;
    static constexpr std::uint8_t random_bit = 0x02;

    /// Not sampled as yet: nobody has decided.
    constexpr TraceFlags() noexcept = default;
    /// A decision: the flags of a `traceparent`.
    explicit constexpr TraceFlags(unsigned bits) noexcept
        : bits_(static_cast<std::uint8_t>((bits & w3c_bits) | decided_bit)) {}

    /// The caller may have recorded this trace.
    [[nodiscard]] constexpr bool sampled() const noexcept { return (bits_ & sampled_bit) != 0; }
    /// At least the right-most 7 bytes of the trace id are random.
    [[nodiscard]] constexpr bool random() const noexcept { return (bits_ & random_bit) != 0; }
    /// Somebody has decided whether the trace is sampled.
    [[nodiscard]] constexpr bool decided() const noexcept { return (bits_ & decided_bit) != 0; }
    /// Somebody asked for this trace: it is sampled, and samplers should let it be.
    [[nodiscard]] constexpr bool debug() const noexcept { return (bits_ & debug_bit) != 0; }
    /// As `traceparent` has them; it can say neither undecided nor debug.
    [[nodiscard]] constexpr std::uint8_t bits() const noexcept {
        return static_cast<std::uint8_t>(bits_ & w3c_bits);
    }

    /// The decision is made; a debug request does not outlive a negative one.
    [[nodiscard]] constexpr TraceFlags with_sampled(bool on) const noexcept {
        const unsigned kept = bits_ & (on ? unsigned{random_bit} | debug_bit : random_bit);
        return of(kept | decided_bit | (on ? sampled_bit : 0U));
    }
    /// Sampled on request.
    [[nodiscard]] constexpr TraceFlags with_debug() const noexcept {
        return of(bits_ | unsigned{sampled_bit} | decided_bit | debug_bit);
    }
    [[nodiscard]] constexpr TraceFlags with_random(bool on) const noexcept {
        return of((bits_ & ~unsigned{random_bit}) | (on ? random_bit : 0U));
    }
    /// The decision is left to whoever comes next.
    [[nodiscard]] constexpr TraceFlags undecided() const noexcept { return of(bits_ & random_bit); }

    friend constexpr bool operator==(TraceFlags, TraceFlags) noexcept = default;

private:
    static constexpr std::uint8_t w3c_bits = sampled_bit | random_bit;
    // Of this process only: never on a wire.
    static constexpr std::uint8_t decided_bit = 0x10;
    static constexpr std::uint8_t debug_bit = 0x20;

    [[nodiscard]] static constexpr TraceFlags of(unsigned bits) noexcept {
        TraceFlags flags;
        flags.bits_ = static_cast<std::uint8_t>(bits);
        return flags;
    }

    std::uint8_t bits_ = 0;
};

}  // namespace ctx

template <>
struct std::hash<ctx::TraceId> {
    std::size_t operator()(const ctx::TraceId& id) const noexcept {
        // The right-most bytes are the random ones (W3C Trace Context Level 2).
        return static_cast<std::size_t>(id.low() ^ (id.high() * 0x9e3779b97f4a7c15U));
    }
};

template <>
struct std::hash<ctx::SpanId> {
    std::size_t operator()(ctx::SpanId id) const noexcept {
        return static_cast<std::size_t>(id.value());
    }
};
