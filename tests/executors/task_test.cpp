#include "executors/support.hpp"
#include <ctx/executors.hpp>

#include <gtest/gtest.h>

#include <unistd.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using ctx::Context;
using ctx::Scope;
using ctx::task;
using ctx::test::here;

class Task : public ctx::test::ExecutorsTest {};

task<int> plain(int value) {
    co_return value;
}

task<const void*> where_it_runs() {
    co_return here();
}

TEST_F(Task, is_lazy_and_starts_with_the_context_of_whoever_awaits_it) {
    task<const void*> made_without = where_it_runs();
    const Context request = ctx::test::request(1);
    const Scope scope{request};
    EXPECT_EQ(ctx::sync_wait(std::move(made_without)), request.node());
    EXPECT_EQ(here(), request.node());
}

task<void> hop_and_look(ctx::test::SmallPool& pool, const Context& expected) {
    EXPECT_EQ(here(), expected.node());
    const pid_t before = ::gettid();  // compilers take std::this_thread::get_id() for a constant
    co_await ctx::resume_on(pool);
    EXPECT_NE(::gettid(), before);
    EXPECT_EQ(here(), expected.node());
    EXPECT_EQ(co_await where_it_runs(), expected.node());
}

TEST_F(Task, keeps_its_context_on_other_threads) {
    ctx::test::SmallPool pool{2};
    {
        const Context request = ctx::test::request(1);
        const Scope scope{request};
        ctx::sync_wait(hop_and_look(pool, request));
        EXPECT_EQ(here(), request.node());
    }
    EXPECT_EQ(pool.finish(), 0);
}

task<void> scopes_over_awaits(ctx::test::SmallPool& pool, const Context& outer) {
    const Context inner = ctx::test::request(2);
    {
        const Scope scope{inner};
        co_await ctx::resume_on(pool);
        EXPECT_EQ(here(), inner.node());
        {
            const Scope again{outer};
            co_await ctx::resume_on(pool);
            EXPECT_EQ(here(), outer.node());
        }
        EXPECT_EQ(co_await where_it_runs(), inner.node());
    }
    EXPECT_EQ(here(), outer.node());
}

TEST_F(Task, may_hold_scopes_over_awaits) {
    ctx::test::SmallPool pool{2};
    {
        const Context request = ctx::test::request(1);
        const Scope scope{request};
        ctx::sync_wait(scopes_over_awaits(pool, request));
    }
    EXPECT_EQ(pool.finish(), 0);
}

task<std::unique_ptr<int>> move_only() {
    co_return std::make_unique<int>(7);
}
task<int&> reference(int& to) {
    co_return to;
}
task<void> nothing() {
    co_return;
}
task<int> results() {
    int value = 3;
    int& same = co_await reference(value);
    EXPECT_EQ(&same, &value);
    co_await nothing();
    const auto pointer = co_await move_only();
    co_return *pointer + same;
}

TEST_F(Task, returns_values_references_and_nothing) {
    EXPECT_EQ(ctx::sync_wait(results()), 10);
    int value = 1;
    EXPECT_EQ(&ctx::sync_wait(reference(value)), &value);
    EXPECT_EQ(*ctx::sync_wait(move_only()), 7);
}

task<int> failing(ctx::test::SmallPool& pool) {
    const Scope scope{ctx::test::request(9)};
    co_await ctx::resume_on(pool);
    throw std::runtime_error{"on purpose"};
}

task<bool> catches(ctx::test::SmallPool& pool, const Context& own) {
    try {
        co_await failing(pool);
    } catch (const std::runtime_error&) {
        co_return here() == own.node();
    }
    co_return false;
}

TEST_F(Task, hands_exceptions_to_whoever_awaits_in_its_own_context) {
    ctx::test::SmallPool pool{1};
    {
        const Context request = ctx::test::request(1);
        const Scope scope{request};
        EXPECT_TRUE(ctx::sync_wait(catches(pool, request)));
        EXPECT_THROW(ctx::sync_wait(failing(pool)), std::runtime_error);
        EXPECT_EQ(here(), request.node());
    }
    EXPECT_EQ(pool.finish(), 0);
}

struct SeenAtDestruction {
    const void** seen;
    explicit SeenAtDestruction(const void** where) : seen(where) {}
    ~SeenAtDestruction() { *seen = here(); }
    SeenAtDestruction(const SeenAtDestruction&) = delete;
    SeenAtDestruction& operator=(const SeenAtDestruction&) = delete;
};

// Suspended until the test resumes it or lets it go.
struct Parked {
    std::coroutine_handle<>* slot;
    explicit Parked(std::coroutine_handle<>* where) : slot(where) {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> coroutine) const noexcept { *slot = coroutine; }
    void await_resume() const noexcept {}
};

task<void> parked_inside(std::coroutine_handle<>* slot, const void** inner) {
    const Scope scope{ctx::test::request(3)};
    const SeenAtDestruction seen{inner};
    co_await Parked{slot};
}
task<void> parked(std::coroutine_handle<>* slot, const void** outer, const void** inner) {
    const SeenAtDestruction seen{outer};
    co_await parked_inside(slot, inner);
}

