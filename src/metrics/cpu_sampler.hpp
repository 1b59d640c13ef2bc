// A thread's timer of its CPU time, and the samples that its signal handler takes.

#pragma once

#include <ctx/context/detail/node.hpp>

#include <time.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace ctx::detail {

struct CpuSample {
    const Node* node = nullptr;  // holds a reference
    std::int64_t nanoseconds = 0;
};

/// Where one thread's handler writes. Never freed: a signal may be late.
class CpuRecord {
public:
    void begin(int thread, std::int64_t cpu, std::int64_t limit) noexcept;
    /// No handler writes after this.
    void end() noexcept;

    /// In the handler, on any thread.
    void on_signal() noexcept;

    /// Takes out the oldest sample. One thread at a time.
    bool take(CpuSample& sample) noexcept;

    /// The next sample begins at `cpu` or later.
    void forward(std::int64_t cpu) noexcept;

private:
    static constexpr std::size_t capacity = 128;

    void sample() noexcept;

    std::atomic<int> thread_{0};    // 0: nobody's
    std::atomic<int> handlers_{0};  // that are looking at this
    std::atomic<std::int64_t> last_{0};
    std::atomic<std::int64_t> limit_{0};  // a longer gap was somebody else's, too
    std::atomic<std::size_t> written_{0};
    std::atomic<std::size_t> read_{0};
    std::array<CpuSample, capacity> samples_;
};

/// The timer of one thread of this process, while it lives. May be gone before the thread.
class ThreadCpuTimer {
public:
    ThreadCpuTimer(int thread, int signal, std::chrono::nanoseconds period);
    ThreadCpuTimer(const ThreadCpuTimer&) = delete;
    ThreadCpuTimer& operator=(const ThreadCpuTimer&) = delete;
    /// Releases what was not taken.
    ~ThreadCpuTimer();

    /// False: the thread has ended, its number may be another's. Also when there is no timer.
    [[nodiscard]] bool is_alive() const noexcept;

    /// No more samples come.
    void stop() noexcept;
    /// What the thread has used until now will be in none of the samples to come.
    void skip() noexcept;
    bool take(CpuSample& sample) noexcept { return record_ != nullptr && record_->take(sample); }

private:
    CpuRecord* record_ = nullptr;
    clockid_t clock_;
    int place_ = -1;
    timer_t timer_{};
    bool armed_ = false;
};

/// Installs the handler for good. @return 0, or what errno says; EBUSY: it has another's.
[[nodiscard]] int install_cpu_handler(int signal) noexcept;

}  // namespace ctx::detail
