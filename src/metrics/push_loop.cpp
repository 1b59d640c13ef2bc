#include "metrics/push_loop.hpp"

#include <ctx/context/boundary.hpp>
#include <ctx/context/stats.hpp>

#include <algorithm>
#include <ctime>
#include <exception>
#include <iomanip>
#include <locale>
#include <sstream>
#include <utility>

namespace ctx::detail {
namespace {

Stat failed_pushes{"ctx_metrics_push_failures_total",
                   "Attempts to push metrics that the server did not take."};

constexpr std::size_t shown_answer_bytes = 256;
constexpr std::chrono::milliseconds longest_wish = std::chrono::hours{1};

bool is_temporary(int status) noexcept {
    // OTLP 1.x, "Retryable Response Codes".
    return status == 429 || status == 502 || status == 503 || status == 504;
}

}  // namespace

std::chrono::milliseconds parse_retry_after(const std::string& value,
                                            std::chrono::system_clock::time_point now) {
    if (value.empty()) return {};
    if (value.find_first_not_of("0123456789") == std::string::npos) {
        if (value.size() > 6) return longest_wish;
        return std::min<std::chrono::milliseconds>(longest_wish,
                                                   std::chrono::seconds{std::stoi(value)});
    }
    std::tm date{};
    std::istringstream text{value};
    text.imbue(std::locale::classic());
    text >> std::get_time(&date, "%a, %d %b %Y %H:%M:%S GMT");
    if (text.fail()) return {};
    const std::time_t wait = timegm(&date) - std::chrono::system_clock::to_time_t(now);
    const auto longest = std::chrono::duration_cast<std::chrono::seconds>(longest_wish).count();
    return std::chrono::seconds{std::clamp<std::time_t>(wait, 0, longest)};
}

void PushLoop::start_thread() {
    next_at_ = Clock::now() + options_.interval;
    thread_ = std::thread{[self = shared_from_this()] { self->run(); }};
}

void PushLoop::run() noexcept {
    std::unique_lock lock{mutex_};
    bool ends = false;
    while (!ends) {
        if (!wait_until_due(lock)) {
            last_good_ = false;
            break;
        }
        const std::uint64_t request = requested_;
        const auto now = Clock::now();
        if (failures_ == 0) first_at_ = now;
        const Deadline deadline =
            std::min({now + options_.timeout, first_at_ + options_.export_timeout, stop_by_});
        wake_ = false;
        lock.unlock();
        const Outcome outcome = attempt(deadline);
        lock.lock();
        ends = plan(outcome, request);
        done_.notify_all();
    }
    stopped_ = true;
    done_.notify_all();
}

bool PushLoop::wait_until_due(std::unique_lock<std::mutex>& lock) {
    for (;;) {
        if (stop_ && not_before_ >= stop_by_) return false;
        const auto due = wake_ ? not_before_ : std::max(next_at_, not_before_);
        const auto until = std::min(due, stop_by_);
        if (Clock::now() >= until) return true;
        work_.wait_until(lock, until);
    }
}

bool PushLoop::plan(Outcome outcome, std::uint64_t request) {
    const auto now = Clock::now();
    const auto next = now + pause();
    not_before_ = now + std::exchange(retry_after_, {});
    const bool in_time = std::max(next, not_before_) < first_at_ + options_.export_timeout;
    const bool again = outcome == Outcome::try_again && failures_ < options_.retry.times && in_time;
    if (again) {
        next_at_ = next;
        ++failures_;
    } else {
        next_at_ = now + options_.interval;
        failures_ = 0;
        finished_ = request;
        last_good_ = outcome == Outcome::taken;
    }
    if (!stop_) return false;
    // Another attempt is worth the wait only if it comes in time.
    const bool too_late = std::max(next_at_, not_before_) >= stop_by_;
    if (wake_ && not_before_ < stop_by_) return false;
    if (again && too_late) last_good_ = false;
    return !again || too_late;
}

PushLoop::Outcome PushLoop::attempt(Deadline deadline) noexcept {
    const Boundary nobody{Context{}};  // whatever a source leaves behind
    try {
        return judge(client_.send(options_.make_request(), deadline));
    } catch (const std::exception& error) {
        complain(error.what());
    } catch (...) {
        complain("a source threw");
    }
    return Outcome::refused;
}

PushLoop::Outcome PushLoop::judge(const absl::StatusOr<HttpResponse>& response) {
    if (!response.ok()) {
        complain(std::string(response.status().message()));
        return Outcome::try_again;
    }
    if (response->status >= 200 && response->status < 300) {
        if (options_.on_taken) options_.on_taken(response->body);
        return Outcome::taken;
    }
    complain("the answer is " + std::to_string(response->status) + " " +
             response->body.substr(0, shown_answer_bytes));
    if (!is_temporary(response->status)) return Outcome::refused;
    retry_after_ = parse_retry_after(response->retry_after, std::chrono::system_clock::now());
    return Outcome::try_again;
}

void PushLoop::complain(const std::string& reason) noexcept {
    failed_pushes.add();
    if (!limiter_.pass()) return;
    try {
        diagnose(Severity::warning, "metrics",
                 "cannot push to " + options_.destination + ": " + reason);
    } catch (...) {  // no memory for the message; it is counted
    }
}

std::chrono::milliseconds PushLoop::pause() {
    auto longest = options_.retry.first;
    for (int i = 0; i < failures_ && longest < options_.retry.longest; ++i)
        longest *= 2;
    longest = std::min(longest, options_.retry.longest);
    std::uniform_real_distribution<double> jitter{0.5, 1.5};
    return std::chrono::duration_cast<std::chrono::milliseconds>(longest * jitter(random_));
}

bool PushLoop::request(Deadline deadline, bool last) noexcept {
    // A source that flushes everything would wait for itself.
    if (std::this_thread::get_id() == thread_.get_id()) return false;
    std::unique_lock lock{mutex_};
    if (stopped_ || (stop_ && !last)) return true;
    const std::uint64_t mine = ++requested_;
    wake_ = true;
    if (last) {
        stop_ = true;
        stop_by_ = std::min(stop_by_, deadline);
        client_.end_by(stop_by_);
    }
    work_.notify_one();
    const auto done = [&] { return stopped_ || (!last && finished_ >= mine); };
    return done_.wait_until(lock, deadline, done) && last_good_;
}

bool PushLoop::flush(Deadline deadline) noexcept {
    return process_.is_another() || request(deadline, false);
}

bool PushLoop::shutdown(Deadline deadline) noexcept {
    return process_.is_another() || request(deadline, true);
}

void PushLoop::close() noexcept {
    if (process_.is_another()) {
        // Neither the thread nor the state of its locks came along: nothing may be taken apart.
        thread_.detach();
        new std::shared_ptr<PushLoop>{shared_from_this()};
        return;
    }
    unregister_flushable(*this);
    const auto deadline = Clock::now() + options_.shutdown_timeout;
    static_cast<void>(shutdown(deadline));
    std::unique_lock lock{mutex_};
    // The thread's own deadline is the same: it is about to end, unless it looks up a name.
    constexpr std::chrono::milliseconds grace{500};
    const bool stopped = done_.wait_until(lock, deadline + grace, [this] { return stopped_; });
    lock.unlock();
    if (stopped) {
        thread_.join();
    } else {
        thread_.detach();  // it owns what it uses
    }
}

}  // namespace ctx::detail
