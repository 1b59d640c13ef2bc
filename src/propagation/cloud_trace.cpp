#include "propagation/complaint.hpp"
#include "propagation/id_text.hpp"
#include "propagation/text.hpp"
#include <ctx/propagation/cloud_trace.hpp>
#include <ctx/propagation/traceparent.hpp>

#include <optional>
#include <variant>

namespace ctx {
namespace {

detail::Complaint malformed{"ctx_propagation_cloud_trace_malformed_total",
                            "X-Cloud-Trace-Context headers that broke the grammar.",
                            "an X-Cloud-Trace-Context header was malformed; its trace begins anew"};

/// What is behind ";": `o=1`, `o=0`, or `o=` and nothing, which leaves the decision open.
std::optional<TraceFlags> flags_of(std::string_view options) noexcept {
    if (options.empty()) return TraceFlags{};
    if (!options.starts_with("o=")) return std::nullopt;
    options.remove_prefix(2);
    if (options.empty()) return TraceFlags{};
    const auto bits = detail::parse_decimal(options);
    if (!bits) return std::nullopt;
    return TraceFlags{static_cast<unsigned>(*bits & TraceFlags::sampled_bit)};
}

std::variant<SpanContext, Rejection> read_header(std::string_view value) noexcept {
    std::string_view options = value;
    std::string_view span_text = detail::next_part(options, ';');
    const std::string_view trace_text = detail::next_part(span_text, '/');
    const auto trace =
        trace_text.size() == 32 ? detail::parse_short_trace_id(trace_text) : std::nullopt;
    const auto span = detail::parse_decimal(span_text.empty() ? "0" : span_text);
    const auto flags = flags_of(options);
    if (!trace || !span) return Rejection::digits;
    if (!trace->is_valid()) return Rejection::zero_id;
    if (!flags) return Rejection::decision;
    return SpanContext{*trace, SpanId{*span}, *flags, {}, true};
}

/// Whether the trace found so far is that of a `traceparent`, which says all that this can.
bool yields(const CarrierReader& from, const Extraction& into) {
    const auto line = detail::first_line(from, "traceparent");
    const auto span = line ? parse_traceparent(*line) : std::nullopt;
    return span && span->trace_id == into.span().trace_id;
}

}  // namespace

void extract_cloud_trace(const CarrierReader& from, Extraction& into) {
    const auto value = detail::first_line(from, "x-cloud-trace-context");
    if (!value) return;
    const auto read = read_header(*value);
    if (const auto* reason = std::get_if<Rejection>(&read)) return malformed.reject(into, *reason);
    if (!yields(from, into)) into.found(std::get<SpanContext>(read));
}

void inject_cloud_trace(ContextView context, const CarrierWriter& into) {
    if (!context.trace_id().is_valid()) return into.remove("x-cloud-trace-context");
    char text[32 + 1 + 20 + 4];
    char* end = detail::write_trace_id(context.trace_id(), text);
    if (context.span_id().is_valid()) {
        *end++ = '/';
        const detail::DecimalText span{context.span_id().value()};
        end += span.view().copy(end, span.view().size());
    }
    if (context.flags().decided()) {
        for (const char c : {';', 'o', '=', context.flags().sampled() ? '1' : '0'})
            *end++ = c;
    }
    into.set("x-cloud-trace-context", {text, static_cast<std::size_t>(end - text)});
}

}  // namespace ctx
