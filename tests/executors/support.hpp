// What the tests of this layer share: contexts to tell apart, a pool, and a check for leaks.

#pragma once

#include <ctx/context.hpp>

#include <gtest/gtest.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace ctx::test {

/// A context whose trace id and baggage say which request it is.
inline Context request(std::uint64_t number) {
    const SpanContext span{.trace_id = new_trace_id(),
                           .span_id = new_span_id(),
                           .flags = TraceFlags{},
                           .trace_state = {}};
    return Context{}.with_span(span).with_baggage(Baggage{}.set("request", std::to_string(number)));
}

/// The node current on this thread, for comparing identities.
inline const detail::Node* here() noexcept {
    return current().node();
}

/// A counter of ctx::stats(), by its name.
inline std::uint64_t stat(std::string_view name) {
    for (const StatSample& sample : stats()) {
        if (sample.name == name) return sample.value;
    }
    ADD_FAILURE() << "no counter " << name;
    return 0;
}

/// Lets a test misuse Scopes without a report or an abort.
class CountMisuseOnly {
public:
    CountMisuseOnly() : before_(set_scope_misuse_policy(ScopeMisusePolicy::count)) {}
    ~CountMisuseOnly() { set_scope_misuse_policy(before_); }
    CountMisuseOnly(const CountMisuseOnly&) = delete;
    CountMisuseOnly& operator=(const CountMisuseOnly&) = delete;

private:
    ScopeMisusePolicy before_;
};

/// Every test ends with as many contexts as it began with, and with none current on its thread.
class ExecutorsTest : public ::testing::Test {
protected:
    void SetUp() override {
        live_ = live_contexts();
        ASSERT_FALSE(current());
    }
    void TearDown() override {
        EXPECT_FALSE(current());
        EXPECT_EQ(live_contexts(), live_);
    }

private:
    std::int64_t live_ = 0;
};

/// A pool as users write them: std::function, one queue. Counts the tasks after which a worker was
/// left with a context.
class SmallPool {
public:
    explicit SmallPool(int threads) {
        for (int i = 0; i < threads; ++i)
            workers_.emplace_back([this] { work(); });
    }
    ~SmallPool() { finish(); }
    SmallPool(const SmallPool&) = delete;
    SmallPool& operator=(const SmallPool&) = delete;

    void post(std::function<void()> task) {
        {
            const std::lock_guard lock{mutex_};
            tasks_.push_back(std::move(task));
        }
        ready_.notify_one();
    }

    /// Runs what is queued, ends the threads. @return tasks that did not clean up.
    int finish() {
        {
            const std::lock_guard lock{mutex_};
            closed_ = true;
        }
        ready_.notify_all();
        workers_.clear();
        return dirty_;
    }

private:
    void work() {
        for (;;) {
            std::unique_lock lock{mutex_};
            ready_.wait(lock, [this] { return closed_ || !tasks_.empty(); });
            if (tasks_.empty()) return;
            std::function<void()> task = std::move(tasks_.front());
            tasks_.pop_front();
            lock.unlock();
            task();
            task = nullptr;
            const bool dirty = static_cast<bool>(current());
            lock.lock();
            dirty_ += dirty ? 1 : 0;
        }
    }

    std::mutex mutex_;
    std::condition_variable ready_;
    std::deque<std::function<void()>> tasks_;
    bool closed_ = false;
    int dirty_ = 0;
    std::vector<std::jthread> workers_;  // last: its threads use the rest
};

}  // namespace ctx::test
