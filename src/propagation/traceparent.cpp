#include "propagation/text.hpp"
#include <ctx/context/detail/hex.hpp>
#include <ctx/propagation/traceparent.hpp>

namespace ctx {
namespace {

// Where the fields of `version-traceid-parentid-flags` begin.
constexpr std::size_t trace_at = 3;
constexpr std::size_t span_at = 36;
constexpr std::size_t flags_at = 53;

/// The value of two digits, or more than 0xff.
unsigned hex_byte(const char* in) noexcept {
    const unsigned high = detail::hex_values[static_cast<unsigned char>(in[0])];
    const unsigned low = detail::hex_values[static_cast<unsigned char>(in[1])];
    return high << 4 | low | ((high | low) & 0xf0U) << 4;
}

bool has_shape(std::string_view value) noexcept {
    if (value.size() < traceparent_size || value.size() > traceparent_max_size) return false;
    return value[trace_at - 1] == '-' && value[span_at - 1] == '-' && value[flags_at - 1] == '-';
}

/// Level 2, 3.2.2.1 and 4.3: a later version may add fields behind the ones of version 00.
bool is_readable_version(std::string_view value) noexcept {
    const unsigned version = hex_byte(value.data());
    if (value.size() == traceparent_size) return version < 0xff;
    if (version == 0 || version >= 0xff || value[traceparent_size] != '-') return false;
    return value.find(',', traceparent_size) == std::string_view::npos;  // joined lines
}

}  // namespace

std::optional<SpanContext> parse_traceparent(std::string_view value) noexcept {
    value = detail::trim_ows(value);
    if (!has_shape(value) || !is_readable_version(value)) return std::nullopt;
    const char* text = value.data();
    detail::HexBytes bad{};
    const std::uint64_t trace_high = detail::read_hex_u64(text + trace_at, bad);
    const std::uint64_t trace_low = detail::read_hex_u64(text + trace_at + 16, bad);
    const TraceId trace_id{trace_high, trace_low};
    const SpanId span_id{detail::read_hex_u64(text + span_at, bad)};
    const unsigned flags = hex_byte(text + flags_at);
    if (detail::is_any(bad) || flags > 0xff || !trace_id.is_valid() || !span_id.is_valid()) {
        return std::nullopt;
    }
    return SpanContext{trace_id, span_id, TraceFlags{flags}, {}, true};
}

void write_traceparent(TraceId trace_id, SpanId span_id, TraceFlags flags,
                       char (&out)[traceparent_size]) noexcept {
    out[0] = out[1] = '0';
    out[trace_at - 1] = out[span_at - 1] = out[flags_at - 1] = '-';
    detail::write_hex_u64(trace_id.high(), out + trace_at);
    detail::write_hex_u64(trace_id.low(), out + trace_at + 16);
    detail::write_hex_u64(span_id.value(), out + span_at);
    detail::write_hex_byte(flags.bits(), out + flags_at);
}

}  // namespace ctx
