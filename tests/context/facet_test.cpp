#include <ctx/context/context.hpp>

#include <gtest/gtest.h>

#include <latch>
#include <thread>
#include <vector>

namespace {

using ctx::Context;
using ctx::detail::Facet;
using ctx::detail::FacetSlot;

std::atomic<int> live_facets{0};

Facet* make_facet(std::uint32_t generation) {
    auto* facet = new Facet;
    ++live_facets;
    facet->generation = generation;
    facet->destroy = [](Facet* f) noexcept {
        --live_facets;
        delete f;
    };
    return facet;
}

Facet* log_facet(const Context& context) {
    return facet_of(*context.node(), FacetSlot::log_fragment);
}

ctx::SpanContext span(std::uint64_t trace, std::uint64_t id) {
    return {ctx::TraceId{1, trace}, ctx::SpanId{id}, {}, {}, false};
}

class FacetTest : public testing::Test {
protected:
    void TearDown() override { EXPECT_EQ(live_facets, 0); }
};

TEST_F(FacetTest, the_first_one_stays_and_the_loser_is_released) {
    const Context context = Context{}.with_span(span(1, 1));
    EXPECT_EQ(log_facet(context), nullptr);
    Facet* first = make_facet(1);
    EXPECT_EQ(install_facet(*context.node(), FacetSlot::log_fragment, first), first);
    EXPECT_EQ(install_facet(*context.node(), FacetSlot::log_fragment, make_facet(2)), first);
    EXPECT_EQ(live_facets, 1);
    EXPECT_EQ(facet_of(*context.node(), FacetSlot::dimension_set), nullptr);
}

TEST_F(FacetTest, spans_of_one_trace_share_it_and_other_baggage_or_traces_do_not) {
    const Context context = Context{}.with_span(span(1, 1));
    Facet* facet = install_facet(*context.node(), FacetSlot::log_fragment, make_facet(1));
    EXPECT_EQ(log_facet(context.with_span(span(1, 2))), facet);
    EXPECT_EQ(log_facet(context.with_span(span(2, 2))), nullptr);
    EXPECT_EQ(log_facet(context.with_baggage(ctx::Baggage{}.set("a", "1"))), nullptr);
    static const ctx::Key<int> key{"key"};
    EXPECT_EQ(log_facet(context.with(key, 1)), facet);
}

TEST_F(FacetTest, it_outlives_the_context_it_was_made_for) {
    Context child;
    {
        const Context context = Context{}.with_span(span(1, 1));
        install_facet(*context.node(), FacetSlot::log_fragment, make_facet(7));
        child = context.with_span(span(1, 2));
    }
    ASSERT_NE(log_facet(child), nullptr);
    EXPECT_EQ(log_facet(child)->generation, 7U);
}

TEST_F(FacetTest, many_threads_agree_on_one) {
    const Context context = Context{}.with_span(span(1, 1));
    constexpr int threads = 8;
    std::latch start{threads};
    std::vector<Facet*> seen(threads);
    {
        std::vector<std::jthread> workers;
        for (int i = 0; i < threads; ++i) {
            workers.emplace_back([&, i] {
                Facet* mine = make_facet(static_cast<std::uint32_t>(i));
                start.arrive_and_wait();
                seen[static_cast<std::size_t>(i)] =
                    install_facet(*context.node(), FacetSlot::log_fragment, mine);
            });
        }
    }
    for (Facet* facet : seen)
        EXPECT_EQ(facet, log_facet(context));
    EXPECT_EQ(live_facets, 1);
}

}  // namespace
