// Loggers at the end of the backend: when they flush, and when they end.

#include "logging/ring/backend.hpp"
#include "logging/ring/futex.hpp"

#include <new>
#include <utility>

namespace ctx::log::detail {

void Backend::remember_unflushed(LineTarget& target) noexcept {
    if (target.has_unflushed_lines_) return;
    try {
        unflushed_.push_back(&target);
        target.has_unflushed_lines_ = true;
    } catch (const std::bad_alloc&) {  // it is asked again with its next line
    }
}

void Backend::flush_targets() noexcept {
    std::vector<LineTarget*> targets;
    targets.swap(unflushed_);  // a flush may deliver nothing, but log
    for (LineTarget* target : targets) {
        target->has_unflushed_lines_ = false;
        target->flush_delivered();
    }
}

void Backend::take_retired_targets() noexcept {
    ending_next_ = retired_.exchange(nullptr, std::memory_order_acquire);
}

/// Whose lines were all visible when the pass before this one began: they are delivered.
/// @return whether there are more.
bool Backend::end_retired_targets() noexcept {
    LineTarget* target = std::exchange(ending_, std::exchange(ending_next_, nullptr));
    while (target != nullptr) {
        LineTarget& ended = *std::exchange(target, target->next_retired_);
        if (ended.has_unflushed_lines_) {
            std::erase(unflushed_, &ended);
            ended.flush_delivered();
        }
        ended.end();
    }
    return ending_ != nullptr;
}

/// What was visible when the pass before this one began is delivered now.
bool Backend::answer_requests(std::uint64_t requested) noexcept {
    if (seen_request_ > answered_.load(std::memory_order_relaxed)) {
        flush_targets();
        const std::lock_guard answering{answer_mutex_};
        answered_.store(seen_request_);
        answer_changed_.notify_all();
        answers_.fetch_add(1);
        futex_wake(answers_);
    }
    seen_request_ = requested;
    return seen_request_ > answered_.load(std::memory_order_relaxed);
}

}  // namespace ctx::log::detail
