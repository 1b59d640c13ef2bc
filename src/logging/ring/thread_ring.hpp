// The ring of one thread, with the context that its lines were written under.

#pragma once

#include "logging/ring/byte_ring.hpp"
#include "logging/ring/fences.hpp"
#include "logging/ring/line_target.hpp"
#include <ctx/context/detail/node.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ctx::log::detail {

// What lies in a ring. A context record holds for all lines after it.
enum class RecordKind : std::uint32_t { filler = filler_kind, context, line, long_line, flush };

struct ContextRecord {
    RecordHead head;
    const ctx::detail::Node* node;  // a reference of its own
};

/// How a line, and a flush, begins.
struct TimedRecord {
    RecordHead head;
    LineTarget* target;
    std::int64_t time;  // in units of system_clock
};

struct LineRecord {
    TimedRecord timed;
    std::uint64_t thread_id;
    const char* file;
    const char* function;
    std::int32_t line_number;
    std::int16_t level;
    std::uint16_t mark;
    std::uint32_t message_size;
    std::uint32_t values_size;
    // The message and the values follow; in a long line the address of memory from malloc() that
    // holds both.
};

/// The context of a thread is sent when it changes, not with every line. While the ring lies idle
/// the backend forgets it, so that no request lives on because nothing was logged since.
class ThreadRing {
public:
    using Clock = std::chrono::system_clock;

    explicit ThreadRing(std::size_t bytes) noexcept : ring_(bytes) {}
    ~ThreadRing() { ctx::detail::release_node(context_); }
    ThreadRing(const ThreadRing&) = delete;
    ThreadRing& operator=(const ThreadRing&) = delete;

    [[nodiscard]] bool is_valid() const noexcept { return ring_.is_valid(); }

    enum class Written : std::uint8_t { all, no_room, no_memory };

    // The thread's side. All of it is written or nothing.

    [[nodiscard]] Written write(LineTarget& target, const Line& line, ContextView context) noexcept;
    [[nodiscard]] Written write_flush(LineTarget& target, Clock::time_point time) noexcept;
    /// Waits until the backend has made room.
    void wait_for_room() noexcept;
    /// The thread has ended; it writes no more.
    void abandon() noexcept { abandoned_.store(true, std::memory_order_release); }

    // The backend's side.

    [[nodiscard]] bool is_abandoned() const noexcept {
        return abandoned_.load(std::memory_order_acquire);
    }
    [[nodiscard]] bool is_empty() const noexcept { return ring_.is_empty(); }
    [[nodiscard]] std::uint64_t end() const noexcept { return ring_.end(); }
    [[nodiscard]] bool reaches(std::uint64_t position) const noexcept {
        return ring_.position() >= position;
    }

    /// Takes context records in and shows the first line or flush before `limit`, or null.
    [[nodiscard]] TimedRecord* front(std::uint64_t limit) noexcept;
    void pop(TimedRecord& record) noexcept;
    /// The message of a line that front() showed, and its values.
    [[nodiscard]] static std::string_view message(const LineRecord& record) noexcept;
    [[nodiscard]] static std::string_view values(const LineRecord& record) noexcept;
    /// What the line in front was written under.
    [[nodiscard]] ContextView context() const noexcept { return ContextView{context_}; }
    /// Lets the thread go on if it waits for room. After a fence.
    void notify_if_waiting() noexcept;

    /// Whether an idle ring keeps a request alive, or memory that it needs no more.
    [[nodiscard]] bool keeps_a_context() const noexcept { return context_ != nullptr; }
    [[nodiscard]] bool keeps_memory() const noexcept { return is_unfolded_; }
    /// In three steps, for all rings at once: keep the thread away, a heavy fence, forget. What is
    /// returned is to be released when no ring is kept any more: that may run anybody's code.
    void begin_forgetting() noexcept {
        before_ = state_.load(std::memory_order_relaxed);
        state_.store(State::busy, std::memory_order_relaxed);
    }
    [[nodiscard]] const ctx::detail::Node* finish_forgetting(bool fold) noexcept;

private:
    enum class State : std::uint8_t {
        known,      // both sides know the context that was sent last
        busy,       // the backend is about to forget it: wait
        forgotten,  // it is to be sent again
    };

    class Writing;
    [[nodiscard]] bool reserve_context(const ctx::detail::Node* node) noexcept;
    [[nodiscard]] char* reserve_line(LineTarget& target, const Line& line, RecordKind kind,
                                     std::size_t bytes) noexcept;
    [[nodiscard]] Written reserve_message(LineTarget& target, const Line& line) noexcept;

    ByteRing ring_;

    // Written by the thread.
    alignas(64) std::atomic<bool> writing_{false};
    std::atomic<bool> abandoned_{false};
    std::atomic<std::uint32_t> waiting_{0};
    const void* sent_ = nullptr;  // a node: compared, never followed

    // Written by the backend, but for the way back from `forgotten`.
    alignas(64) std::atomic<State> state_{State::known};
    const ctx::detail::Node* context_ = nullptr;
    State before_ = State::known;  // busy
    bool is_unfolded_ = false;
};

}  // namespace ctx::log::detail
