#include "executors/support.hpp"
#include <ctx/executors/thread.hpp>

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <thread>
#include <utility>

namespace ctx {
namespace {

using test::here;
using test::request;

class Threads : public test::ExecutorsTest {};

TEST_F(Threads, a_thread_has_the_context_of_the_one_that_started_it) {
    const Context one = request(1);
    const detail::Node* seen = nullptr;
    std::thread worker;
    {
        const Scope scope{one};
        worker = thread(
            [&seen](std::unique_ptr<int> argument) { seen = *argument == 7 ? here() : nullptr; },
            std::make_unique<int>(7));
    }
    worker.join();
    EXPECT_EQ(seen, one.node());
}

TEST_F(Threads, a_jthread_passes_its_stop_token) {
    const Context one = request(1);
    const Scope scope{one};
    std::promise<const detail::Node*> seen;
    std::promise<bool> stopped;
    {
        const std::jthread worker = jthread(
            [&](std::stop_token stop, int seven) {  // NOLINT: as the standard passes it
                std::promise<void> asked;
                const std::stop_callback callback{stop, [&] { asked.set_value(); }};
                seen.set_value(here());
                asked.get_future().wait();
                stopped.set_value(seven == 7);
            },
            7);
        EXPECT_EQ(seen.get_future().get(), one.node());
    }
    EXPECT_TRUE(stopped.get_future().get());
}

TEST_F(Threads, a_jthread_may_do_without_a_stop_token) {
    const Context one = request(1);
    const Scope scope{one};
    const detail::Node* seen = nullptr;
    jthread([&seen] { seen = here(); }).join();
    EXPECT_EQ(seen, one.node());
}

struct TakesInt {
    void operator()(int) const {}
};
template <typename... Args>
concept Startable = requires {
    ctx::jthread(std::declval<Args>()...);
};
static_assert(Startable<TakesInt, int>);
static_assert(!Startable<TakesInt, std::unique_ptr<int>>);

TEST_F(Threads, async_runs_with_the_context_of_the_caller) {
    const Context one = request(1);
    std::future<const detail::Node*> result;
    {
        const Scope scope{one};
        result = async(
            std::launch::async, [](int) { return here(); }, 1);
    }
    EXPECT_EQ(result.get(), one.node());
}

TEST_F(Threads, a_deferred_call_runs_with_the_context_of_its_maker) {
    const Context one = request(1);
    const Context two = request(2);
    std::future<const detail::Node*> result;
    {
        const Scope scope{one};
        result = async(std::launch::deferred, [] { return here(); });
    }
    const Scope scope{two};
    EXPECT_EQ(result.get(), one.node());
    EXPECT_EQ(here(), two.node());
}

TEST_F(Threads, async_without_a_policy_lets_the_library_choose) {
    const Context one = request(1);
    const Scope scope{one};
    EXPECT_EQ(async([] { return here(); }).get(), one.node());
}

TEST_F(Threads, exceptions_reach_the_future) {
    const Scope scope{request(1)};
    auto result = async(std::launch::async, []() -> int { throw std::runtime_error{"inside"}; });
    EXPECT_THROW(result.get(), std::runtime_error);
}

// Looks at the context when the thread itself ends.
struct LooksAtExit {
    std::promise<bool>* clean = nullptr;
    ~LooksAtExit() {
        if (clean != nullptr) clean->set_value(here() == nullptr);
    }
};
thread_local LooksAtExit at_exit;

TEST_F(Threads, a_thread_has_no_context_once_its_task_has_ended) {
    const Scope scope{request(1)};
    std::promise<bool> clean;
    thread([&clean] { at_exit.clean = &clean; }).join();
    EXPECT_TRUE(clean.get_future().get());
}

}  // namespace
}  // namespace ctx
