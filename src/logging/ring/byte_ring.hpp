// A queue of records of any size between one producer and one consumer.

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace ctx::log::detail {

/// Stands at the beginning of each record, aligned to 8 bytes.
struct RecordHead {
    std::uint32_t size;  // of the whole record in the ring, a multiple of 8
    std::uint32_t kind;
};

/// Kind 0 is the ring's own: what is left before its end.
inline constexpr std::uint32_t filler_kind = 0;

/// Records lie in one piece. Nothing is visible to the consumer before commit().
class ByteRing {
public:
    /// @param bytes  rounded up to a power of two, 4 KiB at least. Memory is reserved, and touched
    ///               as records are written. Check is_valid().
    explicit ByteRing(std::size_t bytes) noexcept;
    ~ByteRing();
    ByteRing(const ByteRing&) = delete;
    ByteRing& operator=(const ByteRing&) = delete;

    [[nodiscard]] bool is_valid() const noexcept { return memory_ != nullptr; }
    /// Records may not be larger: one, what is left before the end of the ring, and a small record
    /// have room in the half of it.
    [[nodiscard]] std::size_t max_record() const noexcept { return capacity_ / 4 - 64; }

    // The producer's side.

    /// Room for a record of `size` bytes behind those that are reserved and not yet committed, or
    /// null when the ring is too full. Its head is written.
    [[nodiscard]] char* reserve(std::size_t size, std::uint32_t kind) noexcept;
    /// Shows everything that was reserved to the consumer.
    void commit() noexcept { head_.store(reserved_, std::memory_order_release); }
    /// Forgets what was reserved and not committed.
    void cancel() noexcept { reserved_ = head_.load(std::memory_order_relaxed); }

    // The consumer's side.

    /// The position behind the last record that is visible.
    [[nodiscard]] std::uint64_t end() const noexcept {
        return head_.load(std::memory_order_acquire);
    }
    [[nodiscard]] std::uint64_t position() const noexcept {
        return tail_.load(std::memory_order_relaxed);
    }
    /// The first record before `limit`, or null.
    [[nodiscard]] RecordHead* front(std::uint64_t limit) noexcept;
    /// Takes the record away that front() returned.
    void pop(const RecordHead& record) noexcept {
        tail_.store(position() + record.size, std::memory_order_release);
    }
    [[nodiscard]] bool is_empty() const noexcept { return end() == position(); }
    [[nodiscard]] bool is_half_empty() const noexcept {
        return end() - position() <= capacity_ / 2;
    }
    /// Gives the memory back that an empty ring has touched. The producer must be kept away.
    void release_memory() noexcept;

private:
    [[nodiscard]] char* at(std::uint64_t position) noexcept {
        return memory_ + (position & (capacity_ - 1));
    }
    [[nodiscard]] bool has_room(std::uint64_t end) noexcept;

    std::size_t capacity_;
    char* memory_;

    // Each side writes a cache line of its own.
    alignas(64) std::atomic<std::uint64_t> head_{0};
    std::uint64_t reserved_ = 0;   // the producer's
    std::uint64_t seen_tail_ = 0;  // the producer's
    alignas(64) std::atomic<std::uint64_t> tail_{0};
};

}  // namespace ctx::log::detail
