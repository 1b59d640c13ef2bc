#include "executors/support.hpp"
#include <ctx/executors.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace {

using ctx::Context;
using ctx::Scope;
using ctx::task;
using ctx::test::here;

class WhenAny : public ctx::test::ExecutorsTest {};

Context with_entry(ctx::ContextView context, std::string_view key) {
    return context.with_baggage(context.baggage().set(*ctx::BaggageKey::parse(key), "seen"));
}
bool has_entry(std::string_view key) {
    return ctx::current().baggage().contains(key);
}

task<int> succeeds(std::string_view key, int result) {
    EXPECT_EQ(ctx::current().baggage().find("request"), "1");
    const ctx::ContextView now = ctx::current();
    co_await ctx::continue_with(with_entry(now, key).with_span(ctx::child_of(now)));
    co_return result;
}

// Goes round until it is asked to stop, and then ends as it likes.
enum class End { cancelled, normally };
task<int> goes_on(ctx::test::SmallPool& pool, std::string_view key, End end) {
    co_await ctx::continue_with(with_entry(ctx::current(), key));
    while (!ctx::is_cancelled())
        co_await ctx::resume_on(pool);
    if (end == End::cancelled) ctx::throw_if_cancelled();
    co_return -1;
}

task<int> fails(const char* why) {
    co_await ctx::continue_with(with_entry(ctx::current(), why));
    throw std::runtime_error{why};
}
task<int> fails_on(ctx::test::SmallPool& pool, const char* why) {
    co_await ctx::resume_on(pool);
    throw std::runtime_error{why};
}
task<int> succeeds_on(ctx::test::SmallPool& pool, std::string_view key, int result) {
    co_await ctx::resume_on(pool);
    co_return co_await succeeds(key, result);
}

task<void> winner_only(ctx::test::SmallPool& pool) {
    const Context own{ctx::current()};
    const auto result = co_await ctx::when_any(goes_on(pool, "left", End::cancelled),
                                               succeeds_on(pool, "winner", 7),
                                               goes_on(pool, "right", End::cancelled));
    EXPECT_EQ(result.index(), 1U);
    EXPECT_EQ(std::get<1>(result), 7);
    EXPECT_FALSE(has_entry("left"));
    EXPECT_FALSE(has_entry("right"));
    EXPECT_EQ(ctx::current().trace_id(), own.trace_id());
    EXPECT_EQ(ctx::current().span_id(), own.span_id());
    EXPECT_EQ(ctx::current().links().size(), 0U) << "it added none: its task did";
    EXPECT_FALSE(ctx::is_cancelled()) << "the others were, and not the request";
}

TEST_F(WhenAny, gives_the_result_of_the_first_that_succeeds_and_stops_the_others) {
    ctx::test::SmallPool pool{2};
    {
        const Context request = ctx::test::request(1);
        const Scope scope{request};
        ctx::sync_wait(winner_only(pool));
        EXPECT_EQ(here(), request.node());
    }
    EXPECT_EQ(pool.finish(), 0);
}

task<void> joins(ctx::test::SmallPool& pool) {
    const Context own{ctx::current()};
    const auto result =
        co_await ctx::when_any(goes_on(pool, "loser", End::normally), succeeds("winner", 7));
    EXPECT_EQ(result.index(), 1U);
    EXPECT_TRUE(has_entry("winner"));
    EXPECT_TRUE(has_entry("request"));
    EXPECT_FALSE(has_entry("loser")) << "it ended without a failure, but it lost";
    EXPECT_EQ(ctx::current().span_id(), own.span_id());
    EXPECT_EQ(ctx::current().links().size(), 1U);
}

TEST_F(WhenAny, goes_on_with_the_join_of_the_winner_only) {
    ctx::test::SmallPool pool{2};
    {
        const Scope scope{ctx::test::request(1)};
        ctx::sync_wait(joins(pool));
    }
    EXPECT_EQ(pool.finish(), 0);
}

task<bool> adds_nothing() {
    const void* const before = here();
    co_await ctx::when_any([]() -> task<void> { co_return; }());
    co_return here() == before;
}

