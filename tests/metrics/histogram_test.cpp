#include "metrics/requests.hpp"
#include <ctx/metrics/histogram.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace {

using ctx::test::FakeSpan;
using ctx::test::request_with;
using ctx::test::sampled;
using ctx::test::stat;
using testing::ElementsAre;
using testing::Pair;

std::vector<std::uint64_t> counts(const ctx::SeriesSnapshot& series) {
    std::vector<std::uint64_t> all;
    for (const ctx::BucketSnapshot& bucket : series.buckets)
        all.push_back(bucket.cumulative_count);
    return all;
}

ctx::SeriesSnapshot only_series(const ctx::HistogramFamily& family) {
    return family.read().at(0).series.at(0);
}

TEST(Histogram, a_value_belongs_to_the_first_bound_that_is_not_below_it) {
    for (const std::size_t extra : {0U, 20U}) {  // few bounds are scanned, many searched
        std::vector<double> bounds{0.1, 1, 10};
        for (std::size_t i = 0; i < extra; ++i)
            bounds.push_back(100.0 + static_cast<double>(i));
        auto family = *ctx::HistogramFamily::create({.name = "a", .help = "", .bounds = bounds});
        ctx::Histogram histogram = family->with();
        for (const double value : {0.0, 0.1, 0.1000001, 1.0, 10.0, 50.0})
            histogram.observe(value);
        const ctx::SeriesSnapshot series = only_series(*family);
        const std::vector<std::uint64_t> seen = counts(series);
        ASSERT_EQ(seen.size(), bounds.size() + 1);
        EXPECT_THAT(std::vector(seen.begin(), seen.begin() + 3), ElementsAre(2, 4, 5));
        EXPECT_EQ(seen.back(), 6U);
        EXPECT_EQ(series.count, 6U);
        EXPECT_DOUBLE_EQ(series.sum, 0.0 + 0.1 + 0.1000001 + 1 + 10 + 50);
    }
}

TEST(Histogram, observes_neither_nan_nor_negative_durations_but_counts_them) {
    auto family = *ctx::HistogramFamily::create({.name = "a", .help = "", .bounds = {1}});
    ctx::Histogram histogram = family->with();
    const auto before = stat("ctx_metrics_invalid_observations_total");
    histogram.observe(std::numeric_limits<double>::quiet_NaN());
    histogram.observe(-0.001);
    histogram.observe(-std::numeric_limits<double>::infinity());
    EXPECT_EQ(stat("ctx_metrics_invalid_observations_total") - before, 3U);
    EXPECT_THAT(counts(only_series(*family)), ElementsAre(0, 0));
    EXPECT_EQ(only_series(*family).sum, 0);
    histogram.observe(std::numeric_limits<double>::infinity());
    EXPECT_THAT(counts(only_series(*family)), ElementsAre(0, 1));
}

TEST(Histogram, takes_negative_values_where_a_bound_is_negative) {
    auto family = *ctx::HistogramFamily::create({.name = "a", .help = "", .bounds = {-1, 0, 1}});
    ctx::Histogram histogram = family->with();
    for (const double value : {-5.0, -0.5, 0.5})
        histogram.observe(value);
    EXPECT_THAT(counts(only_series(*family)), ElementsAre(1, 2, 3, 3));
}

TEST(Histogram, has_bounds_to_choose_from) {
    EXPECT_THAT(ctx::linear_bounds(1, 2, 3), ElementsAre(1, 3, 5));
    EXPECT_THAT(ctx::exponential_bounds(1, 10, 4), ElementsAre(1, 10, 100, 1000));
    EXPECT_EQ(ctx::duration_bounds().size(), 14U);
    EXPECT_EQ(ctx::duration_bounds().front(), 0.005);
    EXPECT_EQ(ctx::duration_bounds().back(), 10);
}

class HistogramExemplar : public testing::Test {
protected:
    HistogramExemplar() { ctx::test::publish_test_fields(); }

