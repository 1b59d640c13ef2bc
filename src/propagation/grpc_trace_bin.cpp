#include "propagation/complaint.hpp"
#include "propagation/text.hpp"
#include <ctx/baggage/carriers.hpp>
#include <ctx/propagation/grpc_trace_bin.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace ctx {
namespace {

// The layout that everybody writes: version, number, trace id, number, span id, number, flags.
constexpr std::size_t trace_at = 2;
constexpr std::size_t span_at = trace_at + 16 + 1;
constexpr std::size_t flags_at = span_at + 8 + 1;
// base64 of more than this is no trace context.
constexpr std::size_t max_text = 512;

detail::Complaint malformed{"ctx_propagation_grpc_trace_bin_malformed_total",
                            "grpc-trace-bin headers that broke the encoding.",
                            "a grpc-trace-bin header was malformed; its trace begins anew"};

std::uint64_t read_u64(std::string_view bytes) noexcept {
    std::uint64_t value = 0;
    for (const char byte : bytes.substr(0, 8))
        value = value << 8 | static_cast<unsigned char>(byte);
    return value;
}

void write_u64(std::uint64_t value, char* out) noexcept {
    for (int shift = 56; shift >= 0; shift -= 8)
        *out++ = static_cast<char>(value >> shift);
}

/// Bytes of a field, or nothing for a number that is not known.
std::optional<std::size_t> size_of_field(char number) noexcept {
    if (number == 0) return 16;
    if (number == 1) return 8;
    if (number == 2) return 1;
    return std::nullopt;
}

void read_field(char number, std::string_view bytes, SpanContext& span) noexcept {
    if (number == 0) span.trace_id = TraceId{read_u64(bytes), read_u64(bytes.substr(8))};
    if (number == 1) span.span_id = SpanId{read_u64(bytes)};
    if (number == 2) {
        span.flags = TraceFlags{0}.with_sampled((bytes[0] & TraceFlags::sampled_bit) != 0);
    }
}

/// The bytes: as they are, or of base64 text. Bytes begin with version 0, text never does.
std::optional<std::string> decoded(std::string_view value) {
    if (value.empty() || value.size() > max_text) return std::nullopt;
    if (value.front() == '\0') return std::string{value};
    return decode_base64(value);
}

}  // namespace

std::variant<SpanContext, Rejection> parse_binary_trace_context(std::string_view bytes) noexcept {
    if (bytes.empty() || bytes.front() != '\0') return Rejection::shape;
    SpanContext span{{}, {}, TraceFlags{0}, {}, true};
    bytes.remove_prefix(1);
    while (!bytes.empty()) {
        const char number = bytes.front();
        const auto size = size_of_field(number);
        if (!size) break;  // of a later revision
        bytes.remove_prefix(1);
        if (bytes.size() < *size) return Rejection::shape;
        read_field(number, bytes, span);
        bytes.remove_prefix(*size);
    }
    if (!span.trace_id.is_valid() || !span.span_id.is_valid()) return Rejection::zero_id;
    return span;
}

void write_binary_trace_context(const SpanContext& span,
                                char (&out)[binary_trace_context_size]) noexcept {
    out[0] = 0;
    out[trace_at - 1] = 0;
    write_u64(span.trace_id.high(), out + trace_at);
    write_u64(span.trace_id.low(), out + trace_at + 8);
    out[span_at - 1] = 1;
    write_u64(span.span_id.value(), out + span_at);
    out[flags_at - 1] = 2;
    out[flags_at] = static_cast<char>(span.flags.bits() & TraceFlags::sampled_bit);
}

void extract_grpc_trace_bin(const CarrierReader& from, Extraction& into) {
    // Bytes must not be trimmed.
    std::optional<std::string_view> first;
    from.find("grpc-trace-bin", [&first](std::string_view line) {
        if (!first) first = line;
    });
    if (!first) return;
    const bool is_bytes = !first->empty() && first->front() == '\0';
    const auto bytes = decoded(is_bytes ? *first : detail::trim_ows(*first));
    if (!bytes) return malformed.reject(into, Rejection::digits);
    const auto read = parse_binary_trace_context(*bytes);
    if (const auto* reason = std::get_if<Rejection>(&read)) return malformed.reject(into, *reason);
    into.found(std::get<SpanContext>(read));
}

void inject_grpc_trace_bin(ContextView context, const CarrierWriter& into) {
    if (!detail::has_span(context)) {
        return into.remove("grpc-trace-bin");
    }
    char bytes[binary_trace_context_size];
    write_binary_trace_context(context.span_context(), bytes);
    const std::string_view view{bytes, sizeof bytes};
    if (into.takes_bytes()) return into.set("grpc-trace-bin", view);
    std::string text = encode_base64(view);
    while (text.ends_with('='))
        text.pop_back();
    into.set("grpc-trace-bin", text);
}

}  // namespace ctx
