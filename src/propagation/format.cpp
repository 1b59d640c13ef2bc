#include <ctx/context/governed_baggage.hpp>
#include <ctx/propagation/format.hpp>

#include <algorithm>
#include <utility>

namespace ctx {
namespace {

/// Some formats say the right half of an id only, and some tracers have no other.
bool is_same_trace(TraceId a, TraceId b) noexcept {
    return a.low() == b.low() && (a.high() == b.high() || a.high() == 0 || b.high() == 0);
}

}  // namespace

void Extraction::found(SpanContext span) noexcept {
    span.remote = true;
    if (span_.trace_id.is_valid() && is_same_trace(span.trace_id, span_.trace_id)) {
        return merge_same_trace(span_, span);
    }
    if (span_.trace_id.is_valid()) {
        conflicting_ = true;
        if (conflict_ == Conflict::first_wins) return linked({span.trace_id, span.span_id});
        linked({span_.trace_id, span_.span_id});
    }
    span_ = std::move(span);
}

// What one format says and the other cannot is kept; where both speak, the rule decides.
void Extraction::merge_same_trace(const SpanContext& earlier, const SpanContext& later) noexcept {
    const bool last = conflict_ == Conflict::last_wins;
    const SpanContext& winner = last ? later : earlier;
    const SpanContext& other = last ? earlier : later;
    SpanContext merged = winner.span_id.is_valid() || !other.span_id.is_valid() ? winner : other;
    if (merged.trace_id.high() == 0) {
        merged.trace_id = winner.trace_id.high() != 0 ? winner.trace_id : other.trace_id;
    }
    merged.flags = winner.flags.decided() ? winner.flags : other.flags;
    if (merged.flags.sampled() && other.flags.debug()) merged.flags = merged.flags.with_debug();
    merged.flags = merged.flags.with_random(earlier.flags.random() || later.flags.random());
    merged.trace_state = winner.trace_state.empty() ? other.trace_state : winner.trace_state;
    span_ = std::move(merged);
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

void Extraction::decided(TraceFlags decision) noexcept {
    const bool keeps_first = conflict_ == Conflict::first_wins && decision_.decided();
    if (!keeps_first || decision.debug()) decision_ = decision;
}

void Extraction::linked(const Link& link) noexcept {
    const Link* const begin = links_.data();
    const Link* const end = begin + link_count_;
    if (!link.span_id.is_valid() || std::find(begin, end, link) != end) return;
    if (link_count_ < max_links) links_[link_count_++] = link;
}

void Extraction::begin_anew() noexcept {
    linked({span_.trace_id, span_.span_id});
    span_ = {};
    decision_ = {};
    kept_ = {};
}

Context Extraction::finish(Context base, Destination from, Incoming incoming) && {
    if (incoming == Incoming::ignore) [[unlikely]] {
        return base;
    }
    if (incoming == Incoming::restart_with_link) [[unlikely]] {
        begin_anew();
    }
    if (detail::is_governed(detail::governs_admission, from) && !baggage_.empty()) [[unlikely]] {
        baggage_ = detail::admit_governed(baggage_, from);
    }
    bool has_span = span_.trace_id.is_valid();
    if (decision_.decided()) [[unlikely]] {
        if (!has_span) span_.flags = decision_;
        if (decision_.debug()) span_.flags = span_.flags.with_debug();
        has_span = true;
    }
    if (kept_) base = base ? base.with_values_of(kept_) : kept_;
    if (has_span && !baggage_.empty()) {
        base = base.with_span_and_baggage(span_, std::move(baggage_));
    } else if (has_span) {
        base = base.with_span(span_);
    } else if (!baggage_.empty()) {
        base = base.with_baggage(std::move(baggage_));
    }
    if (link_count_ > 0) base = base.with_links({links_.data(), link_count_});
    return base;
}

}  // namespace ctx
