// Ids as the formats spell them. Parsers take the whole text or nothing.

#pragma once

#include <ctx/context/detail/hex.hpp>
#include <ctx/context/ids.hpp>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

namespace ctx::detail {

/// Exactly 16 lower-case digits.
inline std::optional<std::uint64_t> parse_hex16(std::string_view text) noexcept {
    if (text.size() != 16) return std::nullopt;
    std::uint64_t value = 0;
    return read_hex_u64(text.data(), value) ? std::optional{value} : std::nullopt;
}

/// 1 to 16 digits in either case.
inline std::optional<std::uint64_t> parse_hex(std::string_view text) noexcept {
    if (text.empty() || text.size() > 16) return std::nullopt;
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    return whole ? std::optional{value} : std::nullopt;
}

/// A number of 64 bits: decimal digits and nothing else.
inline std::optional<std::uint64_t> parse_decimal(std::string_view text) noexcept {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    return whole ? std::optional{value} : std::nullopt;
}

/// 16 or 32 lower-case digits; of 16 the left-most 64 bits are zero.
inline std::optional<TraceId> parse_trace_id(std::string_view text) noexcept {
    std::optional<std::uint64_t> high = 0;
    if (text.size() == 32) {
        high = parse_hex16(text.substr(0, 16));
        text.remove_prefix(16);
    }
    const std::optional<std::uint64_t> low = parse_hex16(text);
    if (!high || !low) return std::nullopt;
    return TraceId{*high, *low};
}

/// 1 to 32 digits in either case.
inline std::optional<TraceId> parse_short_trace_id(std::string_view text) noexcept {
    std::optional<std::uint64_t> high = 0;
    if (text.size() > 16) {
        high = parse_hex(text.substr(0, text.size() - 16));
        text.remove_prefix(text.size() - 16);
    }
    const std::optional<std::uint64_t> low = parse_hex(text);
    if (!high || !low) return std::nullopt;
    return TraceId{*high, *low};
}

/// Writes 32 digits. @return behind them.
inline char* write_trace_id(TraceId id, char* out) noexcept {
    write_hex_u64(id.high(), out);
    write_hex_u64(id.low(), out + 16);
    return out + 32;
}

/// Writes 16 digits. @return behind them.
inline char* write_span_id(SpanId id, char* out) noexcept {
    write_hex_u64(id.value(), out);
    return out + 16;
}

/// A number as text.
class DecimalText {
public:
    explicit DecimalText(std::uint64_t value) noexcept
        : size_(static_cast<std::size_t>(
              std::to_chars(digits_, digits_ + sizeof digits_, value).ptr - digits_)) {}
    [[nodiscard]] std::string_view view() const noexcept { return {digits_, size_}; }

private:
    char digits_[20];
    std::size_t size_;
};

}  // namespace ctx::detail