// A task that this test can destroy while it is suspended.
struct Owner {
    struct promise_type : ctx::ContextPromise {
        Owner get_return_object() {
            return {std::coroutine_handle<promise_type>::from_promise(*this)};
        }
        auto initial_suspend() noexcept { return begin_with(std::suspend_never{}); }
        auto final_suspend() noexcept { return end_with(std::suspend_always{}); }
        void return_void() noexcept {}
        void unhandled_exception() { std::terminate(); }
    };
    std::coroutine_handle<promise_type> coroutine;
};
Owner owner_of(task<void> owned) {
    co_await std::move(owned);
}

TEST_F(Task, unwinds_in_its_own_context_when_it_is_destroyed) {
    std::coroutine_handle<> slot;
    const void* outer = nullptr;
    const void* inner = nullptr;
    const Context request = ctx::test::request(1);
    Owner owner{};
    {
        const Scope scope{request};
        owner = owner_of(parked(&slot, &outer, &inner));
        EXPECT_EQ(here(), request.node());
    }
    const Context destroyer = ctx::test::request(2);
    const Scope scope{destroyer};
    owner.coroutine.destroy();
    EXPECT_EQ(outer, request.node());
    EXPECT_NE(inner, request.node());
    EXPECT_NE(inner, destroyer.node());
    EXPECT_EQ(here(), destroyer.node());
}

TEST_F(Task, that_never_starts_keeps_nothing) {
    const Scope scope{ctx::test::request(1)};
    const task<int> never = plain(1);
    EXPECT_TRUE(static_cast<bool>(never));
}

TEST_F(Task, can_be_resumed_by_a_thread_with_a_context_of_its_own) {
    std::coroutine_handle<> slot;
    const void* outer = nullptr;
    const void* inner = nullptr;
    const Context request = ctx::test::request(1);
    std::future<void> done;
    {
        const Scope scope{request};
        done = ctx::start(parked(&slot, &outer, &inner));
        EXPECT_EQ(here(), request.node());
    }
    std::thread{[&] {
        const Context other = ctx::test::request(4);
        const Scope scope{other};
        slot.resume();
        EXPECT_EQ(here(), other.node());
    }}.join();
    done.get();
    EXPECT_EQ(outer, request.node());
}

task<int> sum_of_many(int count) {
    int sum = 0;
    for (int i = 0; i < count; ++i)
        sum += co_await plain(1);
    co_return sum;
}

task<int> deep(int depth) {
    if (depth == 0) co_return 0;
    co_return 1 + co_await deep(depth - 1);
}

TEST_F(Task, needs_no_deeper_stack_for_many_that_complete_at_once) {
    const Scope scope{ctx::test::request(1)};
    EXPECT_EQ(ctx::sync_wait(sum_of_many(1'000'000)), 1'000'000);
    EXPECT_EQ(ctx::sync_wait(deep(100)), 100);
}

task<void> goes_on_with_another(const Context& other) {
    co_await ctx::continue_with(other);
    EXPECT_EQ(here(), other.node());
    co_await nothing();
    EXPECT_EQ(here(), other.node());
}

TEST_F(Task, can_go_on_with_another_context) {
    const Context request = ctx::test::request(1);
    const Scope scope{request};
    ctx::sync_wait(goes_on_with_another(ctx::test::request(2)));
    EXPECT_EQ(here(), request.node());
}

TEST_F(Task, spawned_on_a_pool_has_the_context_of_whoever_spawned_it) {
    ctx::test::SmallPool pool{2};
    for (int i = 0; i < 100; ++i) {
        const Context request = ctx::test::request(1);
        const Scope scope{request};
        EXPECT_EQ(ctx::spawn(pool, where_it_runs()).get(), request.node());
    }
    EXPECT_EQ(pool.finish(), 0);
}

struct ThrowingPool {
    void post(std::function<void()>) { throw std::runtime_error{"full"}; }
};

task<void> tries(ThrowingPool& pool, const Context& own) {
    EXPECT_EQ(here(), own.node());
    bool threw = false;
    try {
        co_await ctx::resume_on(pool);
    } catch (const std::runtime_error&) {
        threw = true;
    }
    EXPECT_TRUE(threw);
    EXPECT_EQ(here(), own.node());
}

TEST_F(Task, goes_on_where_it_is_when_a_pool_refuses_it) {
    ThrowingPool pool;
    const Context request = ctx::test::request(1);
    const Scope scope{request};
    ctx::sync_wait(tries(pool, request));
    EXPECT_THROW(ctx::spawn(pool, plain(1)).get(), std::runtime_error);
    EXPECT_EQ(here(), request.node());
}

ctx::generator<int> numbers(const Context& own, int count) {
    const Scope scope{ctx::test::request(8)};
    for (int i = 0; i < count; ++i) {
        EXPECT_NE(here(), own.node());
        co_yield i;
    }
    if (count > 3) throw std::runtime_error{"too many"};
}

TEST_F(Task, generator_leaves_the_context_of_its_consumer_alone) {
    const Context request = ctx::test::request(1);
    const Scope scope{request};
    std::vector<int> seen;
    for (const int number : numbers(request, 3)) {
        EXPECT_EQ(here(), request.node());
        seen.push_back(number);
    }
    EXPECT_EQ(seen, (std::vector<int>{0, 1, 2}));
    {
        auto abandoned = numbers(request, 2);
        EXPECT_EQ(*abandoned.begin(), 0);
    }
    auto all = [&] {
        for ([[maybe_unused]] const int number : numbers(request, 4)) {
        }
    };
    EXPECT_THROW(all(), std::runtime_error);
    EXPECT_EQ(here(), request.node());
}

}  // namespace
