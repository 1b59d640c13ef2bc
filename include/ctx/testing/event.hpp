// ctx/testing/event.hpp: something that tests wait for, in place of a sleep.
//
//     ctx::testing::Event done;
//     pool.post([done] { work(); done.arrive(); });   // a copy is the same event
//     ASSERT_TRUE(done.wait());                       // at once, or after patience() in vain
//
//     ctx::testing::Event both{2};                    // happens when two have arrived
//
// Threads   Any number of threads arrive and wait. Copies share one state, so that whoever arrives
//           after the test has given up does no harm.
// Errors    wait() returns false when the event has not happened in time. Making an event throws
//           std::bad_alloc; arrive() does not throw.
// Cost      A mutex, a condition variable, one allocation.

#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <mutex>

namespace ctx::testing {

/// How long tests wait for what ought to happen at once: 30 seconds, or as many milliseconds as
/// the environment variable CTX_TESTING_PATIENCE_MS says.
[[nodiscard]] inline std::chrono::milliseconds patience() noexcept {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): no test changes its environment
    const char* const text = std::getenv("CTX_TESTING_PATIENCE_MS");
    const long given = text == nullptr ? 0 : std::strtol(text, nullptr, 10);
    return std::chrono::milliseconds{given > 0 ? given : 30'000};
}

class Event {
public:
    /// @param count  how many have to arrive; with none it has happened already.
    explicit Event(std::size_t count = 1) : state_(std::make_shared<State>()) {
        state_->missing = count;
    }

    /// One more has to arrive.
    void expect_one_more() const noexcept {
        const std::lock_guard lock{state_->mutex};
        ++state_->missing;
    }

    /// One more than was expected changes nothing.
    void arrive() const noexcept {
        const std::lock_guard lock{state_->mutex};
        if (state_->missing > 0 && --state_->missing == 0) state_->happened.notify_all();
    }

    /// @return whether it has happened, or does within `limit`.
    [[nodiscard]] bool wait(std::chrono::milliseconds limit = patience()) const {
        std::unique_lock lock{state_->mutex};
        return state_->happened.wait_for(lock, limit, [this] { return state_->missing == 0; });
    }

    [[nodiscard]] bool has_happened() const { return missing() == 0; }
    [[nodiscard]] std::size_t missing() const {
        const std::lock_guard lock{state_->mutex};
        return state_->missing;
    }

private:
    struct State {
        std::mutex mutex;
        std::condition_variable happened;
        std::size_t missing = 0;
    };
    std::shared_ptr<State> state_;
};

}  // namespace ctx::testing
