#include "executors/support.hpp"
#include <ctx/executors.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace {

using ctx::Context;
using ctx::Scope;
using ctx::task;
using ctx::test::here;

class WhenAll : public ctx::test::ExecutorsTest {};

Context with_entry(ctx::ContextView context, std::string_view key) {
    return context.with_baggage(context.baggage().set(*ctx::BaggageKey::parse(key), "seen"));
}

task<int> branch(ctx::test::SmallPool* pool, std::string key, int result) {
    if (pool != nullptr) co_await ctx::resume_on(*pool);
    EXPECT_EQ(ctx::current().baggage().find("request"), "1");
    const ctx::ContextView now = ctx::current();
    co_await ctx::continue_with(with_entry(now, key).with_span(ctx::child_of(now)));
    co_return result;
}
task<void> quiet() {
    co_return;
}

task<void> three(ctx::test::SmallPool* pool) {
    const Context own{ctx::current()};
    auto [a, nothing, b] =
        co_await ctx::when_all(branch(pool, "left", 1), quiet(), branch(pool, "right", 2));
    static_cast<void>(nothing);
    EXPECT_EQ(a + b, 3);
    EXPECT_EQ(ctx::current().trace_id(), own.trace_id());
    EXPECT_EQ(ctx::current().span_id(), own.span_id());
    EXPECT_EQ(ctx::current().baggage().find("left"), "seen");
    EXPECT_EQ(ctx::current().baggage().find("right"), "seen");
    EXPECT_EQ(ctx::current().links().size(), 2U);
}

TEST_F(WhenAll, joins_what_the_branches_added) {
    ctx::test::SmallPool pool{2};
    for (ctx::test::SmallPool* where : {static_cast<ctx::test::SmallPool*>(nullptr), &pool}) {
        const Context request = ctx::test::request(1);
        const Scope scope{request};
        ctx::sync_wait(three(where));
        EXPECT_EQ(here(), request.node());
    }
    EXPECT_EQ(pool.finish(), 0);
}

task<bool> unchanged() {
    const void* const before = here();
    std::vector<task<void>> none;
    co_await ctx::when_all(std::move(none));
    co_await ctx::when_all(quiet(), quiet());
    co_return here() == before;  // nothing was added: no new context
}

TEST_F(WhenAll, of_branches_that_add_nothing_leaves_the_context) {
    const Scope scope{ctx::test::request(1)};
    EXPECT_TRUE(ctx::sync_wait(unchanged()));
}

task<int> fails() {
    throw std::runtime_error{"on purpose"};
    co_return 0;
}
task<int> waits_to_be_cancelled(ctx::test::SmallPool& pool) {
    co_await ctx::continue_with(with_entry(ctx::current(), "cancelled"));
    for (;;) {
        ctx::throw_if_cancelled();
        co_await ctx::resume_on(pool);
    }
}
task<void> one_fails(ctx::test::SmallPool& pool) {
    bool threw = false;
    try {
        std::vector<task<int>> tasks;
        tasks.push_back(waits_to_be_cancelled(pool));
        tasks.push_back(branch(&pool, "left", 1));
        tasks.push_back(fails());
        co_await ctx::when_all(std::move(tasks));
    } catch (const std::runtime_error&) {
        threw = true;
    }
    EXPECT_TRUE(threw) << "and not Cancelled, which came of it";
    EXPECT_TRUE(ctx::current().baggage().contains("left"));
    EXPECT_FALSE(ctx::current().baggage().contains("cancelled"));
    EXPECT_FALSE(ctx::is_cancelled()) << "the branches were, and not the request";
}

TEST_F(WhenAll, stops_the_others_when_one_fails_and_does_not_merge_them) {
    ctx::test::SmallPool pool{2};
    {
        const Scope scope{ctx::test::request(1)};
        ctx::sync_wait(one_fails(pool));
    }
    EXPECT_EQ(pool.finish(), 0);
}

task<bool> all_are_cancelled(ctx::test::SmallPool& pool) {
    bool cancelled = false;
    try {
        co_await ctx::when_all(waits_to_be_cancelled(pool), waits_to_be_cancelled(pool));
    } catch (const ctx::Cancelled&) {
        cancelled = true;
    }
    co_return cancelled;
}

TEST_F(WhenAll, hands_the_stop_of_the_request_to_the_branches) {
    ctx::test::SmallPool pool{2};
    {
        std::stop_source stop;
        const Scope scope{ctx::with_stop_token(ctx::test::request(1), stop.get_token())};
        std::future<bool> cancelled = ctx::spawn(pool, all_are_cancelled(pool));
        stop.request_stop();
        EXPECT_TRUE(cancelled.get());
    }
    EXPECT_EQ(pool.finish(), 0);
}

task<int&> reference(int& to) {
    co_return to;
}
task<void> of_references() {
    int one = 1;
    int two = 2;
    auto [first, second] = co_await ctx::when_all(reference(one), reference(two));
    EXPECT_EQ(&first, &one);
    EXPECT_EQ(&second, &two);

    std::vector<task<int&>> tasks;
    tasks.push_back(reference(two));
    tasks.push_back(reference(one));
    const std::vector<std::reference_wrapper<int>> all = co_await ctx::when_all(std::move(tasks));
    EXPECT_EQ(all.size(), 2U);
    if (all.size() != 2) co_return;
    EXPECT_EQ(&all[0].get(), &two);
    EXPECT_EQ(&all[1].get(), &one);
}

TEST_F(WhenAll, gives_references) {
    EXPECT_NO_THROW(ctx::sync_wait(of_references()));
}

TEST_F(WhenAll, deadlines_are_the_earlier_one) {
    using std::chrono::hours;
    using Clock = std::chrono::steady_clock;
    EXPECT_FALSE(ctx::time_left());
    const Scope scope{ctx::with_deadline(ctx::test::request(1), Clock::now() + hours{1})};
    EXPECT_GT(*ctx::time_left(), std::chrono::minutes{50});
    const Scope later{ctx::with_deadline(ctx::current(), Clock::now() + hours{9})};
    EXPECT_LT(*ctx::time_left(), hours{2});
    EXPECT_FALSE(ctx::is_cancelled());
    const Scope over{ctx::with_deadline(ctx::current(), Clock::now() - hours{1})};
    EXPECT_EQ(*ctx::time_left(), hours{0});
    EXPECT_THROW(ctx::throw_if_cancelled(), ctx::Cancelled);
}

}  // namespace
