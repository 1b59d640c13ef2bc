// Asks other threads by a signal what they work on. Async-signal-safe.

#pragma once

#include <ctx/context/thread_dump.hpp>

#include <signal.h>
#include <time.h>

#include <cstdint>

namespace ctx::detail {

/// The time at which somebody stops waiting, on the monotonic clock.
class WaitLimit {
public:
    static WaitLimit after(std::chrono::nanoseconds wait) noexcept;
    [[nodiscard]] WaitLimit or_earlier(WaitLimit other) const noexcept;
    [[nodiscard]] const timespec& time() const noexcept { return time_; }

private:
    timespec time_{};
};

/// While it lives, the process answers to its signal. One at a time.
class ThreadQuery {
public:
    /// @param signal  zero: SIGURG.
    explicit ThreadQuery(int signal) noexcept;
    ~ThreadQuery();
    ThreadQuery(const ThreadQuery&) = delete;
    ThreadQuery& operator=(const ThreadQuery&) = delete;

    /// False while there is another one, or when the signal cannot be handled.
    [[nodiscard]] bool is_ready() const noexcept { return ready_; }

    /// Waits for an answer until `limit`. @return false when the thread has ended meanwhile.
    bool ask(int thread, WaitLimit limit, ThreadContext& answer) noexcept;

private:
    int signal_;
    bool owns_mailbox_;
    bool ready_ = false;
    bool is_answer_due_ = false;
    struct sigaction before_ {};
};

}  // namespace ctx::detail
