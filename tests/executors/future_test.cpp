#include "executors/support.hpp"
#include <ctx/executors/executor.hpp>
#include <ctx/executors/future.hpp>
#include <ctx/executors/thread.hpp>

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <thread>
#include <utility>

namespace ctx {
namespace {

using test::here;
using test::request;

class Futures : public test::ExecutorsTest {};

TEST_F(Futures, a_packaged_task_runs_with_the_context_of_its_maker) {
    const Context one = request(1);
    std::packaged_task<const detail::Node*(int)> task;
    {
        const Scope scope{one};
        task = packaged_task<const detail::Node*(int)>(
            [own = std::make_unique<int>(1)](int n) { return n == *own ? here() : nullptr; });
    }
    std::future<const detail::Node*> result = task.get_future();
    std::thread worker{[task = std::move(task)]() mutable {
        task(1);
        EXPECT_EQ(here(), nullptr);
    }};
    worker.join();
    EXPECT_EQ(result.get(), one.node());
}

TEST_F(Futures, a_packaged_task_lets_go_with_the_call_though_its_future_lives) {
    const std::int64_t live = live_contexts();
    std::packaged_task<int()> task;
    {
        const Scope scope{request(1)};
        task = packaged_task<int()>([] { return 1; });
    }
    std::future<int> result = task.get_future();
    EXPECT_EQ(live_contexts(), live + 1);
    task();
    EXPECT_EQ(live_contexts(), live);
    EXPECT_EQ(result.get(), 1);
}

TEST_F(Futures, exceptions_of_a_packaged_task_reach_the_future) {
    const Context two = request(2);
    const Scope scope{two};
    auto task = packaged_task<void()>([] { throw std::runtime_error{"from inside"}; });
    task();
    EXPECT_EQ(here(), two.node());
    EXPECT_THROW(task.get_future().get(), std::runtime_error);
}

TEST_F(Futures, a_packaged_task_that_never_ran_lets_go) {
    const std::int64_t live = live_contexts();
    std::future<void> result;
    {
        const Scope scope{request(1)};
        auto task = packaged_task<void()>([] { FAIL(); });
        result = task.get_future();
    }
    EXPECT_THROW(result.get(), std::future_error);
    EXPECT_EQ(live_contexts(), live);
}

TEST_F(Futures, a_wrapped_pool_does_not_bind_again) {
    const Context one = request(1);
    auto task = bind_once(one, [] { return here(); });
    EXPECT_EQ(task.context(), one);
    const Scope scope{request(2)};
    auto submitted = detail::capture(std::move(task));
    static_assert(std::is_same_v<decltype(submitted), decltype(task)>);
    EXPECT_EQ(submitted(), one.node());
}

// Stop tokens go through every wrapper, and what they call has the context of who asked for it.

TEST_F(Futures, a_packaged_task_in_a_jthread_gets_its_stop_token) {
    const Context one = request(1);
    std::promise<void> running;
    std::packaged_task<const detail::Node*(std::stop_token)> task;
    {
        const Scope scope{one};
        task = packaged_task<const detail::Node*(std::stop_token)>(
            [&running](const std::stop_token& stop) {
                std::promise<void> asked;
                const std::stop_callback callback{stop, [&asked] { asked.set_value(); }};
                running.set_value();
                asked.get_future().wait();
                return here();
            });
    }
    std::future<const detail::Node*> result = task.get_future();
    {
        std::jthread worker{std::move(task)};
        running.get_future().wait();
    }  // asks it to stop
    EXPECT_EQ(result.get(), one.node());
}

TEST_F(Futures, a_callable_bound_once_in_a_jthread_gets_its_stop_token) {
    const Context one = request(1);
    bool possible = false;
    const detail::Node* seen = nullptr;
    std::jthread{bind_once(one, [&](const std::stop_token& stop) {
        possible = stop.stop_possible();
        seen = here();
    })}.join();
    EXPECT_TRUE(possible);
    EXPECT_EQ(seen, one.node());
}

TEST_F(Futures, a_stop_callback_runs_with_the_context_of_who_registered_it) {
    const Context one = request(1);
    const Context two = request(2);
    std::stop_source source;
    const detail::Node* seen = nullptr;
    std::optional<std::stop_callback<Bound<std::function<void()>>>> callback;
    callback.emplace(source.get_token(),
                     bind(one, std::function<void()>{[&seen] { seen = here(); }}));
    const Scope whoever_stops{two};
    source.request_stop();
    EXPECT_EQ(seen, one.node());
    EXPECT_EQ(here(), two.node());
}

}  // namespace
}  // namespace ctx
