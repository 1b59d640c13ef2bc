// The thread that writes log lines: it takes them out of the rings of all threads, in the order of
// their times, and hands each to its logger's sinks under the context it was written with.

#pragma once

#include "logging/ring/line_target.hpp"
#include "logging/ring/thread_ring.hpp"
#include <ctx/export.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace ctx::log::detail {

/// What happens to a line that finds its thread's ring full.
enum class WhenFull : std::uint8_t { block, drop_newest, drop_below_warn };

/// One per process, made by the first use and never destroyed.
class CTX_EXPORT Backend {
public:
    using Deadline = std::chrono::steady_clock::time_point;

    [[nodiscard]] static Backend& instance();
    /// Null before the first use.
    [[nodiscard]] static Backend* if_used() noexcept;

    /// The size of rings made from now on. A thread's first line makes its ring.
    void set_ring_bytes(std::size_t bytes) noexcept { ring_bytes_.store(bytes); }

    /// Takes a target that nobody writes to any more, and ends it when its lines are delivered.
    void retire(LineTarget& target) noexcept;

    /// @return false when the line was dropped, which is counted. Lines of the backend's own
    /// thread, from sinks that log, are dropped rather than waited for.
    bool write(LineTarget& target, const Line& line, ContextView context,
               WhenFull when_full) noexcept;
    /// Flushes the target behind the lines that this thread has written so far. Not when the ring
    /// is full and the policy is not to wait.
    void flush_later(LineTarget& target, WhenFull when_full) noexcept;

    /// Waits until all that was written before the call is delivered and its targets have flushed.
    /// @return false when that took too long, and on the backend's own thread.
    bool flush(Deadline deadline) noexcept;
    /// The same, with nothing but atomics and system calls.
    void drain_in_signal_handler(std::chrono::nanoseconds limit) noexcept;

private:
    /// A ring and how far the backend may read it.
    struct Seat {
        std::unique_ptr<ThreadRing> ring;
        std::uint64_t limit = 0;        // what was visible when this pass began
        std::uint64_t seen_before = 0;  // … when the one before it began
        bool is_abandoned = false;
        std::chrono::steady_clock::time_point last_used{};
    };
    struct Candidate {
        std::int64_t time;
        std::size_t seat;
        bool operator>(const Candidate& other) const noexcept {
            return time != other.time ? time > other.time : seat > other.seat;
        }
    };
    class Pass;
    class RingLease;

    Backend();

    ThreadRing* open_ring() noexcept;
    void make_room(ThreadRing& ring) noexcept;
    bool start_thread() noexcept;

    void run() noexcept;
    bool pass() noexcept;
    void take_fresh_rings() noexcept;
    void take_away_ended_rings() noexcept;
    bool answer_requests(std::uint64_t requested) noexcept;

    void remember_unflushed(LineTarget& target) noexcept;
    void flush_targets() noexcept;
    void take_retired_targets() noexcept;
    bool end_retired_targets() noexcept;

    static void let_lines_gather() noexcept;
    [[nodiscard]] bool linger() noexcept;
    void sleep() noexcept;
    [[nodiscard]] bool has_work() const noexcept;
    std::chrono::nanoseconds forget_idle_contexts() noexcept;
    void wake() noexcept;
    void wake_if_asleep() noexcept;

    void end_with_process() noexcept;
    void before_fork() noexcept;
    void after_fork_in_parent() noexcept;
    void after_fork_in_child() noexcept;

    // Read by every line.
    std::atomic<std::uint32_t> sleeping_{0};
    std::atomic<bool> has_ended_{false};
    std::atomic<bool> is_running_{false};
    std::atomic<std::size_t> ring_bytes_{std::size_t{64} << 10};

    std::mutex fresh_mutex_;  // also starting the thread
    std::vector<std::unique_ptr<ThreadRing>> fresh_;
    std::atomic<std::uint32_t> fresh_count_{0};

    std::mutex delivery_mutex_;        // held during a pass
    bool is_delivery_locked_ = false;  // by before_fork()
    std::vector<Seat> seats_;
    std::vector<Candidate> candidates_;
    std::vector<Seat*> idle_;
    std::vector<const ctx::detail::Node*> forgotten_;
    std::uint64_t seen_request_ = 0;
    std::chrono::nanoseconds last_sleep_ = std::chrono::nanoseconds::max();  // of the thread alone

    // Targets with lines since their last flush; retired ones, linked, as they come, and those that
    // were there when the pass before this one began, and when this one did.
    std::vector<LineTarget*> unflushed_;
    std::atomic<LineTarget*> retired_{nullptr};
    LineTarget* ending_ = nullptr;
    LineTarget* ending_next_ = nullptr;

    std::mutex fork_mutex_;  // over a whole fork()
    std::atomic<std::uint64_t> requested_{0};
    std::mutex answer_mutex_;
    std::condition_variable answer_changed_;
    std::atomic<std::uint64_t> answered_{0};  // written under answer_mutex_
    std::atomic<std::uint32_t> answers_{0};   // for those who cannot take it
};

}  // namespace ctx::log::detail