TEST_F(WhenAny, of_a_winner_that_adds_nothing_leaves_the_context) {
    const Scope scope{ctx::test::request(1)};
    EXPECT_TRUE(ctx::sync_wait(adds_nothing()));
}

task<void> marks(bool& began) {
    began = true;
    co_return;
}
task<std::size_t> one_has_won_already(bool& began) {
    const auto result = co_await ctx::when_any(fails("first"), succeeds("second", 2), marks(began));
    co_return result.index();
}

TEST_F(WhenAny, begins_no_branch_when_one_has_succeeded) {
    const Scope scope{ctx::test::request(1)};
    bool began = false;
    EXPECT_EQ(ctx::sync_wait(one_has_won_already(began)), 1U);
    EXPECT_FALSE(began);
}

task<int> failures_before_a_success(ctx::test::SmallPool& pool) {
    std::vector<task<int>> tasks;
    tasks.push_back(fails("at_once"));
    tasks.push_back(fails_on(pool, "elsewhere"));
    tasks.push_back(succeeds_on(pool, "winner", 3));
    const ctx::Winner<int> winner = co_await ctx::when_any(std::move(tasks));
    EXPECT_EQ(winner.index, 2U);
    EXPECT_FALSE(has_entry("at_once"));
    co_return winner.value;
}

TEST_F(WhenAny, drops_failures_when_one_succeeds) {
    ctx::test::SmallPool pool{2};
    {
        const Scope scope{ctx::test::request(1)};
        EXPECT_EQ(ctx::sync_wait(failures_before_a_success(pool)), 3);
    }
    EXPECT_EQ(pool.finish(), 0);
}

task<int> gives_up() {
    throw ctx::Cancelled{};
    co_return 0;
}
task<bool> all_fail(ctx::test::SmallPool& pool) {
    const void* const before = here();
    std::string_view why;
    try {
        co_await ctx::when_any(gives_up(), fails_on(pool, "first"), fails("second"));
    } catch (const std::runtime_error& failure) {
        why = failure.what();
        EXPECT_EQ(why, "first") << "in the order of the branches, and not of time";
    }
    EXPECT_FALSE(why.empty());
    co_return here() == before;
}

TEST_F(WhenAny, when_all_fail_throws_the_first_that_is_no_cancellation) {
    ctx::test::SmallPool pool{1};
    {
        const Scope scope{ctx::test::request(1)};
        EXPECT_TRUE(ctx::sync_wait(all_fail(pool)));
    }
    EXPECT_EQ(pool.finish(), 0);
}

task<bool> all_are_cancelled(ctx::test::SmallPool& pool) {
    bool cancelled = false;
    try {
        co_await ctx::when_any(goes_on(pool, "left", End::cancelled),
                               goes_on(pool, "right", End::cancelled));
    } catch (const ctx::Cancelled&) {
        cancelled = true;
    }
    co_return cancelled;
}

