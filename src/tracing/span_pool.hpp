// Records for reuse. Taking and giving never wait: who finds the list busy goes to the allocator.

#pragma once

#include <atomic>
#include <cstddef>

namespace ctx::detail {

class SpanRecord;

class SpanPool {
public:
    explicit SpanPool(std::size_t max_records) noexcept : max_(max_records) {}
    SpanPool(const SpanPool&) = delete;
    SpanPool& operator=(const SpanPool&) = delete;
    ~SpanPool() = default;  // closed before, or leaked in a forked child

    /// A record, or null.
    [[nodiscard]] SpanRecord* take() noexcept;
    /// @return false when the record is not wanted and the caller must delete it.
    [[nodiscard]] bool give(SpanRecord* record) noexcept;
    /// The same for `count` records, from `first` by their links to `last`.
    [[nodiscard]] bool give_all(SpanRecord* first, SpanRecord* last, std::size_t count) noexcept;
    /// Deletes what is there; give() returns false from now on.
    void close() noexcept;

private:
    [[nodiscard]] bool try_lock() noexcept {
        return !busy_.test_and_set(std::memory_order_acquire);
    }
    void unlock() noexcept { busy_.clear(std::memory_order_release); }

    const std::size_t max_;
    alignas(64) std::atomic_flag busy_;  // held for a few instructions
    bool closed_ = false;
    std::size_t count_ = 0;
    SpanRecord* first_ = nullptr;
};

}  // namespace ctx::detail
