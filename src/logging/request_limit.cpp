#include "logging/request_limit.hpp"

#include "logging/log_stats.hpp"

#include <algorithm>
#include <chrono>

namespace ctx::log::detail {
namespace {

constexpr std::chrono::nanoseconds second = std::chrono::seconds{1};

}  // namespace

RequestLimit::RequestLimit(std::uint32_t per_second) noexcept
    : admits_any_(per_second != 0), gate_({second / std::max(per_second, 1U), per_second}) {}

/// By a request that was admitted less than a second ago.
bool RequestLimit::is_taken(const Seat& seat) noexcept {
    return !seat.is_refused.load(std::memory_order_relaxed) &&
           RateGate::now() - seat.since.load(std::memory_order_relaxed) < second.count();
}

// Requests come and go: a seat is taken over by the next one that falls there, but one that is
// refused leaves an admitted one its second.
bool RequestLimit::admits(TraceId request) noexcept {
    if (!admits_any_) return false;
    const std::uint64_t key = mixed(mixed(request.high()) + request.low());
    Seat& seat = seats_[key % seats_.size()];
    if (seat.request.load(std::memory_order_relaxed) == key) {
        return !seat.is_refused.load(std::memory_order_relaxed);
    }
    const bool admitted = gate_.lets_through(caught_up_);
    if (!admitted) {
        refused_debug_requests.add();
        if (is_taken(seat)) return false;
    }
    seat.is_refused.store(!admitted, std::memory_order_relaxed);
    seat.since.store(RateGate::now(), std::memory_order_relaxed);
    seat.request.store(key, std::memory_order_relaxed);
    return admitted;
}

}  // namespace ctx::log::detail
