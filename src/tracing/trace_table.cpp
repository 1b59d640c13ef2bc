#include "tracing/trace_table.hpp"

#include <algorithm>
#include <utility>

namespace ctx::detail {
namespace {

// A list node, a map node with its bucket, and the entry among those that went, later.
constexpr std::size_t trace_overhead = 320;

}  // namespace

bool TraceTable::add(SpanDataPtr span) {
    const Place place = find_or_insert(span->context.trace_id);
    if (place == kept_.end()) return false;
    touch(place);
    const bool added = put(*place, std::move(span));
    if (place->spans.empty()) erase(place);
    return added;
}

bool TraceTable::keep(SpanDataPtr span) {
    if (gone_.contains(span->context.trace_id)) return false;
    const Place place = find_or_insert(span->context.trace_id);
    if (place == kept_.end()) return false;
    const bool have = same_span(*place, *span) != place->spans.end();
    const std::size_t bytes = have ? 0 : copied_size(*span);
    const bool kept = !place->partial && room_for_promise(bytes, *place) &&
                      (have || put(*place, std::move(span)));
    if (kept) set_kept(place);
    place->has_views |= kept;
    if (place->spans.empty()) erase(place);
    return kept;
}

// A new trace is complete only if nothing of it went. kept_.end(): there is no room for one.
TraceTable::Place TraceTable::find_or_insert(TraceId id) {
    if (const auto found = by_id_.find(id); found != by_id_.end()) return found->second;
    while (by_id_.size() >= options_.max_traces) {
        if (!evict_one(nullptr)) return kept_.end();
    }
    Traces fresh;
    fresh.push_back({.id = id});
    fresh.front().partial = gone_.contains(id);
    by_id_.emplace(id, fresh.begin());
    ordinary_.splice(ordinary_.end(), fresh);
    const Place place = std::prev(ordinary_.end());
    change_bytes(*place, trace_overhead, 0);
    return place;
}

bool TraceTable::put(Trace& trace, SpanDataPtr span) {
    const std::size_t size = copied_size(*span);
    const auto old = trace.has_views ? same_span(trace, *span) : trace.spans.end();
    if (old != trace.spans.end()) {
        if ((*old)->ended) return true;  // the sink had it before keep() asked for it
        const std::size_t old_size = copied_size(**old);
        if (size > old_size && !make_room(size - old_size, trace)) return false;
        *old = std::move(span);
        change_bytes(trace, size, old_size);
        return true;
    }
    if (trace.spans.size() >= options_.max_spans_per_trace || !make_room(size, trace)) {
        return false;
    }
    trace.spans.push_back(std::move(span));
    change_bytes(trace, size, 0);
    return true;
}

bool TraceTable::make_room(std::size_t bytes, const Trace& but) {
    while (bytes_ + bytes > options_.max_bytes) {
        if (!evict_one(&but)) return false;
    }
    return true;
}

bool TraceTable::evict_one(const Trace* but) {
    for (Traces* list : {&ordinary_, &kept_}) {
        auto victim = list->begin();
        if (victim != list->end() && &*victim == but) ++victim;
        if (victim == list->end() || (victim->kept && !promise_is_over(*victim))) continue;
        remember_gone(victim->id);
        erase(victim);
        return true;
    }
    return false;
}

bool TraceTable::room_for_promise(std::size_t bytes, const Trace& trace) {
    const std::size_t more_traces = trace.kept ? 0 : 1;
    const std::size_t more_bytes = trace.kept ? bytes : bytes + trace.bytes;
    while (kept_.size() + more_traces > options_.max_traces / 2 ||
           kept_bytes_ + more_bytes > options_.max_bytes / 2) {
        if (kept_.empty() || &kept_.front() == &trace || !promise_is_over(kept_.front())) {
            return false;
        }
        demote_oldest();
    }
    return true;
}

bool TraceTable::promise_is_over(const Trace& trace) const noexcept {
    return options_.clock() - trace.promised > options_.keep_for;
}

std::vector<SpanDataPtr>::iterator TraceTable::same_span(Trace& trace, const SpanData& span) {
    return std::find_if(trace.spans.begin(), trace.spans.end(), [&](const SpanDataPtr& other) {
        return other->context.span_id == span.context.span_id;
    });
}

void TraceTable::touch(Place place) noexcept {
    place->touched = ++clock_;
    if (!place->kept) ordinary_.splice(ordinary_.end(), ordinary_, place);
}

void TraceTable::set_kept(Place place) {
    if (!place->kept) kept_bytes_ += place->bytes;
    kept_.splice(kept_.end(), place->kept ? kept_ : ordinary_, place);
    place->kept = true;
    place->promised = options_.clock();
}

// It becomes the ordinary trace that goes next.
void TraceTable::demote_oldest() noexcept {
    Trace& trace = kept_.front();
    trace.kept = false;
    kept_bytes_ -= trace.bytes;
    ordinary_.splice(ordinary_.begin(), kept_, kept_.begin());
}

void TraceTable::change_bytes(Trace& trace, std::size_t more, std::size_t less) noexcept {
    trace.bytes += more - less;
    bytes_ += more - less;
    if (trace.kept) kept_bytes_ += more - less;
}

void TraceTable::erase(Place place) {
    change_bytes(*place, 0, place->bytes);
    by_id_.erase(place->id);
    (place->kept ? kept_ : ordinary_).erase(place);
}

void TraceTable::remember_gone(TraceId id) {
    if (!gone_.insert(id).second) return;
    gone_order_.push_back(id);
    if (gone_order_.size() <= options_.max_traces) return;
    gone_.erase(gone_order_.front());
    gone_order_.pop_front();
}

std::vector<SpanDataPtr> TraceTable::find(TraceId id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? std::vector<SpanDataPtr>{} : found->second->spans;
}

std::vector<TraceId> TraceTable::recent(std::size_t count) const {
    std::vector<std::pair<std::uint64_t, TraceId>> all;
    all.reserve(by_id_.size());
    for (const auto& [id, place] : by_id_)
        all.emplace_back(place->touched, id);
    count = std::min(count, all.size());
    std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count), all.end(),
                      [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<TraceId> ids;
    ids.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
        ids.push_back(all[i].second);
    return ids;
}

}  // namespace ctx::detail
