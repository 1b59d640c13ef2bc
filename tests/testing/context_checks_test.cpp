#include <ctx/testing/context_checks.hpp>

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace {

using ctx::Context;
using ctx::Scope;
using ctx::testing::context_is;
using ctx::testing::Event;
using ctx::testing::LeakCheck;
using ctx::testing::make_request;
using ctx::testing::same_context;

class ContextChecks : public ctx::testing::ContextTest {};

TEST_F(ContextChecks, requests_differ_in_everything) {
    const std::string all{same_context(make_request(1), make_request(2)).message()};
    for (const char* name : {"trace id", "span id", "flags", "tracestate", "baggage", "deadline"})
        EXPECT_NE(all.find(name), std::string::npos) << all;
    const std::stop_source stop;
    EXPECT_TRUE(same_context(make_request(3, stop), make_request(3, stop)));
    EXPECT_FALSE(same_context(make_request(3), make_request(3)));  // other stop tokens
}

TEST_F(ContextChecks, a_difference_is_named_with_both_requests) {
    const Context one = make_request(1);
    const Scope scope{one.with_baggage(ctx::Baggage{}.set("request", "2"))};
    const auto result = context_is(one);
    EXPECT_FALSE(result);
    const std::string message = result.message();
    EXPECT_NE(message.find("current context is request=2 "), std::string::npos) << message;
    EXPECT_NE(message.find("wanted request=1 "), std::string::npos) << message;
    EXPECT_TRUE(message.ends_with("it differs in baggage")) << message;
    EXPECT_FALSE(ctx::testing::no_context());
}

TEST_F(ContextChecks, equal_and_empty_contexts_pass) {
    EXPECT_TRUE(ctx::testing::no_context());
    EXPECT_TRUE(context_is(ctx::ContextView{}));
    const Context one = make_request(1);
    const Scope scope{one.with_baggage(one.baggage())};  // another node, the same values
    EXPECT_TRUE(context_is(one));
}

TEST_F(ContextChecks, a_watched_context_tells_when_nobody_holds_it) {
    const Event gone;
    std::optional<Context> derived;
    {
        const Context context = ctx::testing::watched(make_request(1), gone);
        derived = context.with_baggage({});
    }
    EXPECT_FALSE(gone.has_happened());
    derived.reset();
    EXPECT_TRUE(gone.has_happened());
}

TEST_F(ContextChecks, events_happen_when_all_have_arrived) {
    const Event both{2};
    both.arrive();
    EXPECT_FALSE(both.wait(std::chrono::milliseconds{1}));
    std::thread{[both] { both.arrive(); }}.join();
    EXPECT_TRUE(both.wait());
    both.arrive();
    EXPECT_TRUE(both.has_happened());
}

TEST_F(ContextChecks, reads_counters_by_name) {
    const auto policy = ctx::set_scope_misuse_policy(ctx::ScopeMisusePolicy::count);
    EXPECT_EQ(ctx::set_scope_misuse_policy(policy), ctx::ScopeMisusePolicy::count);
    EXPECT_EQ(ctx::testing::counter("ctx_no_such_counter_total"), 0U);
}

std::optional<Context> kept;

void leaks_a_context() {
    LeakCheck check;
    kept = Context{}.with_baggage({});
    check.finish(std::chrono::milliseconds{1});
}

TEST(Leaks, a_held_context_is_a_failure) {
    EXPECT_NONFATAL_FAILURE(leaks_a_context(), "1 more contexts are alive");
    kept.reset();
}

/// The failures that `body` makes.
template <typename Body>
std::vector<std::string> failures_of(const Body& body) {
    ::testing::TestPartResultArray results;
    {
        const ::testing::ScopedFakeTestPartResultReporter reporter{
            ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ALL_THREADS, &results};
        body();
    }
    std::vector<std::string> messages;
    for (int i = 0; i < results.size(); ++i)
        messages.emplace_back(results.GetTestPartResult(i).message());
    return messages;
}

TEST(Leaks, the_end_of_a_context_made_before_is_none) {
    using Clock = std::chrono::steady_clock;
    kept = make_request(1);
    LeakCheck check;
    kept.reset();
    const Clock::time_point begin = Clock::now();
    check.finish(std::chrono::seconds{5});
    EXPECT_LT(Clock::now() - begin, std::chrono::seconds{5}) << "it waited for a context";
}

TEST(Leaks, a_context_that_stays_current_is_a_failure) {
    const Context one = make_request(1);
    std::optional<Scope> open;
    const auto failures = failures_of([&] {
        const LeakCheck check;
        open.emplace(one);
    });
    open.reset();
    ASSERT_EQ(failures.size(), 1U);
    EXPECT_NE(failures[0].find("still current on this thread: request=1"), std::string::npos)
        << failures[0];
}

void misuse_a_scope(bool allowed) {
    LeakCheck check;
    if (allowed) check.allow_scope_misuse();
    std::optional<Scope> left_open;
    {
        const ctx::Boundary task{Context{}};
        left_open.emplace(make_request(1));
    }
    left_open.reset();
    check.finish();
}

TEST(Leaks, a_misused_scope_is_a_failure_unless_allowed) {
    const auto policy = ctx::set_scope_misuse_policy(ctx::ScopeMisusePolicy::count);
    const auto failures = failures_of([] { misuse_a_scope(false); });
    ctx::set_scope_misuse_policy(policy);
    ASSERT_EQ(failures.size(), 2U);
    EXPECT_TRUE(failures[0].find("1 Scopes ended out of order") != std::string::npos)
        << failures[0];
    EXPECT_TRUE(failures[1].find("1 tasks ended while a Scope") != std::string::npos)
        << failures[1];
    misuse_a_scope(true);
}

}  // namespace
