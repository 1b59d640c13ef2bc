// ctx/testing/hop_pool.hpp: a pool that runs tasks in a random order on random threads.
//
//     ctx::testing::HopPool pool{seed, 3};
//     auto executor = ctx::wrap(pool);
//     executor.post([=] { step(order); });
//     pool.wait();                         // here they run, and what they post
//     EXPECT_EQ(pool.dirty(), 0U) << "seed " << pool.seed();
//
// What depends on the order of tasks, or on the thread they run on, shows with one seed or another,
// and shows again with the same one: one task runs at a time, and nothing else chooses.
//
// Threads   post() is safe from any thread and from inside a task. wait() and drop() belong to one
//           thread at a time, which is not one of the pool's.
// Errors    An exception that leaves a task comes out of wait(); the rest waits for the next
//           wait(). What has not run when the pool ends is dropped.
// Cost      Two hand-overs between threads per task, one allocation.

#pragma once

#include <ctx/context/current.hpp>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace ctx::testing {

namespace detail {

/// A task of any type, move-only ones too: called once, as an rvalue.
class AnyTask {
public:
    AnyTask() noexcept = default;
    template <typename F>
    explicit AnyTask(std::in_place_t, F&& task)
        : task_(std::make_unique<Holder<std::decay_t<F>>>(std::forward<F>(task))) {}

    /// Runs it and destroys it, whatever happens.
    void run() {
        const std::unique_ptr<Base> mine = std::move(task_);
        mine->run();
    }

private:
    struct Base {
        Base() = default;
        Base(const Base&) = delete;
        Base& operator=(const Base&) = delete;
        virtual ~Base() = default;
        virtual void run() = 0;
    };
    template <typename F>
    struct Holder final : Base {
        template <typename G>
        explicit Holder(G&& task) : callable(std::forward<G>(task)) {}
        void run() override { static_cast<void>(std::move(callable)()); }
        F callable;
    };
    std::unique_ptr<Base> task_;
};

}  // namespace detail

class HopPool {
public:
    explicit HopPool(std::uint64_t seed = 1, std::size_t threads = 2) : seed_(seed), random_(seed) {
        for (std::size_t i = 0; i < (threads == 0 ? 1 : threads); ++i)
            threads_.emplace_back([this, i] { work(i); });
    }
    ~HopPool() {
        {
            const std::lock_guard lock{mutex_};
            closed_ = true;
        }
        changed_.notify_all();
        for (std::thread& thread : threads_)
            thread.join();
    }
    HopPool(const HopPool&) = delete;
    HopPool& operator=(const HopPool&) = delete;

    /// Takes a callable without arguments, copyable or not. It runs in wait().
    template <typename F>
    requires std::is_invocable_v<std::decay_t<F>>
    void post(F&& task) {
        detail::AnyTask any{std::in_place, std::forward<F>(task)};
        const std::lock_guard lock{mutex_};
        waiting_.push_back(std::move(any));
    }

    /// Runs what was posted, and what that posts, each on one of the threads.
    void wait() {
        std::unique_lock lock{mutex_};
        while (!waiting_.empty()) {
            const std::size_t chosen = random_() % waiting_.size();
            std::swap(waiting_[chosen], waiting_.back());
            running_ = std::move(waiting_.back());
            waiting_.pop_back();
            turn_ = random_() % threads_.size();
            is_running_ = true;
            changed_.notify_all();
            changed_.wait(lock, [this] { return !is_running_; });
            if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
        }
    }

    /// Destroys what has not run. @return how many.
    std::size_t drop() {
        std::vector<detail::AnyTask> dropped;
        const std::lock_guard lock{mutex_};
        dropped.swap(waiting_);
        return dropped.size();
    }

    /// After how many tasks a thread was left with a context.
    [[nodiscard]] std::size_t dirty() const {
        const std::lock_guard lock{mutex_};
        return dirty_;
    }

    [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }
    [[nodiscard]] std::size_t threads() const noexcept { return threads_.size(); }

private:
    void work(std::size_t index) {
        std::unique_lock lock{mutex_};
        for (;;) {
            changed_.wait(lock, [&] { return closed_ || (is_running_ && turn_ == index); });
            if (closed_) return;
            detail::AnyTask task = std::move(running_);
            lock.unlock();
            std::exception_ptr failure = run(task);
            const bool is_dirty = static_cast<bool>(current());
            lock.lock();
            failure_ = std::move(failure);
            dirty_ += is_dirty ? 1 : 0;
            is_running_ = false;
            changed_.notify_all();
        }
    }

    static std::exception_ptr run(detail::AnyTask& task) {
        try {
            task.run();
        } catch (...) {
            return std::current_exception();
        }
        return nullptr;
    }

    std::uint64_t seed_;
    std::mt19937_64 random_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<detail::AnyTask> waiting_;
    detail::AnyTask running_;
    std::size_t turn_ = 0;
    bool is_running_ = false;
    bool closed_ = false;
    std::exception_ptr failure_;
    std::size_t dirty_ = 0;
    std::vector<std::thread> threads_;
};

}  // namespace ctx::testing
