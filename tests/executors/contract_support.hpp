// What the adapters of this library are held to the contract with.

#pragma once

#include "executors/support.hpp"
#include <ctx/testing/executor_contract.hpp>
#include <ctx/testing/hop_pool.hpp>

#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

namespace ctx::test {

/// Adapters for a pool of std::function with two threads.
struct OnSmallPool {
    static constexpr std::size_t threads = 2;
    static constexpr const char* needs_copyable_tasks = "the pool keeps a std::function";
    static constexpr const char* destroys_tasks_elsewhere = "the pool calls it as an lvalue";

    template <typename F>
    void submit_bare(F&& task) {
        pool.post(std::forward<F>(task));
    }
    void wait() {}

    SmallPool pool{static_cast<int>(threads)};
};

/// Adapters for a pool of move-only tasks that runs them in wait(), on threads of its own.
template <typename Pool = testing::HopPool>
struct OnHopPool {
    template <typename F>
    void submit_bare(F&& task) {
        pool.HopPool::post(std::forward<F>(task));
    }
    void wait() { pool.wait(); }

    Pool pool;
};

/// What submitting gave: futures, threads. Added by any thread, taken by wait().
template <typename T>
class Handles {
public:
    void add(T handle) {
        const std::lock_guard lock{mutex_};
        handles_.push_back(std::move(handle));
    }

    /// Ends each through `end`, those that come meanwhile too.
    template <typename F>
    void end_all(const F& end) {
        for (std::vector<T> taken = take_one(); !taken.empty(); taken = take_one())
            end(taken.front());
    }

private:
    std::vector<T> take_one() {
        std::vector<T> taken;
        const std::lock_guard lock{mutex_};
        if (handles_.empty()) return taken;
        taken.push_back(std::move(handles_.back()));
        handles_.pop_back();
        return taken;
    }

    std::mutex mutex_;
    std::vector<T> handles_;
};

}  // namespace ctx::test
