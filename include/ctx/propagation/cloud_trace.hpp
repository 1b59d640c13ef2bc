// ctx/propagation/cloud_trace.hpp: the format `xcloud`: Google's `X-Cloud-Trace-Context`.
//
//     ctx::Propagators google{ctx::tracecontext_format, ctx::cloud_trace_format};
//     ctx::Context caller = google.extract(headers);   // 105445aa7843bc8bf206b12000100000/1;o=1
//
// Rules: "Trace context" of the Google Cloud Trace documentation. The span id is decimal and may be
// missing or 0: a trace without a span. Without `;o=` the decision stays open. Google prefers
// `traceparent` where both are present: this format adds nothing to a trace that `tracecontext`
// found, so list it behind.
//
// Threads   Pure functions of the carrier.
// Errors    Counted in ctx_propagation_cloud_trace_malformed_total.
// Cost      One look-up. No allocation.

#pragma once

#include <ctx/export.hpp>
#include <ctx/propagation/format.hpp>

#include <string_view>

namespace ctx {

CTX_EXPORT void extract_cloud_trace(const CarrierReader& from, Extraction& into);
CTX_EXPORT void inject_cloud_trace(ContextView context, const CarrierWriter& into);

inline constexpr std::string_view cloud_trace_fields[] = {"x-cloud-trace-context"};
inline constexpr Format cloud_trace_format{"xcloud", cloud_trace_fields, &extract_cloud_trace,
                                           &inject_cloud_trace};

}  // namespace ctx
