// The rings that the backend reads: how they come and go.

#include "logging/ring/backend.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace ctx::log::detail {

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

}  // namespace ctx::log::detail
