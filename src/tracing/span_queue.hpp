// Ended spans on their way to the recorder's thread: a bounded list that any thread pushes to and
// one thread takes whole. No step waits for another thread.

#pragma once

#include "tracing/span_record.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace ctx::detail {

class SpanQueue {
public:
    explicit SpanQueue(std::size_t places) noexcept : limit_(places) {}
    SpanQueue(const SpanQueue&) = delete;
    SpanQueue& operator=(const SpanQueue&) = delete;
    ~SpanQueue() = default;

    /// @return the places taken before, or `none` when all are taken.
    [[nodiscard]] std::size_t reserve() noexcept {
        const std::size_t before = places_.fetch_add(1, std::memory_order_relaxed);
        if (before < limit_) return before;
        places_.fetch_sub(1, std::memory_order_relaxed);
        return none;
    }
    void free_places(std::size_t count) noexcept {
        places_.fetch_sub(count, std::memory_order_relaxed);
    }

    /// Takes over a record that has a place. @return false when the queue is closed.
    [[nodiscard]] bool push(SpanRecord& record) noexcept {
        SpanRecord* head = head_.load(std::memory_order_relaxed);
        do {
            if (head == closed_mark()) return false;
            record.next = head;
        } while (!head_.compare_exchange_weak(head, &record, std::memory_order_release,
                                              std::memory_order_relaxed));
        return true;
    }

    /// All records, oldest first. For the recorder's thread.
    [[nodiscard]] SpanRecord* take_all() noexcept { return reversed(exchange(nullptr)); }
    /// The same for the last time: nothing is taken after it.
    [[nodiscard]] SpanRecord* close() noexcept { return reversed(exchange(closed_mark())); }

    static constexpr std::size_t none = SIZE_MAX;

private:
    // Not the address of any record: the queue's own.
    [[nodiscard]] SpanRecord* closed_mark() noexcept { return reinterpret_cast<SpanRecord*>(this); }

    [[nodiscard]] SpanRecord* exchange(SpanRecord* with) noexcept {
        SpanRecord* taken = head_.exchange(with, std::memory_order_acquire);
        return taken == closed_mark() ? nullptr : taken;
    }
    [[nodiscard]] static SpanRecord* reversed(SpanRecord* newest) noexcept {
        SpanRecord* oldest = nullptr;
        while (newest != nullptr) {
            SpanRecord* const older = newest->next;
            newest->next = oldest;
            oldest = newest;
            newest = older;
        }
        return oldest;
    }

    const std::size_t limit_;
    alignas(64) std::atomic<std::size_t> places_{0};
    std::atomic<SpanRecord*> head_{nullptr};
};

}  // namespace ctx::detail
