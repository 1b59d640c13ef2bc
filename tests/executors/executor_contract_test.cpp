// The contract of adapters, for all that needs no third-party library.

#include "executors/contract_support.hpp"
#include <ctx/executors.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

namespace {

using namespace ctx::testing;  // NOLINT: as users do
using ctx::test::Handles;
using ctx::test::OnHopPool;
using ctx::test::OnSmallPool;
using std::chrono::milliseconds;

// wrap(): each of the names that pools have for submitting.

struct WrapPost : OnSmallPool {
    static constexpr const char* must_not_throw = "the pool's threads do not expect it";
    void submit(auto&& task) { ctx::wrap(pool).post(std::forward<decltype(task)>(task)); }
};
INSTANTIATE_TYPED_TEST_SUITE_P(WrapPost, ExecutorContract, WrapPost);

struct BindPost : OnSmallPool {
    static constexpr const char* must_not_throw = "the pool's threads do not expect it";
    void submit(auto&& task) { pool.post(ctx::bind(std::forward<decltype(task)>(task))); }
};
INSTANTIATE_TYPED_TEST_SUITE_P(BindPost, ExecutorContract, BindPost);

struct Executes : HopPool {
    void execute(auto task) { HopPool::post(std::move(task)); }

private:
    using HopPool::post;
};
struct WrapExecute : OnHopPool<Executes> {
    void submit(auto&& task) { ctx::wrap(pool).execute(std::forward<decltype(task)>(task)); }
};
INSTANTIATE_TYPED_TEST_SUITE_P(WrapExecute, ExecutorContract, WrapExecute);

struct Submits : HopPool {
    bool submit(auto task) { return HopPool::post(std::move(task)), true; }
};
struct WrapSubmit : OnHopPool<Submits> {
    void submit(auto&& task) {
        EXPECT_TRUE(ctx::wrap(pool).submit(std::forward<decltype(task)>(task)));
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(WrapSubmit, ExecutorContract, WrapSubmit);

struct Adds : HopPool {
    void add(auto task) { HopPool::post(std::move(task)); }
};
struct WrapAdd : OnHopPool<Adds> {
    void submit(auto&& task) { ctx::wrap(pool).add(std::forward<decltype(task)>(task)); }
};
INSTANTIATE_TYPED_TEST_SUITE_P(WrapAdd, ExecutorContract, WrapAdd);

struct Enqueues : HopPool {
    void enqueue(auto task, int) { HopPool::post(std::move(task)); }
};
struct WrapEnqueue : OnHopPool<Enqueues> {
    void submit(auto&& task) { ctx::wrap(pool).enqueue(std::forward<decltype(task)>(task), 1); }
    void submit_unrun(auto&& task) { submit(std::forward<decltype(task)>(task)); }
    void drop_unrun() { pool.drop(); }
};
INSTANTIATE_TYPED_TEST_SUITE_P(WrapEnqueue, ExecutorContract, WrapEnqueue);
INSTANTIATE_TYPED_TEST_SUITE_P(WrapEnqueue, DroppingExecutorContract, WrapEnqueue);

struct Runs {
    template <typename F>
    void execute(F&& task) const {
        std::forward<F>(task)();
    }
};
struct WrapInline {
    static constexpr std::size_t threads = 0;
    void submit(auto&& task) { ctx::wrap(Runs{}).execute(std::forward<decltype(task)>(task)); }
    void submit_bare(auto&& task) { Runs{}.execute(std::forward<decltype(task)>(task)); }
    void wait() {}
};
INSTANTIATE_TYPED_TEST_SUITE_P(WrapInline, ExecutorContract, WrapInline);

// wrap(): later, and again and again.

/// Tasks in the order of their times, which pass in run().
class Timers {
public:
    using Task = std::function<void()>;

    void schedule(milliseconds delay, Task task) {
        const std::lock_guard lock{mutex_};
        tasks_.emplace(delay, std::move(task));
    }
    void execute_after(milliseconds delay, Task task) { schedule(delay, std::move(task)); }
    void submit_after(Task task, milliseconds delay) { schedule(delay, std::move(task)); }
    void schedule_every(milliseconds period, Task task) { schedule(period, std::move(task)); }

    void run() {
        for (auto due = first(); !due.empty(); due = first())
            due.mapped()();
    }
    void cancel() {
        const std::lock_guard lock{mutex_};
        tasks_.clear();
    }

private:
    std::multimap<milliseconds, Task>::node_type first() {
        const std::lock_guard lock{mutex_};
        return tasks_.empty() ? decltype(tasks_)::node_type{} : tasks_.extract(tasks_.begin());
    }

    std::mutex mutex_;
    std::multimap<milliseconds, Task> tasks_;
};

struct OnTimers {
    static constexpr const char* needs_copyable_tasks = "a std::function is kept";
    static constexpr const char* destroys_tasks_elsewhere = "a std::function is called";
    void submit_bare(auto&& task) { timers.schedule(milliseconds{0}, task); }
    void submit_unrun(auto&& task) { ctx::wrap(timers).schedule(milliseconds{1}, task); }
    void drop_unrun() { timers.cancel(); }
    void wait() { timers.run(); }
    Timers timers;
};
struct WrapSchedule : OnTimers {
    void submit(auto&& task) { submit_after(milliseconds{0}, task); }
    void submit_after(milliseconds delay, auto&& task) { ctx::wrap(timers).schedule(delay, task); }
};
INSTANTIATE_TYPED_TEST_SUITE_P(WrapSchedule, ExecutorContract, WrapSchedule);
INSTANTIATE_TYPED_TEST_SUITE_P(WrapSchedule, DelayedExecutorContract, WrapSchedule);
INSTANTIATE_TYPED_TEST_SUITE_P(WrapSchedule, DroppingExecutorContract, WrapSchedule);

struct WrapExecuteAfter : OnTimers {
    void submit_after(milliseconds delay, auto&& task) {
        ctx::wrap(timers).execute_after(delay, task);
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(WrapExecuteAfter, DelayedExecutorContract, WrapExecuteAfter);

struct WrapSubmitAfter : OnTimers {
    void submit_after(milliseconds delay, auto&& task) {
        ctx::wrap(timers).submit_after(task, delay);
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(WrapSubmitAfter, DelayedExecutorContract, WrapSubmitAfter);

/// Periodic work keeps a context only if it is bound.
struct WrapEveryBound : OnTimers {
    void submit(auto&& task) { ctx::wrap(timers).schedule_every(milliseconds{1}, ctx::bind(task)); }
};
INSTANTIATE_TYPED_TEST_SUITE_P(WrapEveryBound, ExecutorContract, WrapEveryBound);

// Threads and futures of the standard library.

struct Threads {
    static constexpr const char* must_not_throw =
        "an exception that leaves a thread ends the process";
    void submit(auto&& task) { threads_.add(ctx::thread(std::forward<decltype(task)>(task))); }
    void wait() {
        threads_.end_all([](std::thread& thread) { thread.join(); });
    }

private:
    Handles<std::thread> threads_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(Threads, ExecutorContract, Threads);

struct Jthreads {
    static constexpr const char* must_not_throw =
        "an exception that leaves a thread ends the process";
    void submit(auto&& task) { threads_.add(ctx::jthread(std::forward<decltype(task)>(task))); }
    void wait() {
        threads_.end_all([](std::jthread& thread) { thread.join(); });
    }

private:
    Handles<std::jthread> threads_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(Jthreads, ExecutorContract, Jthreads);

template <std::launch policy>
struct Async {
    void submit(auto&& task) {
        futures_.add(ctx::async(policy, std::forward<decltype(task)>(task)));
    }
    void wait() {
        futures_.end_all([](std::future<void>& future) { future.get(); });
    }

private:
    Handles<std::future<void>> futures_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(Async, ExecutorContract, Async<std::launch::async>);
INSTANTIATE_TYPED_TEST_SUITE_P(AsyncDeferred, ExecutorContract, Async<std::launch::deferred>);

/// The future lives as long as the adapter: it must not keep the context.
struct PackagedTasks : OnHopPool<> {
    void submit(auto&& task) {
        auto packaged = ctx::packaged_task<void()>(std::forward<decltype(task)>(task));
        futures.add(packaged.get_future());
        pool.post(std::move(packaged));
    }
    Handles<std::future<void>> futures;
};
INSTANTIATE_TYPED_TEST_SUITE_P(PackagedTasks, ExecutorContract, PackagedTasks);

struct BindOnce : OnHopPool<> {
    void submit(auto&& task) {
        pool.post([bound = std::make_shared<Bound<decltype(task)>>(
                       ctx::bind_once(std::forward<decltype(task)>(task)))] { (*bound)(); });
    }
    template <typename F>
    using Bound = ctx::BoundOnce<std::decay_t<F>>;
};
INSTANTIATE_TYPED_TEST_SUITE_P(BindOnce, ExecutorContract, BindOnce);

// Queues: the receiver makes the context current.

struct Channels {
    static constexpr const char* needs_copyable_tasks = "the items are std::function";
    static constexpr const char* destroys_tasks_elsewhere = "the item outlives its Scope";
    static constexpr const char* must_not_throw = "the receiver's loop does not expect it";

    Channels() {
        receiver_ = std::jthread{[this] {
            while (auto received = channel_.receive())
                run(*std::exchange(received, std::nullopt));
        }};
    }
    ~Channels() { channel_.close(); }
    void submit(std::function<void()> task) { channel_.send(std::move(task)); }
    void submit_bare(std::function<void()> task) {
        channel_.send(ctx::Carried<std::function<void()>>{ctx::Context{}, std::move(task)});
    }
    void wait() {}

private:
    static void run(ctx::Carried<std::function<void()>> item) {
        const ctx::Boundary boundary{std::move(item).context()};
        (*item)();
    }
    ctx::Channel<std::function<void()>> channel_{1000};
    std::jthread receiver_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(Channels, ExecutorContract, Channels);

// C libraries with callbacks.

/// Calls in wait() what was registered.
class CLibrary {
public:
    using Function = void (*)(void*);
    void call_later(Function function, void* user) {
        const std::lock_guard lock{mutex_};
        calls_.emplace(++last_, std::pair{function, user});
    }
    void run() {
        for (auto call = first(); !call.empty(); call = first())
            call.mapped().first(call.mapped().second);
    }
    /// Forgets all, and gives back their user data.
    std::vector<void*> forget() {
        std::vector<void*> users;
        for (auto call = first(); !call.empty(); call = first())
            users.push_back(call.mapped().second);
        return users;
    }

private:
    std::map<int, std::pair<Function, void*>>::node_type first() {
        const std::lock_guard lock{mutex_};
        return calls_.empty() ? decltype(calls_)::node_type{} : calls_.extract(calls_.begin());
    }

    std::mutex mutex_;
    std::map<int, std::pair<Function, void*>> calls_;
    int last_ = 0;
};

struct OneShotCallbacks {
    using Callback = ctx::OneShotCallback<void()>;

    void submit(auto&& task) {
        Callback callback{std::forward<decltype(task)>(task)};
        library.call_later(Callback::last, callback.user());
        callback.release();
    }
    void submit_unrun(auto&& task) { submit(std::forward<decltype(task)>(task)); }
    void drop_unrun() {
        for (void* const user : library.forget())
            Callback::cancel_released(user);
    }
    void wait() { library.run(); }

    CLibrary library;
};
INSTANTIATE_TYPED_TEST_SUITE_P(OneShotCallbacks, ExecutorContract, OneShotCallbacks);
INSTANTIATE_TYPED_TEST_SUITE_P(OneShotCallbacks, DroppingExecutorContract, OneShotCallbacks);

struct RepeatingCallbacks {
    static constexpr const char* destroys_tasks_elsewhere = "the end of the handle destroys it";
    using Callback = ctx::RepeatingCallback<void()>;

    void submit(auto&& task) {
        Callback callback{std::forward<decltype(task)>(task)};
        void* const user = callback.user();
        const std::lock_guard lock{mutex};
        library.call_later(Callback::last, user);
        handles.push_back(std::move(callback));
    }
    void wait() {
        library.run();
        const std::lock_guard lock{mutex};
        handles.clear();
    }

    CLibrary library;
    std::mutex mutex;
    std::vector<Callback> handles;
};
INSTANTIATE_TYPED_TEST_SUITE_P(RepeatingCallbacks, ExecutorContract, RepeatingCallbacks);

// Coroutines: a task per submission.

ctx::task<> run_in_coroutine(auto task) {
    task();
    co_return;
}

struct Spawn : OnHopPool<> {
    void submit(auto task) { futures.add(ctx::spawn(pool, run_in_coroutine(std::move(task)))); }
    Handles<std::future<void>> futures;
};
INSTANTIATE_TYPED_TEST_SUITE_P(Spawn, ExecutorContract, Spawn);

ctx::task<> hop_and_run(HopPool& pool, auto task) {
    co_await ctx::resume_on(pool);
    task();
}

struct ResumeOn : OnHopPool<> {
    void submit(auto task) { futures.add(ctx::start(hop_and_run(pool, std::move(task)))); }
    Handles<std::future<void>> futures;
};
INSTANTIATE_TYPED_TEST_SUITE_P(ResumeOn, ExecutorContract, ResumeOn);

}  // namespace
