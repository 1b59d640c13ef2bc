#include "propagation/complaint.hpp"
#include "propagation/id_text.hpp"
#include "propagation/prefixed_baggage.hpp"
#include "propagation/text.hpp"
#include <ctx/baggage/utf8.hpp>
#include <ctx/propagation/jaeger.hpp>

#include <array>
#include <optional>
#include <variant>

namespace ctx {

constinit const Key<std::string> jaeger_debug_id{"jaeger-debug-id"};

namespace {

constexpr std::string_view prefix = "uberctx-";
constexpr unsigned sampled_flag = 0x01;
constexpr unsigned debug_flag = 0x02;
constexpr std::size_t max_debug_id = 256;
// 32 + 16 + 16 + 2 digits and three colons of three characters, with room for other escapes.
constexpr std::size_t max_size = 256;

detail::Complaint malformed{"ctx_propagation_jaeger_malformed_total",
                            "uber-trace-id headers that broke the grammar: the trace began anew.",
                            "a uber-trace-id header was malformed; its trace begins anew"};

/// Percent-decoded: some clients escape the colons, and might escape all (Jaeger native format).
std::string_view decoded(std::string_view value, std::array<char, max_size>& scratch) noexcept {
    if (value.find('%') == std::string_view::npos) return value;
    std::size_t size = 0;
    while (!value.empty()) {
        const auto byte = value.size() >= 3 && value[0] == '%'
                              ? detail::parse_hex(value.substr(1, 2))
                              : std::nullopt;
        scratch[size++] = byte ? static_cast<char>(*byte) : value.front();
        value.remove_prefix(byte ? 3 : 1);
    }
    return {scratch.data(), size};
}

TraceFlags flags_of(std::uint64_t bits) noexcept {
    if ((bits & sampled_flag) == 0) return TraceFlags{0};  // debug means something only with it
    const TraceFlags sampled{TraceFlags::sampled_bit};
    return (bits & debug_flag) != 0 ? sampled.with_debug() : sampled;
}

std::variant<SpanContext, Rejection> read_ids(std::string_view value) noexcept {
    if (value.size() > max_size) return Rejection::too_long;
    std::array<char, max_size> scratch;  // NOLINT(*-member-init): written before it is read
    std::string_view rest = decoded(value, scratch);
    std::array<std::string_view, 4> parts;
    for (std::string_view& part : parts) {
        if (rest.data() == nullptr) return Rejection::shape;
        const std::size_t colon = rest.find(':');
        part = rest.substr(0, colon);
        rest = colon == std::string_view::npos ? std::string_view{} : rest.substr(colon + 1);
    }
    if (rest.data() != nullptr) return Rejection::shape;
    const auto trace = detail::parse_short_trace_id(parts[0]);
    const auto span = detail::parse_hex(parts[1]);
    const auto flags = detail::parse_hex(parts[3]);
    if (!trace || !span || !flags || parts[3].size() > 2) return Rejection::digits;
    if (!trace->is_valid() || *span == 0) return Rejection::zero_id;
    return SpanContext{*trace, SpanId{*span}, flags_of(*flags), {}, true};
}

void read_trace(const CarrierReader& from, Extraction& into) {
    const auto value = detail::first_line(from, "uber-trace-id");
    if (!value) return;
    const auto read = read_ids(*value);
    if (const auto* reason = std::get_if<Rejection>(&read)) {
        malformed.reject(into, *reason);
    } else {
        into.found(std::get<SpanContext>(read));
    }
}

void read_debug_id(const CarrierReader& from, Extraction& into) {
    const auto value = detail::first_line(from, "jaeger-debug-id");
    if (!value || value->empty()) return;
    into.decided(TraceFlags{}.with_debug());
    into.keep(jaeger_debug_id, std::string{utf8_prefix(*value, max_debug_id)});
}

/// `k1=v1, k2=v2`; values are not encoded. Members without "=" are malformed.
void read_list(std::string_view list, detail::EntryList& entries) {
    while (!list.empty()) {
        std::string_view value = detail::trim_ows(detail::next_part(list, ','));
        if (value.empty()) continue;
        const bool has_key = value.find('=') != std::string_view::npos;
        const std::string_view key =
            has_key ? detail::trim_ows(detail::next_part(value, '=')) : std::string_view{};
        entries.add(key, detail::trim_ows(value));  // without a key it is dropped
    }
}

void read_baggage(const CarrierReader& from, Extraction& into) {
    detail::EntryList entries;
    from.find("jaeger-baggage", [&entries](std::string_view list) { read_list(list, entries); });
    entries.add_all(from, prefix, detail::Spelling::escaped);
    entries.finish(into);
}

unsigned bits_of(TraceFlags flags) noexcept {
    return (flags.sampled() ? sampled_flag : 0U) | (flags.debug() ? debug_flag : 0U);
}

void write_trace(ContextView context, const CarrierWriter& into) {
    if (!detail::has_span(context)) {
        return into.remove("uber-trace-id");
    }
    char text[32 + 1 + 16 + 3 + 2];
    char* end = detail::write_trace_id(context.trace_id(), text);
    *end++ = ':';
    end = detail::write_span_id(context.span_id(), end);
    for (const char c : {':', '0', ':', '0'})
        *end++ = c;
    *end++ = static_cast<char>('0' + bits_of(context.flags()));
    into.set("uber-trace-id", {text, static_cast<std::size_t>(end - text)});
}

}  // namespace

void extract_jaeger(const CarrierReader& from, Extraction& into) {
    read_trace(from, into);
    read_debug_id(from, into);
    read_baggage(from, into);
}

void inject_jaeger(ContextView context, const CarrierWriter& into) {
    // For readers only: what they said is in the flags and the entries by now.
    into.remove("jaeger-debug-id");
    into.remove("jaeger-baggage");
    write_trace(context, into);
    detail::write_prefixed(context.baggage(), prefix, detail::Spelling::escaped, into);
}

}  // namespace ctx
