// ctx/propagation/b3.hpp: the formats `b3` (one header) and `b3multi` (one per field) of Zipkin.
//
//     ctx::Propagators zipkin{ctx::b3_format, ctx::baggage_format};
//     ctx::Context caller = zipkin.extract(headers);   // b3: 80f1…-e457…-1, or x-b3-traceid: …
//
// Rules: github.com/openzipkin/b3-propagation, and "B3 Requirements" of the OpenTelemetry
// propagators specification. Both formats read both spellings, `b3` first; where that is malformed
// the other one still counts. A decision without ids (`b3: 0`) reaches the trace that begins here,
// "deferred" stays open (TraceFlags::decided), debug stays debug. A parent span id is never sent.
//
// Threads   Pure functions of the carrier.
// Errors    Counted in ctx_propagation_b3_malformed_total: ids of another length than 16 or 32
//           lower-case digits, an id of zero, one id without the other, another sampling field
//           than 0, 1, d (one header) or 0, 1, true, false (several), more than four parts.
// Cost      One look-up; four more when there is no `b3`. No allocation.

#pragma once

#include <ctx/export.hpp>
#include <ctx/propagation/format.hpp>

#include <string_view>

namespace ctx {

/// Reads `b3`, else `x-b3-traceid`, `x-b3-spanid`, `x-b3-sampled`, `x-b3-flags`.
CTX_EXPORT void extract_b3(const CarrierReader& from, Extraction& into);

/// Writes `b3`: 32 and 16 digits and the decision, or the decision alone when there is no trace.
CTX_EXPORT void inject_b3(ContextView context, const CarrierWriter& into);

/// Writes `x-b3-traceid`, `x-b3-spanid`, and `x-b3-sampled` or, for debug, `x-b3-flags`.
CTX_EXPORT void inject_b3_multi(ContextView context, const CarrierWriter& into);

inline constexpr std::string_view b3_fields[] = {"b3"};
inline constexpr std::string_view b3_multi_fields[] = {
    "x-b3-traceid", "x-b3-spanid", "x-b3-sampled", "x-b3-flags", "x-b3-parentspanid"};
inline constexpr Format b3_format{.name = "b3",
                                  .fields = b3_fields,
                                  .extract = &extract_b3,
                                  .inject = &inject_b3,
                                  .also_reads = b3_multi_fields};
inline constexpr Format b3_multi_format{.name = "b3multi",
                                        .fields = b3_multi_fields,
                                        .extract = &extract_b3,
                                        .inject = &inject_b3_multi,
                                        .also_reads = b3_fields};

}  // namespace ctx