TEST_F(WhenAny, hands_the_stop_of_the_request_to_the_branches) {
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

task<std::unique_ptr<int>> move_only() {
    co_return std::make_unique<int>(5);
}
task<int&> reference(int& to) {
    co_return to;
}
task<void> nothing() {
    co_return;
}
task<void> result_types() {
    auto pointer = co_await ctx::when_any(move_only(), nothing());
    EXPECT_EQ(*std::get<0>(pointer), 5);
    auto none = co_await ctx::when_any(nothing(), move_only());
    EXPECT_EQ(none.index(), 0U);

    int value = 1;
    auto referred = co_await ctx::when_any(reference(value), move_only());
    EXPECT_EQ(&std::get<0>(referred).get(), &value);

    std::vector<task<int&>> references;
    references.push_back(reference(value));
    const ctx::Winner<int&> winner = co_await ctx::when_any(std::move(references));
    EXPECT_EQ(&winner.value, &value);

    std::vector<task<void>> voids;
    voids.push_back(nothing());
    const ctx::Winner<void> first = co_await ctx::when_any(std::move(voids));
    EXPECT_EQ(first.index, 0U);
}

TEST_F(WhenAny, gives_values_references_and_nothing) {
    EXPECT_NO_THROW(ctx::sync_wait(result_types()));
}

// What a winner hands on is cancelled with the branches, unless it has the token from outside.
task<bool> is_cancelled_later(ctx::test::SmallPool& pool, std::future<void> decided) {
    co_await ctx::resume_on(pool);
    decided.wait();
    co_return ctx::is_cancelled();
}
task<std::future<bool>> hands_on(ctx::test::SmallPool& pool, std::future<void> decided,
                                 std::optional<std::stop_token> own) {
    const Scope scope{own ? ctx::with_stop_token(ctx::current(), *own) : Context{ctx::current()}};
    co_return ctx::spawn(pool, is_cancelled_later(pool, std::move(decided)));
}
task<bool> hand_on(ctx::test::SmallPool& pool, bool keeps_its_own) {
    std::optional<std::stop_token> own;
    if (keeps_its_own) own = ctx::stop_token_of(ctx::current());
    std::promise<void> decided;
    auto won = co_await ctx::when_any(hands_on(pool, decided.get_future(), own), nothing());
    decided.set_value();
    co_return std::get<0>(won).get();
}

TEST_F(WhenAny, cancels_what_a_winner_hands_on_unless_it_has_the_token_from_outside) {
    ctx::test::SmallPool pool{2};
    const Scope scope{ctx::test::request(1)};
    EXPECT_TRUE(ctx::sync_wait(hand_on(pool, false)));
    EXPECT_FALSE(ctx::sync_wait(hand_on(pool, true)));
}

task<int> adds_to_nothing() {
    co_await ctx::continue_with(with_entry(ctx::current(), "added"));
    co_return 1;
}
task<void> without_a_context() {
    co_await ctx::when_any(adds_to_nothing(), adds_to_nothing());
    EXPECT_TRUE(has_entry("added"));
    EXPECT_FALSE(ctx::is_cancelled());
    co_await ctx::when_all(adds_to_nothing(), adds_to_nothing());
    EXPECT_FALSE(ctx::is_cancelled());
}

TEST_F(WhenAny, leaves_a_coroutine_without_a_context_uncancelled) {
    EXPECT_NO_THROW(ctx::sync_wait(without_a_context()));
}

task<void> of_none() {
    std::vector<task<int>> tasks;
    co_await ctx::when_any(std::move(tasks));
}

TEST_F(WhenAny, of_no_tasks_is_an_error) {
    EXPECT_THROW(ctx::sync_wait(of_none()), std::invalid_argument);
}

// All race to be the first; whoever it is, the others are waited for and add nothing.
task<int> race(ctx::test::SmallPool& pool, std::atomic<int>& running, int number) {
    ++running;
    co_await ctx::resume_on(pool);
    co_await ctx::continue_with(with_entry(ctx::current(), std::to_string(number)));
    --running;
    co_return number;
}
task<void> races(ctx::test::SmallPool& pool, int rounds) {
    for (int round = 0; round < rounds; ++round) {
        std::atomic<int> running{0};
        std::vector<task<int>> tasks;
        for (int number = 0; number < 4; ++number)
            tasks.push_back(race(pool, running, number));
        const Context before{ctx::current()};
        const ctx::Winner<int> winner = co_await ctx::when_any(std::move(tasks));
        EXPECT_EQ(running.load(), 0);
        EXPECT_EQ(winner.index, static_cast<std::size_t>(winner.value));
        EXPECT_EQ(ctx::current().baggage().size(), 2U) << "the request's and the winner's";
        EXPECT_TRUE(has_entry(std::to_string(winner.value)));
        co_await ctx::continue_with(before);
    }
}

TEST_F(WhenAny, has_one_winner_whoever_is_the_first) {
    ctx::test::SmallPool pool{3};
    {
        const Scope scope{ctx::test::request(1)};
        ctx::sync_wait(races(pool, 100));
    }
    EXPECT_EQ(pool.finish(), 0);
}

}  // namespace
