// The context as a receiver may see it.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/context/governed_baggage.hpp>
#include <ctx/propagation/policy.hpp>

#include <utility>

namespace ctx::detail {

/// The context itself, or one whose baggage was governed and whose trace is told in part.
class Leaving {
public:
    Leaving(ContextView context, Destination receiver, TraceSending sending) : seen_(context) {
        if (is_governed(governs_sending, receiver)) [[unlikely]] {
            govern(receiver);
        }
        if (sending != TraceSending::all) [[unlikely]] {
            restrict_trace(sending);
        }
    }

    [[nodiscard]] ContextView context() const noexcept { return seen_; }

private:
    void govern(Destination receiver) {
        const Baggage& baggage = seen_.baggage();
        if (baggage.empty()) return;
        Baggage sent = send_governed(baggage, receiver);
        if (sent.buffer() == baggage.buffer()) return;
        owned_ = seen_.with_baggage(std::move(sent));
        seen_ = owned_;
    }

    // A new context without local values: formats keep there what they know of a trace.
    void restrict_trace(TraceSending sending) {
        SpanContext span;
        if (sending == TraceSending::ids_only) {
            span = seen_.span_context();
            span.trace_state = {};
        }
        owned_ = Context{}.with_span_and_baggage(span, seen_.baggage());
        seen_ = owned_;
    }

    ContextView seen_;
    Context owned_;
};

}  // namespace ctx::detail
