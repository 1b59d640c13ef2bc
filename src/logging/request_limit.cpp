#include "logging/request_limit.hpp"

#include "logging/log_stats.hpp"

#include <algorithm>
#include <chrono>

namespace ctx::log::detail {
namespace {

constexpr std::chrono::nanoseconds second = std::chrono::seconds{1};

}  // namespace

RequestLimit::RequestLimit(std::uint32_t per_second, std::uint32_t lines) noexcept
    : admits_any_(per_second != 0 && lines != 0),
      max_lines_(lines),
      gate_({second / std::max(per_second, 1U), per_second}) {}

/// By a request that was admitted less than a second ago.
bool RequestLimit::is_taken(const Seat& seat) noexcept {
    return !seat.is_refused.load(std::memory_order_relaxed) &&
           RateGate::now() - seat.since.load(std::memory_order_relaxed) < second.count();
}

// Requests come and go: a seat is taken over by the next one that falls there, but one that is
// refused leaves an admitted one its second.
RequestLimit::Seat* RequestLimit::seat_of(TraceId request) noexcept {
    if (!admits_any_) return nullptr;
    const std::uint64_t key = mixed(mixed(request.high()) + request.low());
    Seat& seat = seats_[key % seats_.size()];
    if (seat.request.load(std::memory_order_relaxed) == key) {
        return admitted(seat);
    }
    const bool is_admitted = gate_.lets_through(caught_up_);
    if (!is_admitted) {
        refused_debug_requests.add();
        if (is_taken(seat)) return nullptr;
    }
    seat.is_refused.store(!is_admitted, std::memory_order_relaxed);
    seat.lines.store(0, std::memory_order_relaxed);
    seat.since.store(RateGate::now(), std::memory_order_relaxed);
    seat.request.store(key, std::memory_order_relaxed);
    return is_admitted ? &seat : nullptr;
}

RequestLimit::Seat* RequestLimit::admitted(Seat& seat) const noexcept {
    const bool used_up = seat.lines.load(std::memory_order_relaxed) >= max_lines_;
    return used_up || seat.is_refused.load(std::memory_order_relaxed) ? nullptr : &seat;
}

bool RequestLimit::takes_line(TraceId request) noexcept {
    Seat* const seat = seat_of(request);
    if (seat == nullptr) return false;
    if (seat->lines.fetch_add(1, std::memory_order_relaxed) + 1 == max_lines_) {
        used_up_debug_requests.add();
    }
    return true;
}

}  // namespace ctx::log::detail
