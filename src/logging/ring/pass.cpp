#include "logging/ring/pass.hpp"

#include <algorithm>

namespace ctx::log::detail {
namespace {

Line line_of(const LineRecord& record) noexcept {
    return {ThreadRing::Clock::time_point{ThreadRing::Clock::duration{record.timed.time}},
            record.thread_id,
            ThreadRing::message(record),
            record.file,
            record.function,
            record.line_number,
            record.level,
            record.mark,
            ThreadRing::values(record)};
}

}  // namespace

// The time is taken first: whatever is older is visible by now.
Backend::Pass::Pass(Backend& backend) noexcept
    : backend_(backend), begin_(ThreadRing::Clock::now().time_since_epoch().count()) {
    for (Seat& seat : backend_.seats_) {
        seat.is_abandoned = seat.ring->is_abandoned();
        seat.seen_before = seat.limit;
        seat.limit = seat.ring->end();
    }
}

bool Backend::Pass::deliver_all() noexcept {
    backend_.candidates_.clear();
    for (std::size_t seat = 0; seat < backend_.seats_.size(); ++seat) {
        if (const TimedRecord* front = ripe_front(backend_.seats_[seat])) offer(seat, *front);
    }
    if (backend_.candidates_.empty()) return false;
    while (!backend_.candidates_.empty())
        deliver_from(take_earliest());
    return true;
}

TimedRecord* Backend::Pass::ripe_front(const Seat& seat) const noexcept {
    TimedRecord* front = seat.ring->front(seat.limit);
    if (front == nullptr) return nullptr;
    return front->time <= begin_ || !seat.ring->reaches(seat.seen_before) ? front : nullptr;
}

// There is room for one candidate of each ring: take_fresh_rings().
void Backend::Pass::offer(std::size_t seat, const TimedRecord& front) noexcept {
    backend_.candidates_.push_back({front.time, seat});
    std::push_heap(backend_.candidates_.begin(), backend_.candidates_.end(), std::greater<>{});
}

std::size_t Backend::Pass::take_earliest() noexcept {
    std::pop_heap(backend_.candidates_.begin(), backend_.candidates_.end(), std::greater<>{});
    const std::size_t seat = backend_.candidates_.back().seat;
    backend_.candidates_.pop_back();
    return seat;
}

/// As long as no other ring has an earlier line.
void Backend::Pass::deliver_from(std::size_t number) noexcept {
    Seat& seat = backend_.seats_[number];
    const auto& others = backend_.candidates_;
    seat.last_used = now_;
    while (TimedRecord* front = ripe_front(seat)) {
        if (!others.empty() && others.front().time < front->time) return offer(number, *front);
        deliver(seat, *front);
        seat.ring->pop(*front);
        seat.ring->notify_if_waiting();
    }
}

void Backend::Pass::deliver(const Seat& seat, TimedRecord& record) noexcept {
    if (record.head.kind == static_cast<std::uint32_t>(RecordKind::flush)) {
        record.target->flush_delivered();
        return;
    }
    backend_.remember_unflushed(*record.target);
    const ContextView context = seat.ring->context();
    make_current(context);
    record.target->deliver(line_of(reinterpret_cast<const LineRecord&>(record)), context);
}

void Backend::Pass::make_current(ContextView context) noexcept {
    if (ctx::detail::current_node() == context.node()) return;
    current_.reset();
    if (context) current_.emplace(Context{context});
}

}  // namespace ctx::log::detail
