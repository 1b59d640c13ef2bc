// The contract of adapters, for pools and futures of Boost.Thread.

#include "executors/contract_support.hpp"
#include <ctx/executors/executor.hpp>
#include <ctx/executors/future.hpp>

#include <boost/thread/executors/basic_thread_pool.hpp>
#include <boost/thread/executors/inline_executor.hpp>
#include <boost/thread/executors/scheduled_thread_pool.hpp>
#include <boost/thread/future.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <utility>

namespace {

using namespace ctx::testing;  // NOLINT: as users do
using ctx::test::Handles;

struct BasicThreadPool {
    static constexpr std::size_t threads = 2;
    static constexpr const char* must_not_throw = "an exception in the pool ends the process";
    static constexpr const char* destroys_tasks_elsewhere = "the pool calls an lvalue";

    void submit(auto&& task) { ctx::wrap(pool).submit(std::forward<decltype(task)>(task)); }
    void submit_bare(auto&& task) { pool.submit(std::forward<decltype(task)>(task)); }
    void wait() {}

    boost::basic_thread_pool pool{threads};
};
INSTANTIATE_TYPED_TEST_SUITE_P(BasicThreadPool, ExecutorContract, BasicThreadPool);

struct ScheduledThreadPool {
    static constexpr const char* destroys_tasks_elsewhere = "the pool calls an lvalue";

    void submit_after(std::chrono::milliseconds delay, auto&& task) {
        ctx::wrap(pool).submit_after(std::forward<decltype(task)>(task),
                                     boost::chrono::milliseconds{delay.count()});
    }
    void submit_bare(auto&& task) {
        pool.submit_after(std::forward<decltype(task)>(task), boost::chrono::milliseconds{0});
    }
    void wait() {}

    boost::executors::scheduled_thread_pool pool{1};
};
INSTANTIATE_TYPED_TEST_SUITE_P(ScheduledThreadPool, DelayedExecutorContract, ScheduledThreadPool);

/// Each task is the continuation of a future that is made ready in wait().
struct Continuations {
    void submit(auto task) {
        boost::promise<void> ready;
        results.add(ready.get_future().then(
            inline_executor,
            ctx::bind_once([task = std::move(task)](boost::future<void>) { task(); })));
        promises.add(std::move(ready));
    }
    void submit_bare(auto task) {
        boost::promise<void> ready;
        results.add(ready.get_future().then(
            inline_executor, [task = std::move(task)](boost::future<void>) { task(); }));
        promises.add(std::move(ready));
    }
    void wait() {
        promises.end_all([](boost::promise<void>& promise) { promise.set_value(); });
    }

    boost::inline_executor inline_executor;
    Handles<boost::promise<void>> promises;
    Handles<boost::future<void>> results;  // live on: they must not keep contexts
};
INSTANTIATE_TYPED_TEST_SUITE_P(Continuations, ExecutorContract, Continuations);

}  // namespace
