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
/// Without a parent trace: a fresh trace with the random flag set and not sampled (W3C Trace
/// Context Level 2, 3.2.2.5.2: a continued trace keeps the flag it came with).
[[nodiscard]] inline SpanContext child_of(ContextView parent) noexcept {
    if (!parent.trace_id().is_valid()) {
        return {new_trace_id(), new_span_id(), TraceFlags{TraceFlags::random_bit}, {}, false};
    }
    return {parent.trace_id(), new_span_id(), parent.flags(), parent.trace_state(), false};
}

}  // namespace ctx
