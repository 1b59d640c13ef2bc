#include "propagation/complaint.hpp"
#include "propagation/id_text.hpp"
#include "propagation/prefixed_baggage.hpp"
#include "propagation/text.hpp"
#include <ctx/context/detail/hex.hpp>
#include <ctx/propagation/ottrace.hpp>

#include <optional>

namespace ctx {
namespace {

constexpr std::string_view prefix = "ot-baggage-";

detail::Complaint malformed{"ctx_propagation_ottrace_malformed_total",
                            "ot-tracer- headers that broke the grammar.",
                            "ot-tracer- headers were malformed"};

/// Nothing: another word. The Go tracer writes digits.
std::optional<TraceFlags> sampled_of(std::string_view text) noexcept {
    if (text == "1" || detail::equals_ignoring_case(text, "true")) {
        return TraceFlags{TraceFlags::sampled_bit};
    }
    if (text == "0" || detail::equals_ignoring_case(text, "false")) return TraceFlags{0};
    return std::nullopt;
}

void read_trace(const CarrierReader& from, Extraction& into) {
    const auto trace_text = detail::first_line(from, "ot-tracer-traceid");
    const auto span_text = detail::first_line(from, "ot-tracer-spanid");
    if (!trace_text && !span_text) return;
    if (!trace_text || !span_text) return malformed.reject(into, Rejection::incomplete);
    const auto trace = detail::parse_trace_id(*trace_text);
    const auto span = detail::parse_hex16(*span_text);
    if (!trace || !span) return malformed.reject(into, Rejection::digits);
    if (!trace->is_valid() || *span == 0) return malformed.reject(into, Rejection::zero_id);
    TraceFlags flags;
    if (const auto sampled = detail::first_line(from, "ot-tracer-sampled")) {
        const auto decision = sampled_of(*sampled);
        if (!decision) malformed.reject(into, Rejection::decision);  // the ids are good
        flags = decision.value_or(flags);
    }
    into.found(SpanContext{*trace, SpanId{*span}, flags, {}, true});
}

void write_trace(ContextView context, const CarrierWriter& into) {
    // A trace id whose right half is zero cannot be said.
    const std::uint64_t low = context.trace_id().low();
    if (low == 0 || !context.span_id().is_valid()) {
        return detail::remove_all(ottrace_fields, into);
    }
    char digits[16];
    detail::write_hex_u64(low, digits);
    into.set("ot-tracer-traceid", {digits, sizeof digits});
    detail::write_span_id(context.span_id(), digits);
    into.set("ot-tracer-spanid", {digits, sizeof digits});
    if (context.flags().decided()) {
        into.set("ot-tracer-sampled", context.flags().sampled() ? "true" : "false");
    } else {
        into.remove("ot-tracer-sampled");
    }
}

}  // namespace

void extract_ottrace(const CarrierReader& from, Extraction& into) {
    read_trace(from, into);
    detail::read_prefixed(from, prefix, detail::Spelling::raw, into);
}

void inject_ottrace(ContextView context, const CarrierWriter& into) {
    write_trace(context, into);
    detail::write_prefixed(context.baggage(), prefix, detail::Spelling::raw, into);
}

}  // namespace ctx