    static std::shared_ptr<ctx::HistogramFamily> make(ctx::ExemplarPolicy policy) {
        auto family = ctx::HistogramFamily::create(
            {.name = "a_seconds", .help = "", .bounds = {1, 2}, .exemplars = std::move(policy)});
        EXPECT_TRUE(family.ok()) << family.status();
        return *family;
    }
};

TEST_F(HistogramExemplar, is_the_sampled_observation_that_fell_into_the_bucket) {
    auto family = make({});
    ctx::Histogram histogram = family->with();
    auto* span = new FakeSpan{true};
    ctx::Scope scope{sampled(ctx::Context{}, span)};
    const auto before = ctx::detail::coarse_unix_ms();
    histogram.observe(0.5);
    histogram.observe(7);
    const ctx::SeriesSnapshot series = only_series(*family);
    EXPECT_FALSE(series.buckets[1].exemplar.has_value());
    for (const std::size_t i : {0U, 2U}) {
        ASSERT_TRUE(series.buckets[i].exemplar.has_value());
        const ctx::Exemplar& exemplar = *series.buckets[i].exemplar;
        EXPECT_THAT(exemplar.labels,
                    ElementsAre(Pair("trace_id", "4bf92f3577b34da6a3ce929d0e0e4736"),
                                Pair("span_id", "00f067aa0ba902b7")));
        EXPECT_LE(exemplar.value, series.buckets[i].upper_bound);
        EXPECT_GE(exemplar.unix_ms, before);
        EXPECT_LE(exemplar.unix_ms, ctx::detail::coarse_unix_ms());
    }
    EXPECT_EQ(span->asked(), 2);
    EXPECT_EQ(span->exemplars(), 2);
    histogram.observe(0.25);  // too early for another one
    EXPECT_EQ(span->exemplars(), 2);
}

TEST_F(HistogramExemplar, a_busy_bucket_does_not_close_the_gate_of_a_quiet_one) {
    auto family = make({});
    ctx::Histogram histogram = family->with();
    ctx::Scope scope{sampled(ctx::Context{}, new FakeSpan{true})};
    for (int i = 0; i < 1000; ++i)
        histogram.observe(0.001 * i);
    histogram.observe(30);
    const ctx::SeriesSnapshot series = only_series(*family);
    ASSERT_TRUE(series.buckets[2].exemplar.has_value());
    EXPECT_EQ(series.buckets[2].exemplar->value, 30);
    EXPECT_EQ(series.buckets[0].exemplar->value, 0);  // the first; those after it were too early
}

TEST_F(HistogramExemplar, of_a_quiet_bucket_is_replaced_although_nobody_has_read_it) {
    auto family =
        make({.min_age = std::chrono::milliseconds{1}, .max_age = std::chrono::minutes{5}});
    ctx::Histogram histogram = family->with();
    ctx::Scope scope{sampled(ctx::Context{}, new FakeSpan{true})};
    for (int i = 0; i < 40; ++i) {
        histogram.observe(7 + i);
        const auto stored = ctx::detail::coarse_unix_ms();
        while (ctx::detail::coarse_unix_ms() <= stored + 1) {
        }
    }
    EXPECT_EQ(only_series(*family).buckets[2].exemplar->value, 46);
}

TEST_F(HistogramExemplar, nothing_points_to_a_trace_that_nobody_can_open) {
    auto family = make({});
    ctx::Histogram histogram = family->with();
    const auto before = stat("ctx_metrics_exemplars_refused_total");
    {
        ctx::Scope scope{ctx::Context{}.with_span(ctx::test::known_span())};  // not recorded
        histogram.observe(0.5);
    }
    auto* unsampled = new FakeSpan{true};
    {
        ctx::SpanContext span = ctx::test::known_span();
        span.flags = {};
        ctx::Scope scope{ctx::Context{}.with_span(span, ctx::RecordingSpanPtr::adopt(unsampled))};
        histogram.observe(0.5);
        EXPECT_EQ(unsampled->asked(), 0);
    }
    {
        auto* refuses = new FakeSpan{false};  // keep() says no
        ctx::Scope scope{sampled(ctx::Context{}, refuses)};
        histogram.observe(0.5);
        EXPECT_EQ(refuses->exemplars(), 0);
    }
    const ctx::SeriesSnapshot series = only_series(*family);
    EXPECT_EQ(series.count, 3U);
    for (const ctx::BucketSnapshot& bucket : series.buckets)
        EXPECT_FALSE(bucket.exemplar.has_value());
    EXPECT_EQ(stat("ctx_metrics_exemplars_refused_total") - before, 1U);
}

