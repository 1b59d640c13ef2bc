#include "propagation/unite_baggage.hpp"
#include <ctx/context/governed_baggage.hpp>
#include <ctx/propagation/format.hpp>

#include <algorithm>
#include <utility>
#include <vector>

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
        set_aside(span_);
    }
    span_ = std::move(span);
    if (set_aside_.trace_id.is_valid()) take_back_what_was_set_aside();
}

void Extraction::set_aside(const SpanContext& loser) noexcept {
    linked({loser.trace_id, loser.span_id});
    if (!loser.trace_state.empty() || loser.flags.random()) set_aside_ = loser;
}

// The trace that was replaced comes again in another format: it has not lost after all.
void Extraction::take_back_what_was_set_aside() noexcept {
    if (!is_same_trace(span_.trace_id, set_aside_.trace_id)) return;
    const SpanContext earlier = std::exchange(set_aside_, {});
    unlink(earlier);
    merge_same_trace(earlier, span_);
}

void Extraction::unlink(const SpanContext& span) noexcept {
    Link* const begin = links_.data();
    Link* const end = begin + link_count_;
    link_count_ = static_cast<std::uint32_t>(
        std::remove(begin, end, Link{span.trace_id, span.span_id}) - begin);
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

void Extraction::found(Baggage baggage, KeyCase keys) {
    if (baggage_.empty()) {
        baggage_ = std::move(baggage);
        key_case_ = keys;
        return;
    }
    baggage_ = detail::unite_baggage({std::move(baggage_), key_case_}, {std::move(baggage), keys});
    if (keys == KeyCase::kept) key_case_ = keys;
}

void Extraction::decided(TraceFlags decision) noexcept {
    if (decision_.debug()) return;
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
    const bool has_span = span_.trace_id.is_valid();
    if (kept_) base = base ? base.with_values_of(kept_) : kept_;
    if (has_span && decision_.debug()) [[unlikely]] {
        span_.flags = span_.flags.with_debug();
    }
    if (has_span && !baggage_.empty()) {
        base = base.with_span_and_baggage(span_, std::move(baggage_));
    } else if (has_span) {
        base = base.with_span(span_);
    } else if (!baggage_.empty()) {
        base = base.with_baggage(std::move(baggage_));
    }
    if (!has_span && decision_.decided()) [[unlikely]] {
        base = with_decision(std::move(base));
    }
    if (link_count_ > 0) base = with_found_links(std::move(base));
    return base;
}

// Of a trace that is there already, from an earlier extraction, only a debug request is told.
Context Extraction::with_decision(Context base) const {
    SpanContext span = base.span_context();
    const bool has_trace = span.trace_id.is_valid();
    if (has_trace && !decision_.debug()) return base;
    span.flags = has_trace ? span.flags.with_debug() : decision_;
    return base.with_span(span, base ? base.node()->span : RecordingSpanPtr{});
}

Context Extraction::with_found_links(Context base) const {
    std::vector<Link> links{base.links().begin(), base.links().end()};
    links.insert(links.end(), links_.begin(), links_.begin() + link_count_);
    return base.with_links(links);
}

}  // namespace ctx
