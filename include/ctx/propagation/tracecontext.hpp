// ctx/propagation/tracecontext.hpp: the format `tracecontext`: W3C traceparent and tracestate.
//
//     ctx::Propagators only_ids{ctx::tracecontext_format};
//     ctx::Context caller = only_ids.extract(headers);
//     caller.trace_state().header();
//
// Several traceparent lines are no traceparent; several tracestate lines are one list. A tracestate
// is looked at only beside a valid traceparent, and dropped whole when one member is broken.
// A traceparent that begins with a zero byte is the binary form of AMQP's draft, read and not
// written: see grpc_trace_bin.hpp.
//
// Threads   Pure functions of the carrier.
// Errors    Counted: ctx_propagation_traceparent_malformed_total, …_traceparent_repeated_total,
//           ctx_propagation_tracestate_malformed_total.
// Cost      No allocation for traceparent; a tracestate is copied once.

#pragma once

#include <ctx/export.hpp>
#include <ctx/propagation/format.hpp>

#include <string_view>

namespace ctx {

/// Longest tracestate that is looked at, over all lines: 32 members of 513 characters and white
/// space. A longer one counts as malformed.
inline constexpr std::size_t tracestate_max_size = 32768;

/// Reads `traceparent` and `tracestate` (W3C Trace Context Level 2, 3.2 and 3.3).
CTX_EXPORT void extract_tracecontext(const CarrierReader& from, Extraction& into);

/// Writes both; removes what a reused carrier still holds. A context without a trace, or without a
/// span in it, leaves no such header: take child_of() first.
CTX_EXPORT void inject_tracecontext(ContextView context, const CarrierWriter& into);

inline constexpr std::string_view tracecontext_fields[] = {"traceparent", "tracestate"};
inline constexpr Format tracecontext_format{"tracecontext", tracecontext_fields,
                                            &extract_tracecontext, &inject_tracecontext};

}  // namespace ctx