TEST_F(HistogramExemplar, can_be_switched_off) {
    auto family = make({.enabled = false});
    ctx::Histogram histogram = family->with();
    auto* span = new FakeSpan{true};
    ctx::Scope scope{sampled(ctx::Context{}, span)};
    histogram.observe(0.5);
    EXPECT_FALSE(only_series(*family).buckets[0].exemplar.has_value());
    EXPECT_EQ(span->asked(), 0);
}

TEST_F(HistogramExemplar, is_not_shown_when_it_is_too_old) {
    auto family =
        make({.min_age = std::chrono::milliseconds{0}, .max_age = std::chrono::milliseconds{0}});
    ctx::Histogram histogram = family->with();
    ctx::Scope scope{sampled(ctx::Context{}, new FakeSpan{true})};
    const auto before = ctx::detail::coarse_unix_ms();
    histogram.observe(0.5);
    while (ctx::detail::coarse_unix_ms() <= before + 20) {
    }
    EXPECT_FALSE(only_series(*family).buckets[0].exemplar.has_value());
}

TEST_F(HistogramExemplar, carries_extras_in_order_of_priority_within_128_code_points) {
    // trace_id and span_id take 63, session_id= and note= 10 and 4 more; 65 are left.
    struct Case {
        std::string session;
        std::string note;
        bool session_shown;
        bool note_shown;
    };
    const std::string wide = "\xF0\x9F\x9A\x95";  // one code point of four bytes
    std::string wide_55;
    for (int i = 0; i < 55; ++i)
        wide_55 += wide;
    for (const Case& c :
         {Case{std::string(55, 's'), "", true, false}, Case{std::string(56, 's'), "", false, false},
          Case{wide_55, "", true, false}, Case{wide_55 + wide, "", false, false},
          Case{std::string(55, 's'), "n", true, false}, Case{std::string(50, 's'), "n", true, true},
          Case{std::string(50, 's'), "nn", true, false},
          Case{std::string(200, 's'), std::string(61, 'n'), false, true},
          Case{"", "n", false, true}}) {
        auto family = make({.extras = {"session", "note"}});
        ctx::Histogram histogram = family->with();
        ctx::Scope scope{
            sampled(request_with({{"session", c.session}, {"note", c.note}}), new FakeSpan{true})};
        histogram.observe(0.5);
        const ctx::SeriesSnapshot series = only_series(*family);
        ASSERT_TRUE(series.buckets[0].exemplar.has_value());
        ctx::test::Labels expected{{"trace_id", "4bf92f3577b34da6a3ce929d0e0e4736"},
                                   {"span_id", "00f067aa0ba902b7"}};
        if (c.session_shown) expected.emplace_back("session_id", c.session);
        if (c.note_shown) expected.emplace_back("note", c.note);
        EXPECT_EQ(series.buckets[0].exemplar->labels, expected) << c.session << " " << c.note;
    }
}

TEST_F(HistogramExemplar, has_dimensions_like_a_counter) {
    auto family = *ctx::HistogramFamily::create(
        {.name = "a", .help = "", .bounds = {1}, .dimensions = {ctx::Dimension{"customer"}}});
    ctx::Histogram histogram = family->with();
    ctx::Scope scope{request_with({{"customer", "c1"}})};
    histogram.observe(0.5);
    const auto all = family->read().at(0).series;
    ASSERT_EQ(all.size(), 1U + 0U);
    EXPECT_THAT(all[0].labels, ElementsAre(Pair("customer", "c1")));
    EXPECT_EQ(all[0].count, 1U);
}

}  // namespace
