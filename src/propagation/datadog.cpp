#include "propagation/complaint.hpp"
#include "propagation/datadog_state.hpp"
#include "propagation/id_text.hpp"
#include "propagation/prefixed_baggage.hpp"
#include "propagation/text.hpp"
#include <ctx/context/detail/hex.hpp>
#include <ctx/propagation/datadog.hpp>

#include <charconv>
#include <optional>
#include <string>
#include <utility>

namespace ctx {
namespace {

constexpr std::string_view prefix = "ot-baggage-";

detail::Complaint malformed{"ctx_propagation_datadog_malformed_total",
                            "x-datadog- headers that broke the grammar.",
                            "x-datadog- headers were malformed"};

constinit const Key<DatadogState> state_key{"datadog"};

std::optional<int> parse_priority(std::string_view text) noexcept {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    return whole ? std::optional{value} : std::nullopt;
}

/// The headers beside the ids. @return the left-most 64 bits of the trace id.
std::uint64_t read_companions(const CarrierReader& from, Extraction& into, DatadogState& state) {
    if (const auto text = detail::first_line(from, "x-datadog-sampling-priority")) {
        state.priority = parse_priority(*text);
        if (!state.priority) malformed.reject(into, Rejection::decision);
    }
    if (const auto text = detail::first_line(from, "x-datadog-origin")) {
        if (detail::is_datadog_origin(*text)) state.origin = *text;
    }
    const auto text = detail::first_line(from, "x-datadog-tags");
    if (!text) return 0;
    if (text->size() > detail::max_datadog_tags) {
        malformed.reject(into, Rejection::list);
        return 0;
    }
    return detail::read_datadog_tags(*text, state.tags);
}

TraceFlags flags_of(const DatadogState& state) noexcept {
    if (!state.priority) return {};
    return TraceFlags{*state.priority > 0 ? unsigned{TraceFlags::sampled_bit} : 0U};
}

void read_trace(const CarrierReader& from, Extraction& into) {
    const auto trace_text = detail::first_line(from, "x-datadog-trace-id");
    if (!trace_text) return;
    const auto low = detail::parse_decimal(*trace_text);
    if (!low) return malformed.reject(into, Rejection::digits);
    if (*low == 0) return malformed.reject(into, Rejection::zero_id);
    // Without a parent the trace was begun by something that is no span, such as a browser test.
    const auto span_text = detail::first_line(from, "x-datadog-parent-id");
    const auto span = detail::parse_decimal(span_text.value_or("0"));
    if (!span) return malformed.reject(into, Rejection::digits);
    DatadogState state;
    state.trace_id = TraceId{read_companions(from, into, state), *low};
    into.found(SpanContext{state.trace_id, SpanId{*span}, flags_of(state), {}, true});
    into.keep(state_key, std::move(state));
}

/// What to send beside the ids: what came in, as far as it still holds.
DatadogState outgoing_of(ContextView context) {
    const DatadogState* state = datadog_state(context);
    DatadogState out = state != nullptr
                           ? *state
                           : detail::read_dd_member(context.trace_state().find("dd").value_or(""));
    const TraceFlags flags = context.flags();
    const bool stands = out.priority && flags.decided() && (*out.priority > 0) == flags.sampled();
    if (!stands) {
        out.priority.reset();
        if (flags.decided()) out.priority = flags.debug() ? 2 : (flags.sampled() ? 1 : 0);
        detail::remove_datadog_tag(out.tags, "_dd.p.dm");  // who decided, and how
    }
    return out;
}

void write_tags(TraceId trace_id, const std::string& rest, const CarrierWriter& into) {
    std::string tags;
    if (trace_id.high() != 0) {
        tags = "_dd.p.tid=0000000000000000";
        detail::write_hex_u64(trace_id.high(), tags.data() + tags.size() - 16);
    }
    const std::size_t separator = tags.empty() ? 0 : 1;
    if (!rest.empty() && tags.size() + separator + rest.size() <= detail::max_datadog_tags) {
        tags.append(separator, ',').append(rest);
    }
    return tags.empty() ? into.remove("x-datadog-tags") : into.set("x-datadog-tags", tags);
}

void write_priority(std::optional<int> priority, const CarrierWriter& into) {
    if (!priority) return into.remove("x-datadog-sampling-priority");
    into.set("x-datadog-sampling-priority", std::to_string(*priority));
}

void write_trace(ContextView context, const CarrierWriter& into) {
    const TraceId trace_id = context.trace_id();
    if (trace_id.low() == 0) {
        return detail::remove_all(datadog_fields, into);
    }
    into.set("x-datadog-trace-id", detail::DecimalText{trace_id.low()}.view());
    into.set("x-datadog-parent-id", detail::DecimalText{context.span_id().value()}.view());
    const DatadogState out = outgoing_of(context);
    write_priority(out.priority, into);
    write_tags(trace_id, out.tags, into);
    if (out.origin.empty()) {
        into.remove("x-datadog-origin");
    } else {
        into.set("x-datadog-origin", out.origin);
    }
}

}  // namespace

const DatadogState* datadog_state(ContextView context) noexcept {
    const DatadogState* state = context.get(state_key);
    // The other half may have come from another format.
    const bool is_its = state != nullptr && state->trace_id.low() == context.trace_id().low();
    return is_its ? state : nullptr;
}

void extract_datadog(const CarrierReader& from, Extraction& into) {
    read_trace(from, into);
    detail::read_prefixed(from, prefix, detail::Spelling::raw, into);
}

void inject_datadog(ContextView context, const CarrierWriter& into) {
    write_trace(context, into);
    detail::write_prefixed(context.baggage(), prefix, detail::Spelling::raw, into);
}

}  // namespace ctx
