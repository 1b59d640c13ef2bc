#include <ctx/context/child_span.hpp>
#include <ctx/context/context.hpp>
#include <ctx/context/current.hpp>
#include <ctx/context/id_generator.hpp>
#include <ctx/context/scope.hpp>
#include <ctx/context/stats.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <type_traits>
#include <vector>

namespace {

using ctx::Context;
using ctx::SpanContext;

static_assert(sizeof(Context) == 8);
static_assert(std::is_nothrow_copy_constructible_v<Context>);
static_assert(std::is_nothrow_move_constructible_v<Context>);
static_assert(std::is_trivially_copyable_v<ctx::ContextView>);
static_assert(!std::is_convertible_v<ctx::ContextView, Context>, "owning costs, so it is spelled");

SpanContext some_span(std::uint64_t span_id = 7) {
    return {ctx::TraceId{1, 2}, ctx::SpanId{span_id}, ctx::TraceFlags{3},
            ctx::TraceState::parse("foo=1"), true};
}

class ContextTest : public testing::Test {
protected:
    void TearDown() override { EXPECT_EQ(ctx::live_contexts(), live_before_); }

private:
    std::int64_t live_before_ = ctx::live_contexts();
};

TEST_F(ContextTest, an_empty_context_reads_as_nothing) {
    const Context empty;
    EXPECT_FALSE(empty);
    EXPECT_FALSE(empty.trace_id().is_valid());
    EXPECT_FALSE(empty.span_id().is_valid());
    EXPECT_TRUE(empty.baggage().empty());
    EXPECT_TRUE(empty.trace_state().empty());
    EXPECT_EQ(empty.recording_span(), nullptr);
    EXPECT_EQ(empty.links().size(), 0U);
    EXPECT_EQ(empty.span_context(), SpanContext{});
}

TEST_F(ContextTest, deriving_changes_one_thing_and_keeps_the_rest) {
    const Context request = Context{}.with_span(some_span());
    const Context tagged = request.with_baggage(ctx::Baggage{}.set("tenant", "acme"));
    const Context child = tagged.with_span(some_span(8));

    EXPECT_TRUE(request.baggage().empty());
    EXPECT_EQ(tagged.span_context(), some_span());
    EXPECT_EQ(tagged.baggage().find("tenant"), "acme");
    EXPECT_EQ(child.span_id(), ctx::SpanId{8});
    EXPECT_EQ(child.trace_id(), request.trace_id());
    EXPECT_EQ(child.baggage().find("tenant"), "acme");
}

TEST_F(ContextTest, a_copy_is_the_same_identity) {
    const Context request = Context{}.with_span(some_span());
    const Context copy = request;  // NOLINT(performance-unnecessary-copy-initialization)
    EXPECT_EQ(copy, request);
    EXPECT_EQ(ctx::ContextView{copy}, request);
    EXPECT_NE(request, Context{}.with_span(some_span()));
}

TEST_F(ContextTest, a_view_can_be_kept) {
    Context request = Context{}.with_span(some_span());
    const ctx::ContextView view = request;
    const Context kept{view};
    request = Context{};
    EXPECT_EQ(kept.span_id(), ctx::SpanId{7});
}

TEST_F(ContextTest, a_view_derives_as_its_owner_does) {
    const ctx::Scope scope{Context{}.with_span(some_span())};
    const Context tagged = ctx::current().with_baggage(ctx::Baggage{}.set("tenant", "acme"));
    EXPECT_EQ(tagged.span_context(), some_span());
    EXPECT_EQ(tagged.baggage().find("tenant"), "acme");
    EXPECT_EQ(ctx::current().with_span(some_span(9)).span_id(), ctx::SpanId{9});
    EXPECT_TRUE(ctx::current().baggage().empty());
}

TEST_F(ContextTest, self_assignment_keeps_the_value) {
    Context request = Context{}.with_span(some_span());
    const Context& same = request;
    request = same;
    EXPECT_EQ(request.span_id(), ctx::SpanId{7});
}

const ctx::Key<std::string> user_key{"user"};
const ctx::Key<int> budget_key{"budget", ctx::join_min};

TEST_F(ContextTest, local_values_are_found_by_their_key) {
    const Context request = Context{}.with(user_key, "ada").with(budget_key, 5);
    ASSERT_NE(request.get(user_key), nullptr);
    EXPECT_EQ(*request.get(user_key), "ada");
    ASSERT_NE(request.get(budget_key), nullptr);
    EXPECT_EQ(*request.get(budget_key), 5);
    EXPECT_EQ(Context{}.get(user_key), nullptr);
}

TEST_F(ContextTest, a_later_value_replaces_the_earlier_in_the_derived_context_only) {
    const Context first = Context{}.with(budget_key, 5);
    const Context second = first.with(budget_key, 3);
    EXPECT_EQ(*first.get(budget_key), 5);
    EXPECT_EQ(*second.get(budget_key), 3);
}

TEST_F(ContextTest, memory_does_not_grow_with_depth) {
    Context context = Context{}.with_span(some_span());
    for (int i = 0; i < 1000; ++i)
        context = context.with(budget_key, i).with_span(some_span());
    EXPECT_EQ(*context.get(budget_key), 999);
    EXPECT_LE(ctx::live_contexts(), 3 + 16) << "no chain of parents is kept alive";
}

struct Recorder {
    std::vector<std::string>* log;
    explicit Recorder(std::vector<std::string>* l) : log(l) {}
    Recorder(Recorder&& other) noexcept : log(std::exchange(other.log, nullptr)) {}
    Recorder& operator=(Recorder&&) = delete;
    ~Recorder() {
        if (log != nullptr) log->push_back(ctx::current() ? "in a request" : "empty");
    }
};

const ctx::Key<Recorder> recorder_key{"recorder"};

TEST_F(ContextTest, local_values_are_destroyed_under_an_empty_context) {
    std::vector<std::string> log;
    const Context stranger = Context{}.with_span(some_span());
    const ctx::Scope scope{stranger};
    { const Context request = Context{}.with(recorder_key, Recorder{&log}); }
    ASSERT_EQ(log.size(), 1U);
    EXPECT_EQ(log[0], "empty");
    EXPECT_EQ(ctx::current(), stranger) << "and the context is back afterwards";
}

TEST_F(ContextTest, a_value_may_hold_a_context_that_dies_with_it) {
    static const ctx::Key<Context> origin_key{"origin"};
    const Context request = Context{}.with(origin_key, Context{}.with_span(some_span()));
    ASSERT_NE(request.get(origin_key), nullptr);
    EXPECT_EQ(request.get(origin_key)->span_id(), ctx::SpanId{7});
}

TEST_F(ContextTest, a_child_keeps_trace_flags_and_tracestate_and_gets_its_own_id) {
    const Context request = Context{}.with_span(some_span());
    const SpanContext child = ctx::child_of(request);
    EXPECT_EQ(child.trace_id, request.trace_id());
    EXPECT_EQ(child.flags, request.flags());
    EXPECT_EQ(child.trace_state, request.trace_state());
    EXPECT_NE(child.span_id, request.span_id());
    EXPECT_TRUE(child.span_id.is_valid());
    EXPECT_FALSE(child.remote);
}

TEST_F(ContextTest, a_child_of_nothing_starts_a_random_unsampled_trace) {
    const SpanContext root = ctx::child_of(Context{});
    EXPECT_TRUE(root.trace_id.is_valid());
    EXPECT_TRUE(root.span_id.is_valid());
    EXPECT_EQ(root.flags.bits(), ctx::TraceFlags::random_bit);
}

TEST_F(ContextTest, a_child_keeps_a_decision_that_came_without_a_trace) {
    SpanContext decision;
    decision.flags = ctx::TraceFlags{}.with_debug();
    const SpanContext root = ctx::child_of(Context{}.with_span(decision));
    EXPECT_TRUE(root.trace_id.is_valid());
    EXPECT_TRUE(root.flags.debug());
    EXPECT_TRUE(root.flags.random());
}

TEST_F(ContextTest, a_child_leaves_open_what_the_callers_span_left_open) {
    SpanContext span = some_span();
    span.flags = ctx::TraceFlags{};
    EXPECT_FALSE(ctx::child_of(Context{}.with_span(span)).flags.decided());
    span.span_id = {};  // a trace without a span is decided where its first span begins
    EXPECT_TRUE(ctx::child_of(Context{}.with_span(span)).flags.decided());
}

TEST_F(ContextTest, takes_links_without_doubling_them) {
    const ctx::Link link{ctx::TraceId{1, 2}, ctx::SpanId{3}};
    const Context request = Context{}.with_span(some_span()).with_links({{link, link}});
    ASSERT_EQ(request.links().size(), 1U);
    EXPECT_EQ(request.with_links({{link}}).links().size(), 1U);
    EXPECT_EQ(request.with_span(ctx::child_of(request)).links().size(), 1U);
    EXPECT_TRUE(request.with_span(ctx::child_of(Context{})).links().empty())
        << "links belong to the trace";
}

TEST_F(ContextTest, takes_over_the_values_of_another) {
    static const ctx::Key<int> first{"first"};
    static const ctx::Key<int> second{"second"};
    const Context mine = Context{}.with(first, 1).with(second, 1);
    const Context theirs = Context{}.with(second, 2);
    const Context both = mine.with_values_of(theirs);
    EXPECT_EQ(*both.get(first), 1);
    EXPECT_EQ(*both.get(second), 2);
    EXPECT_EQ(*mine.with_values_of(Context{}).get(second), 1);
    EXPECT_EQ(*Context{}.with_values_of(theirs).get(second), 2);
}

}  // namespace
