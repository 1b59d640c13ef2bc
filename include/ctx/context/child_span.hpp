// ctx/context/child_span.hpp: the ids of a new span below the current one.
//
//     const ctx::SpanContext child = ctx::child_of(ctx::current());
//     ctx::Scope scope{ctx::current().with_span(child)};
//
// Threads   Safe from any thread.
// Errors    Nothing here fails.
// Cost      One or two draws from the id generator.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/context/id_generator.hpp>

namespace ctx {

/// Ids for a span below `parent`: the parent's trace, flags and tracestate with a fresh span id.
///
/// Without a parent trace: a fresh trace with the random flag set, sampled if the parent's flags
/// hold a decision for it (`b3: 1`), else not. A trace that has no span yet is decided here as well
/// (not sampled, if nobody said otherwise); where a caller's span has left the decision open, it
/// stays open. A continued trace keeps its random flag (W3C Trace Context Level 2, 3.2.2.5.2).
[[nodiscard]] inline SpanContext child_of(ContextView parent) noexcept {
    TraceFlags flags = parent.flags();
    if (!parent.span_id().is_valid() && !flags.decided()) flags = flags.with_sampled(false);
    if (!parent.trace_id().is_valid()) {
        return {new_trace_id(), new_span_id(), flags.with_random(true), {}, false};
    }
    return {parent.trace_id(), new_span_id(), flags, parent.trace_state(), false};
}

}  // namespace ctx
