// ctx/propagation/ottrace.hpp: the format `ottrace`: the headers of OpenTracing's basic tracers.
//
//     ctx::Propagators old{ctx::ottrace_format};
//     ctx::Context caller = old.extract(headers);   // ot-tracer-traceid, -spanid, -sampled
//
// Rules: "OT Trace" of the OpenTelemetry propagators, and the tracers it was made for. Trace ids
// are written with their right-most 16 digits: the other half is lost on such a hop. Baggage is one
// header per entry, `ot-baggage-<key>`, with the value as it is: what is not printable ASCII cannot
// be sent. The sampling field may be `true`, `false`, `1`, `0`; without it the decision stays open.
//
// Threads   Pure functions of the carrier.
// Errors    Counted in ctx_propagation_ottrace_malformed_total, and as jaeger.hpp says for entries.
// Cost      Reading: a walk over all headers. Writing: one header per entry.

#pragma once

#include <ctx/export.hpp>
#include <ctx/propagation/format.hpp>

#include <string_view>

namespace ctx {

CTX_EXPORT void extract_ottrace(const CarrierReader& from, Extraction& into);
CTX_EXPORT void inject_ottrace(ContextView context, const CarrierWriter& into);

inline constexpr std::string_view ottrace_fields[] = {"ot-tracer-traceid", "ot-tracer-spanid",
                                                      "ot-tracer-sampled"};
inline constexpr std::string_view ottrace_prefixes[] = {"ot-baggage-"};
inline constexpr Format ottrace_format{.name = "ottrace",
                                       .fields = ottrace_fields,
                                       .extract = &extract_ottrace,
                                       .inject = &inject_ottrace,
                                       .prefixes = ottrace_prefixes};

}  // namespace ctx
