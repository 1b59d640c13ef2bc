#include <ctx/context.hpp>
#include <ctx/context/census.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace ctx {
namespace {

Context request(std::uint64_t number) {
    return Context{}.with_span({TraceId{9, number}, SpanId{number}, {}, {}, false});
}

std::optional<LiveContext> find(SpanId id) {
    for (LiveContext& context : live_context_list()) {
        if (context.span_id == id) return std::move(context);
    }
    return std::nullopt;
}

class CensusTest : public testing::Test {
protected:
    void TearDown() override {
        set_census(Census::off);
        EXPECT_TRUE(live_context_list().empty()) << "a context left the process and not the list";
    }
};

TEST_F(CensusTest, lists_nothing_unless_it_is_on) {
    const Context context = request(1);
    EXPECT_FALSE(find(SpanId{1}));
}

TEST_F(CensusTest, lists_who_is_alive_and_how_often_held) {
    set_census(Census::ages);
    Context context = request(2);
    const Context other = context;
    const auto found = find(SpanId{2});
    ASSERT_TRUE(found);
    EXPECT_EQ(found->trace_id, (TraceId{9, 2}));
    EXPECT_EQ(found->references, 2U);
    EXPECT_GE(found->age.count(), 0);
    EXPECT_TRUE(found->stack.empty());
    EXPECT_EQ(found->to_string().rfind("00000000000000090000000000000002-0000000000000002, ", 0),
              0U)
        << found->to_string();
    context = Context{};
    ASSERT_TRUE(find(SpanId{2}));
    EXPECT_NE(find(SpanId{2})->to_string().find("held 1 time"), std::string::npos);
}

TEST_F(CensusTest, forgets_what_is_gone) {
    set_census(Census::ages);
    { const Context context = request(3); }
    EXPECT_FALSE(find(SpanId{3}));
}

TEST_F(CensusTest, a_context_made_while_it_was_on_is_forgotten_after_it_was_turned_off) {
    set_census(Census::ages);
    Context context = request(4);
    set_census(Census::off);
    EXPECT_TRUE(find(SpanId{4}));
    context = Context{};
    EXPECT_FALSE(find(SpanId{4}));
}

TEST_F(CensusTest, the_oldest_come_first_and_only_as_many_as_asked) {
    set_census(Census::ages);
    std::vector<Context> contexts;
    for (std::uint64_t i = 10; i < 20; ++i)
        contexts.push_back(request(i));
    const auto all = live_context_list();
    ASSERT_EQ(all.size(), 10U);
    EXPECT_TRUE(std::is_sorted(all.begin(), all.end(),
                               [](const auto& a, const auto& b) { return a.age > b.age; }));
    EXPECT_EQ(live_context_list({.older_than = {}, .at_most = 3}).size(), 3U);
    EXPECT_TRUE(live_context_list({.older_than = std::chrono::hours{1}}).empty());
}

// Exported, so that the report can name it.
extern "C" [[gnu::noinline, gnu::visibility("default")]] void ctx_test_makes_a_context(
    Context& out) {
    out = request(5);
    asm volatile("");  // no tail call
}

TEST_F(CensusTest, stacks_say_who_made_it) {
    set_census(Census::stacks);
    Context context;
    ctx_test_makes_a_context(context);
    const auto found = find(SpanId{5});
    ASSERT_TRUE(found);
    EXPECT_NE(found->to_string().find("ctx_test_makes_a_context+0x"), std::string::npos)
        << found->to_string();
}

TEST_F(CensusTest, may_be_taken_while_contexts_come_and_go) {
    set_census(Census::ages);
    std::atomic<bool> stop{false};
    std::vector<std::thread> threads;
    for (std::uint64_t i = 0; i < 3; ++i) {
        threads.emplace_back([&stop, i] {
            while (!stop.load(std::memory_order_relaxed)) {
                const Context context = request(100 + i);
                const Context child = context.with_baggage(Baggage{}.set("k", "v"));
            }
        });
    }
    for (int i = 0; i < 200; ++i) {
        for (const LiveContext& context : live_context_list())
            EXPECT_TRUE(context.trace_id.is_valid());
    }
    stop = true;
    for (std::thread& thread : threads)
        thread.join();
}

}  // namespace
}  // namespace ctx
