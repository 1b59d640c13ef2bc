// The thread that pushes in intervals, tries again, and ends in bounded time.

#pragma once

#include "metrics/http_request.hpp"
#include <ctx/context/detail/own_process.hpp>
#include <ctx/context/diagnostics.hpp>
#include <ctx/context/lifecycle.hpp>
#include <ctx/metrics/otlp_push.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <utility>

namespace ctx::detail {

struct PushLoopOptions {
    /// Makes what is to be sent, on the loop's thread. May throw.
    std::function<HttpRequest()> make_request;
    /// Hears the body of each answer of status 2xx, on the loop's thread. May throw, may be null.
    std::function<void(const std::string& body)> on_taken;
    std::string destination;  // for messages
    std::chrono::milliseconds interval{60'000};
    std::chrono::milliseconds timeout{10'000};         // of one attempt
    std::chrono::milliseconds export_timeout{30'000};  // of a push with all its attempts
    std::chrono::milliseconds shutdown_timeout{2000};
    PushRetry retry;
};

/// Owned by the pusher and by the thread, which may be stuck in a name lookup when the pusher goes.
class PushLoop final : public Flushable, public std::enable_shared_from_this<PushLoop> {
public:
    explicit PushLoop(PushLoopOptions options) : options_(std::move(options)) {}
    ~PushLoop() override = default;

    /// @throws std::system_error when there is no thread to be had.
    void start_thread();
    /// shutdown(), and waits for the thread or lets it go. Called once.
    void close() noexcept;

    bool flush(Deadline deadline) noexcept override;
    bool shutdown(Deadline deadline) noexcept override;

private:
    using Clock = std::chrono::steady_clock;
    enum class Outcome : std::uint8_t { taken, refused, try_again };

    void run() noexcept;
    /// Until something is to be sent. With the lock held. @return false: nothing will be in time.
    [[nodiscard]] bool wait_until_due(std::unique_lock<std::mutex>& lock);
    /// What to do next, after an attempt. With the lock held. @return true: the loop ends.
    [[nodiscard]] bool plan(Outcome outcome, std::uint64_t request);
    [[nodiscard]] Outcome attempt(Deadline deadline) noexcept;
    [[nodiscard]] Outcome judge(const absl::StatusOr<HttpResponse>& response);
    void complain(const std::string& reason) noexcept;
    [[nodiscard]] std::chrono::milliseconds pause();
    [[nodiscard]] bool request(Deadline deadline, bool last) noexcept;

    const PushLoopOptions options_;
    const OwnProcess process_;
    HttpClient client_;
    DiagnosticLimiter limiter_;
    std::minstd_rand random_{std::random_device{}()};  // the thread's alone
    std::chrono::milliseconds retry_after_{0};         // the thread's alone

    std::mutex mutex_;  // what follows; never held while something is sent
    std::condition_variable work_;
    std::condition_variable done_;
    std::uint64_t requested_ = 0;
    std::uint64_t finished_ = 0;
    bool wake_ = false;  // a request that the thread has not seen yet
    bool stop_ = false;
    bool stopped_ = false;
    bool last_good_ = true;
    Deadline stop_by_ = Deadline::max();
    Clock::time_point next_at_{};
    Clock::time_point not_before_{};  // the server's wish
    Clock::time_point first_at_{};    // the first attempt of this push
    int failures_ = 0;                // in a row
    std::thread thread_;
};

/// The value of Retry-After (RFC 9110 section 10.2.3): seconds, or a date; 0 if it is neither.
[[nodiscard]] std::chrono::milliseconds parse_retry_after(
    const std::string& value, std::chrono::system_clock::time_point now);

}  // namespace ctx::detail
