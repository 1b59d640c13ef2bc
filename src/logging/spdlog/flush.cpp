#include "logging/ring/backend.hpp"
#include "logging/ring/fatal_signals.hpp"
#include "logging/spdlog/installation.hpp"
#include "logging/spdlog/overflow.hpp"
#include "logging/spdlog/stats.hpp"
#include <ctx/logging/spdlog/install.hpp>

#include <spdlog/async.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace ctx::log {
namespace detail {

namespace {

using Loggers = std::vector<std::shared_ptr<spdlog::logger>>;

/// One wait for many queues.
struct Ticket {
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t pending = 0;
    Loggers overrun;  // whose turn was dropped by a full queue

    void begin() {
        const std::lock_guard lock{mutex};
        ++pending;
    }
    void finish(std::shared_ptr<spdlog::logger> overrun_logger) {
        const std::lock_guard lock{mutex};
        if (overrun_logger != nullptr) overrun.push_back(std::move(overrun_logger));
        --pending;
        changed.notify_all();
    }
};

/// The last sink to be flushed: its turn comes when all before it in the queue is done. It speaks
/// up when it is destroyed, whether it had its turn or a full queue dropped it: by then nothing of
/// this wait holds a logger any more.
class TurnSink final : public spdlog::sinks::sink {
public:
    TurnSink(std::shared_ptr<Ticket> ticket, std::shared_ptr<spdlog::logger> logger)
        : ticket_(std::move(ticket)), logger_(std::move(logger)) {
        ticket_->begin();
    }
    ~TurnSink() override {
        if (done_.load(std::memory_order_acquire)) logger_.reset();
        ticket_->finish(std::move(logger_));
    }
    TurnSink(const TurnSink&) = delete;
    TurnSink& operator=(const TurnSink&) = delete;

    void log(const spdlog::details::log_msg& /*message*/) override {}
    void flush() override { done_.store(true, std::memory_order_release); }
    void set_pattern(const std::string& /*pattern*/) override {}
    void set_formatter(std::unique_ptr<spdlog::formatter> /*formatter*/) override {}

private:
    std::shared_ptr<Ticket> ticket_;
    std::shared_ptr<spdlog::logger> logger_;
    std::atomic<bool> done_{false};
};

void take_turn(const std::shared_ptr<spdlog::logger>& logger,
               const std::shared_ptr<Ticket>& ticket) {
    if (dynamic_cast<spdlog::async_logger*>(logger.get()) == nullptr) {
        logger->flush();
        return;
    }
    // A clone shares the queue; its sinks and its policy are its own.
    const auto probe = logger->clone(logger->name());
    // A turn must not cost a full queue its oldest line.
    set_overflow_policy(static_cast<spdlog::async_logger&>(*probe),
                        spdlog::async_overflow_policy::block);
    const auto turn = std::make_shared<TurnSink>(ticket, logger);
    probe->sinks().push_back(turn);
    try {
        probe->flush();
    } catch (const spdlog::spdlog_ex&) {  // the pool has ended, and it delivers before it does
        turn->flush();
    }
}

void take_turns(Loggers loggers, const std::shared_ptr<Ticket>& ticket) noexcept {
    for (const auto& logger : loggers) {
        try {
            take_turn(logger, ticket);
        } catch (...) {  // a sink that cannot flush; the others still can
            continue;
        }
    }
    loggers.clear();
    ticket->finish(nullptr);
}

/// Each queue once, whichever way it was found.
Loggers distinct_targets(Loggers loggers) {
    for (auto& logger : loggers) {
        if (const auto* mine = dynamic_cast<CapturingLogger*>(logger.get())) {
            auto queue = mine->queue();
            logger = std::move(queue);
        }
    }
    std::sort(loggers.begin(), loggers.end());
    loggers.erase(std::unique(loggers.begin(), loggers.end()), loggers.end());
    return loggers;
}

}  // namespace

bool flush_loggers(Loggers loggers, std::chrono::steady_clock::time_point deadline) {
    Loggers targets = distinct_targets(std::move(loggers));
    while (!targets.empty()) {
        const auto ticket = std::make_shared<Ticket>();
        ticket->pending = 1;  // the thread below, which adds what it queues
        // Queueing a turn may block as long as the queue is full, a frozen sink even for ever: not
        // on this thread, which has a deadline.
        try {
            std::thread([ticket, targets = std::move(targets)]() mutable {
                take_turns(std::move(targets), ticket);
            }).detach();
        } catch (const std::system_error&) {
            return false;  // no thread to be had: nothing was waited for
        }
        std::unique_lock lock{ticket->mutex};
        if (!ticket->changed.wait_until(lock, deadline, [&] { return ticket->pending == 0; })) {
            return false;
        }
        targets = std::exchange(ticket->overrun, {});
    }
    return true;
}

}  // namespace detail

bool flush(std::chrono::milliseconds timeout) {
    constexpr std::chrono::hours year{24 * 365};
    const auto deadline =
        std::chrono::steady_clock::now() + std::min<std::chrono::milliseconds>(timeout, year);
    auto loggers = detail::registered_loggers();
    const auto queues = detail::remembered_queues();
    loggers.insert(loggers.end(), queues.begin(), queues.end());
    bool done = detail::flush_loggers(std::move(loggers), deadline);
    if (auto* backend = detail::Backend::if_used()) done &= backend->flush(deadline);
    overrun_lines();
    return done;
}

void drain_on_fatal_signals(std::chrono::milliseconds patience) {
    detail::drain_before_fatal_signals(patience);
}

std::uint64_t overrun_lines() {
    struct Seen {
        std::mutex mutex;
        std::weak_ptr<spdlog::details::thread_pool> pool;
        std::uint64_t count = 0;
    };
    static auto* const seen = new Seen;
    const auto pool = spdlog::thread_pool();
    if (pool == nullptr) return 0;
    const std::lock_guard lock{seen->mutex};
    if (seen->pool.lock() != pool) {
        seen->pool = pool;
        seen->count = 0;
    }
    const std::uint64_t count = pool->overrun_counter();
    detail::overrun.add(count - seen->count);
    seen->count = count;
    return count;
}

}  // namespace ctx::log
