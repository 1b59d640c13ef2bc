// ctx/propagation/policy.hpp: what happens to a trace between processes, as data.
//
//     auto edge = ctx::Propagators{}
//                     .conflict(ctx::Conflict::first_wins)
//                     .policy(ctx::Destination::partner,
//                             {.incoming = ctx::Incoming::restart_with_link});
//
// Threads   Plain values.
// Errors    None.
// Cost      None: compared once per extract() or inject().

#pragma once

#include <cstddef>
#include <cstdint>

namespace ctx {

/// Which of several traces in one carrier goes on. The others become links of the span that
/// continues it.
enum class Conflict : std::uint8_t {
    last_wins,   // of the format listed last (OpenTelemetry, composite propagators)
    first_wins,  // of the format listed first (Datadog, DD_TRACE_PROPAGATION_STYLE_EXTRACT)
};

/// What becomes of a caller's trace.
enum class Incoming : std::uint8_t {
    continue_trace,     // the next span is a child of the caller's
    restart_with_link,  // a new trace begins, with a link to the caller's span; baggage stays
    ignore,             // nothing of what came in is used, nor the baggage
};

/// What of a trace is told to the other side.
enum class TraceSending : std::uint8_t {
    all,       // everything the formats can say
    ids_only,  // trace id, span id, flags: no tracestate, no state of other formats
    none,      // no trace headers; baggage as its declaration allows
};

/// How traces cross a boundary. What of the baggage may cross is declared per field (field.hpp).
struct BoundaryPolicy {
    Incoming incoming = Incoming::continue_trace;
    TraceSending sending = TraceSending::all;

    friend bool operator==(const BoundaryPolicy&, const BoundaryPolicy&) noexcept = default;
};

/// Why a trace header was not used.
enum class Rejection : std::uint8_t {
    repeated,    // more lines than the format allows
    too_long,    // longer than any header of the format
    shape,       // fields or separators are not where they must be
    digits,      // an id that is no number of the right length
    zero_id,     // an id of zero
    incomplete,  // one id without the other
    decision,    // a sampling field that is none of the known ones
    list,        // a tracestate, or a list of tags, that was dropped whole
};
inline constexpr std::size_t rejection_count = 8;

}  // namespace ctx
