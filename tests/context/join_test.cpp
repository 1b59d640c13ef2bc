#include <ctx/context/context.hpp>
#include <ctx/context/stats.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

using ctx::Context;
using ctx::Link;

Context branch(std::uint64_t span_id, const char* key, const char* value) {
    return Context{}
        .with_span({ctx::TraceId{1, 2}, ctx::SpanId{span_id}, ctx::TraceFlags{1}, {}, false})
        .with_baggage(ctx::Baggage{}.set(*ctx::BaggageKey::parse(key), value));
}

const ctx::Key<int> budget_key{"budget", ctx::join_min};
const ctx::Key<std::string> note_key{"note"};

TEST(Join, merges_baggage_and_remembers_the_other_span) {
    const Context joined = join(branch(7, "a", "1"), branch(8, "b", "2"));
    EXPECT_EQ(joined.span_id(), ctx::SpanId{7});
    EXPECT_EQ(joined.baggage().find("a"), "1");
    EXPECT_EQ(joined.baggage().find("b"), "2");
    ASSERT_EQ(joined.links().size(), 1U);
    EXPECT_EQ(joined.links()[0], (Link{ctx::TraceId{1, 2}, ctx::SpanId{8}}));
}

TEST(Join, baggage_does_not_depend_on_the_order) {
    const Context a = branch(7, "k", "1");
    const Context b = branch(8, "k", "2");
    EXPECT_EQ(join(a, b).baggage(), join(b, a).baggage());
    EXPECT_EQ(join(a, b).baggage().find("k"), "1");
}

TEST(Join, with_itself_or_with_nothing_is_itself) {
    const Context a = branch(7, "a", "1");
    EXPECT_EQ(join(a, a), a);
    EXPECT_EQ(join(a, Context{}), a);
    EXPECT_EQ(join(Context{}, a), a);
}

TEST(Join, values_that_can_join_do_and_others_stay_the_first_ones) {
    const Context a = branch(7, "a", "1").with(budget_key, 9).with(note_key, "mine");
    const Context b = branch(8, "b", "2").with(budget_key, 4).with(note_key, "other");
    EXPECT_EQ(*join(a, b).get(budget_key), 4);
    EXPECT_EQ(*join(b, a).get(budget_key), 4);
    EXPECT_EQ(*join(a, b).get(note_key), "mine");
}

TEST(Join, links_add_up_once_each) {
    const Context ab = join(branch(7, "a", "1"), branch(8, "b", "2"));
    const Context abc = join(ab, join(branch(9, "c", "3"), branch(8, "b", "2")));
    ASSERT_EQ(abc.links().size(), 2U);
    EXPECT_EQ(abc.links()[0].span_id, ctx::SpanId{8});
    EXPECT_EQ(abc.links()[1].span_id, ctx::SpanId{9});
}

TEST(Join, a_span_that_comes_back_does_not_link_to_itself) {
    const Context a = branch(7, "a", "1");
    const Context b = join(branch(8, "b", "2"), a);
    const Context joined = join(a, join(b, branch(9, "c", "3")));
    ASSERT_EQ(joined.links().size(), 2U);
    EXPECT_EQ(joined.links()[0].span_id, ctx::SpanId{8});
    EXPECT_EQ(joined.links()[1].span_id, ctx::SpanId{9});
}

TEST(Join, links_are_bounded_and_what_is_dropped_is_counted) {
    const auto dropped = [] {
        for (const auto& stat : ctx::stats()) {
            if (stat.name == "ctx_context_dropped_links_total") return stat.value;
        }
        return std::uint64_t{0};
    };
    const std::uint64_t before = dropped();
    Context all = branch(1, "a", "1");
    for (std::uint64_t i = 2; i <= 200; ++i)
        all = join(all, branch(i, "a", "1"));
    EXPECT_EQ(all.links().size(), 128U);
    EXPECT_EQ(dropped() - before, 199U - 128U);
}

TEST(Join, another_trace_does_not_inherit_links) {
    const Context joined = join(branch(7, "a", "1"), branch(8, "b", "2"));
    const auto other =
        joined.with_span({ctx::TraceId{3, 4}, ctx::SpanId{1}, ctx::TraceFlags{1}, {}, false});
    EXPECT_EQ(other.links().size(), 0U);
}

TEST(Join, leaves_nothing_behind) {
    const auto before = ctx::live_contexts();
    {
        const Context a = branch(7, "a", "1").with(budget_key, 9);
        const Context b = branch(8, "b", "2").with(budget_key, 4);
        EXPECT_EQ(join(a, b).links().size(), 1U);
    }
    EXPECT_EQ(ctx::live_contexts(), before);
}

}  // namespace
