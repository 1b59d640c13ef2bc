// ctx/propagation/datadog.hpp: the format `datadog`: `x-datadog-trace-id` and its companions.
//
//     ctx::Propagators datadog{ctx::datadog_format, ctx::tracecontext_format};
//     ctx::Context caller = datadog.extract(headers);
//     if (const ctx::DatadogState* state = ctx::datadog_state(caller)) state->origin;
//
// Rules: "Trace Context Propagation" of Datadog's documentation, and its tracers. Ids are decimal;
// the trace id header holds the right-most 64 bits, the others travel in `x-datadog-tags` as
// `_dd.p.tid`. Priority, origin and `_dd.p.` tags are passed on as they came, as long as the
// decision they belong to stands; from a caller that speaks W3C they are taken from the `dd` member
// of `tracestate`. Baggage is read and written as `ot-baggage-<key>`, as it is; `baggage` is a
// format of its own.
//
// Threads   Pure functions of the carrier.
// Errors    Counted in ctx_propagation_datadog_malformed_total: ids that are no number of 64 bits
//           or zero; tags of more than 512 characters, which are dropped whole, as are those sent.
// Cost      Reading: five look-ups and a walk over all headers; two allocations more than the
//           context for what has to be passed on. Writing: one header per field and entry.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/export.hpp>
#include <ctx/propagation/format.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace ctx {

/// What a Datadog tracer wants to be passed on with its trace.
struct DatadogState {
    TraceId trace_id;
    std::optional<int> priority;  // -1 and 0 drop, 1 and 2 keep
    std::string origin;
    std::string tags;  // `_dd.p.key=value,…` without the tid
};

/// What came in with the trace of this context; null when it was no Datadog tracer's.
[[nodiscard]] CTX_EXPORT const DatadogState* datadog_state(ContextView context) noexcept;

CTX_EXPORT void extract_datadog(const CarrierReader& from, Extraction& into);
CTX_EXPORT void inject_datadog(ContextView context, const CarrierWriter& into);

inline constexpr std::string_view datadog_fields[] = {"x-datadog-trace-id", "x-datadog-parent-id",
                                                      "x-datadog-sampling-priority",
                                                      "x-datadog-origin", "x-datadog-tags"};
inline constexpr std::string_view datadog_prefixes[] = {"ot-baggage-"};
inline constexpr Format datadog_format{.name = "datadog",
                                       .fields = datadog_fields,
                                       .extract = &extract_datadog,
                                       .inject = &inject_datadog,
                                       .prefixes = datadog_prefixes};

}  // namespace ctx
