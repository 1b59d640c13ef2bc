#include <ctx/context/governed_baggage.hpp>
#include <ctx/propagation/format.hpp>

#include <utility>

namespace ctx {

void Extraction::found(SpanContext span) noexcept {
    if (span.trace_id == span_.trace_id) {
        if (span.trace_state.empty()) span.trace_state = span_.trace_state;
        const unsigned random = span_.flags.bits() & TraceFlags::random_bit;
        span.flags = TraceFlags{span.flags.bits() | random};
    }
    span.remote = true;
    span_ = std::move(span);
}

void Extraction::found(Baggage baggage) {
    if (baggage_.empty()) {
        baggage_ = std::move(baggage);
        return;
    }
    // Both in the order of their keys: one walk finds what both have. The rest, bags that nobody
    // here knows included, is united.
    const Baggage earlier = baggage_;
    BaggageIterator old = earlier.begin();
    for (const BaggageEntry& entry : baggage) {
        while (old != earlier.end() && old->key < entry.key)
            ++old;
        if (old != earlier.end() && old->key == entry.key) baggage_ = baggage_.remove(entry.key);
    }
    baggage_ = join(baggage_, baggage);
}

Context Extraction::finish(Context base, Destination from) && {
    if (detail::is_governed(detail::governs_admission, from) && !baggage_.empty()) [[unlikely]] {
        baggage_ = detail::admit_governed(baggage_, from);
    }
    const bool has_span = span_.trace_id.is_valid();
    if (has_span && !baggage_.empty()) {
        return base.with_span_and_baggage(span_, std::move(baggage_));
    }
    if (has_span) return base.with_span(span_);
    if (!baggage_.empty()) return base.with_baggage(std::move(baggage_));
    return base;
}

}  // namespace ctx
