// The rings that the backend reads: how they come and go.

#include "logging/ring/backend.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <new>
#include <utility>

namespace ctx::log::detail {
namespace {

constexpr std::chrono::microseconds short_sleep{100};
constexpr std::chrono::microseconds linger_for{30};
// Who reads right behind a thread that writes takes its cache lines away, line by line.
constexpr std::chrono::microseconds between_passes{10};

void pause_for(std::chrono::nanoseconds time) noexcept {
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) {
    }
}

}  // namespace

void Backend::take_fresh_rings() noexcept {
    if (fresh_count_.load(std::memory_order_acquire) == 0) return;
    try {
        const std::lock_guard lock{fresh_mutex_};
        const std::size_t count = seats_.size() + fresh_.size();
        seats_.reserve(count);
        candidates_.reserve(count);
        idle_.reserve(count);
        forgotten_.reserve(count);
        for (auto& ring : fresh_)
            seats_.push_back({std::move(ring)});
        fresh_.clear();
        fresh_count_.store(0, std::memory_order_relaxed);
    } catch (const std::bad_alloc&) {  // the next pass tries again
    }
}

/// With their contexts, whose values may belong to anybody: one ring at a time, out of its seat.
void Backend::take_away_ended_rings() noexcept {
    const auto has_ended = [](const Seat& seat) {
        return seat.is_abandoned && seat.ring->is_empty();
    };
    for (auto at = seats_.begin();
         (at = std::find_if(at, seats_.end(), has_ended)) != seats_.end();) {
        const std::unique_ptr<ThreadRing> ended = std::move(at->ring);
        at = seats_.erase(at);
    }
}

void Backend::let_lines_gather() noexcept {
    pause_for(between_passes);
}

/// After a sleep that was hardly one: who wakes this thread pays more than it costs to look again.
/// @return whether there is something to do.
bool Backend::linger() noexcept {
    if (last_sleep_ > short_sleep) return false;
    const auto end = std::chrono::steady_clock::now() + linger_for;
    while (std::chrono::steady_clock::now() < end) {
        let_lines_gather();
        const std::lock_guard lock{delivery_mutex_};
        if (has_work()) return true;
    }
    return false;
}

bool Backend::has_work() const noexcept {
    return fresh_count_.load(std::memory_order_acquire) != 0 ||
           retired_.load(std::memory_order_acquire) != nullptr ||
           requested_.load(std::memory_order_acquire) > answered_.load(std::memory_order_relaxed) ||
           std::any_of(seats_.begin(), seats_.end(), [](const Seat& seat) {
               return !seat.ring->is_empty() || seat.ring->is_abandoned();
           });
}

}  // namespace ctx::log::detail
