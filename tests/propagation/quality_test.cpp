#include "propagation/headers.hpp"
#include <ctx/propagation.hpp>

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace {

using ctx::PropagationQuality;
using ctx::Propagators;
using ctx::test::Headers;

std::uint64_t of_reason(const ctx::QualityCounts& counts, ctx::Rejection reason) {
    return counts.rejected[static_cast<std::size_t>(reason)];
}

/// What a labelled counter of ctx shows.
std::uint64_t shown(std::string_view name, std::string_view labels) {
    for (const ctx::StatSample& sample : ctx::stats()) {
        if (sample.name == name && sample.labels == labels) return sample.value;
    }
    return ~std::uint64_t{0};
}

TEST(PropagationQuality, tells_requests_by_what_they_brought) {
    PropagationQuality& quality = PropagationQuality::of("http", "what-they-brought");
    const auto propagators = Propagators::named("tracecontext,baggage,b3").counted_by(quality);
    const std::string valid{ctx::test::caller_traceparent};
    (void)propagators.extract(Headers{{"traceparent", valid}});
    (void)propagators.extract(Headers{});
    (void)propagators.extract(Headers{{"cookie", "a"}});
    (void)propagators.extract(Headers{{"traceparent", "00-junk"}});
    (void)propagators.extract(Headers{{"traceparent", valid}, {"traceparent", valid}});
    (void)propagators.extract(Headers{{"b3", "0"}});
    (void)propagators.extract(Headers{{"b3", "8448eb211c80319c-b7ad6b7169203331-1"}});
    (void)propagators.extract(Headers{{"traceparent", valid},
                                      {"b3", "1111111111111111-b7ad6b7169203331-1"},
                                      {"baggage", "ok=1,bad key=2,=3"}});
    (void)propagators.extract(Headers{{"traceparent", valid}}, {}, ctx::Destination::outside);

    const ctx::QualityCounts counts = quality.counts();
    EXPECT_EQ(counts.with_context, 4U);
    EXPECT_EQ(counts.without_context, 2U);
    EXPECT_EQ(counts.malformed, 2U);
    EXPECT_EQ(counts.decision_only, 1U);
    EXPECT_EQ(counts.restarted, 1U);
    EXPECT_EQ(counts.conflicts, 1U);
    EXPECT_EQ(counts.ids_128_bit, 2U);
    EXPECT_EQ(counts.ids_64_bit, 2U);
    EXPECT_EQ(counts.dropped_members, 2U);
    EXPECT_EQ(of_reason(counts, ctx::Rejection::shape), 1U);
    EXPECT_EQ(of_reason(counts, ctx::Rejection::repeated), 1U);
    EXPECT_EQ(of_reason(counts, ctx::Rejection::zero_id), 0U);
}

TEST(PropagationQuality, counts_what_is_sent) {
    PropagationQuality& quality = PropagationQuality::of("http", "what-is-sent");
    const auto propagators = Propagators{}.counted_by(quality);
    Headers out;
    propagators.inject(ctx::Context{}, out);
    const ctx::Context span = ctx::Context{}.with_span(ctx::child_of(ctx::Context{}));
    propagators.inject(span, out);
    propagators.inject(span, out);
    EXPECT_EQ(quality.counts().sent_with_context, 2U);
    EXPECT_EQ(quality.counts().sent_without_context, 1U);
}

TEST(PropagationQuality, shows_in_the_stats_under_labels) {
    const auto propagators =
        Propagators{}.counted_by(PropagationQuality::of("http", "a \"quoted\\edge\""));
    (void)propagators.extract(Headers{{"traceparent", std::string(ctx::test::caller_traceparent)}});
    (void)propagators.extract(
        Headers{{"traceparent", "00-00000000000000000000000000000000-b7ad6b7169203331-01"}});
    const std::string edge = R"(carrier="http",edge="a \"quoted\\edge\"")";
    EXPECT_EQ(shown("ctx_propagation_requests_total", edge + R"(,outcome="with_context")"), 1U);
    EXPECT_EQ(shown("ctx_propagation_requests_total", edge + R"(,outcome="malformed")"), 1U);
    EXPECT_EQ(shown("ctx_propagation_rejected_total", edge + R"(,reason="zero_id")"), 1U);
    EXPECT_EQ(shown("ctx_propagation_trace_ids_total", edge + R"(,bits="128")"), 1U);
}

TEST(PropagationQuality, is_one_object_per_pair_of_names) {
    EXPECT_EQ(&PropagationQuality::of("kafka", "orders"),
              &PropagationQuality::of("kafka", "orders"));
    EXPECT_NE(&PropagationQuality::of("kafka", "orders"),
              &PropagationQuality::of("http", "orders"));
}

TEST(PropagationQuality, of_names_that_cannot_be_is_the_other_one) {
    EXPECT_EQ(PropagationQuality::of("", "x").edge(), "other");
    EXPECT_EQ(PropagationQuality::of("http", std::string(65, 'x')).carrier(), "other");
}

TEST(PropagationQuality, loses_nothing_between_threads) {
    PropagationQuality& quality = PropagationQuality::of("http", "threads");
    const auto propagators = Propagators{}.counted_by(quality);
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 8; ++t) {
            threads.emplace_back([&propagators] {
                for (int i = 0; i < 1000; ++i)
                    (void)propagators.extract(Headers{});
            });
        }
    }
    EXPECT_EQ(quality.counts().without_context, 8000U);
}

TEST(PropagationQuality, ends_its_list_of_edges_somewhere) {
    for (int i = 0; i < 100; ++i)
        (void)PropagationQuality::of("flood", std::to_string(i));
    EXPECT_EQ(PropagationQuality::of("flood", "99").edge(), "other");
}

TEST(Rejection, has_a_name_each) {
    for (std::size_t i = 0; i < ctx::rejection_count; ++i)
        EXPECT_FALSE(ctx::name_of(static_cast<ctx::Rejection>(i)).empty());
}

}  // namespace
