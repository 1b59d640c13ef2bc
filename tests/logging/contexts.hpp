// Contexts that the tests of the logging layer write their lines under.

#pragma once

#include <ctx/context.hpp>

#include <string_view>

namespace ctx::test {

inline constexpr std::string_view trace_hex = "4bf92f3577b34da6a3ce929d0e0e4736";
inline constexpr std::string_view span_hex = "00f067aa0ba902b7";

inline SpanContext span_context(SpanId span = SpanId{0x00f067aa0ba902b7}) {
    return {TraceId{0x4bf92f3577b34da6, 0xa3ce929d0e0e4736}, span, TraceFlags{1}, {}, false};
}

/// The trace and span above; no baggage.
inline Context request() {
    return Context{}.with_span(span_context());
}

/// A trace and span of its own.
inline Context fresh_request() {
    return Context{}.with_span({new_trace_id(), new_span_id(), TraceFlags{3}, {}, false});
}

}  // namespace ctx::test
