// What the hot path must not do: allocate, throw.

#include "metrics/requests.hpp"
#include "support/counting_allocator.hpp"
#include <ctx/metrics.hpp>

#include <gtest/gtest.h>

#include <new>
#include <utility>

namespace {

using ctx::test::AllocationCounter;
using ctx::test::FakeSpan;
using ctx::test::request_with;
using ctx::test::sampled;

static_assert(noexcept(std::declval<ctx::Counter&>().add()));
static_assert(noexcept(std::declval<ctx::Counter&>().add(1.5)));
static_assert(noexcept(std::declval<ctx::Gauge&>().set(1)));
static_assert(noexcept(std::declval<ctx::Histogram&>().observe(1)));

class Cost : public testing::Test {
protected:
    Cost() { ctx::test::publish_test_fields(); }

    std::vector<ctx::Dimension> dimensions{ctx::Dimension{"customer"}, ctx::Dimension{"tier"}};
    ctx::Context request =
        request_with({{"customer", "c1"}, {"tier", "gold"}}).with_span(ctx::test::known_span());
};

TEST_F(Cost, a_counter_add_with_a_known_set_allocates_nothing) {
    auto family = *ctx::CounterFamily::create({.name = "a", .help = "", .dimensions = dimensions});
    ctx::Counter counter = family->with();
    ctx::Scope scope{sampled(request, new FakeSpan{true})};
    counter.add();
    const AllocationCounter allocations;
    for (int i = 0; i < 100; ++i) {
        counter.add();
        counter.add(0.5);
    }
    EXPECT_EQ(allocations.allocations(), 0U);
}

TEST_F(Cost, the_first_add_of_a_request_with_a_known_set_allocates_once) {
    auto family = *ctx::CounterFamily::create({.name = "a", .help = "", .dimensions = dimensions});
    ctx::Counter counter = family->with();
    {
        ctx::Scope scope{request};
        counter.add();
    }
    ctx::Scope scope{request_with({{"customer", "c1"}, {"tier", "gold"}})};
    const AllocationCounter allocations;
    counter.add();
    EXPECT_EQ(allocations.allocations(), 1U);  // what the node keeps from now on
}

TEST_F(Cost, requests_without_baggage_allocate_nothing) {
    auto family = *ctx::CounterFamily::create({.name = "a", .help = "", .dimensions = dimensions});
    ctx::Counter counter = family->with();
    counter.add();
    ctx::Scope scope{ctx::Context{}.with_span(ctx::test::known_span())};
    const AllocationCounter allocations;
    counter.add();
    EXPECT_EQ(allocations.allocations(), 0U);
}

TEST_F(Cost, observing_allocates_only_for_the_first_exemplar_of_a_bucket) {
    auto family =
        *ctx::HistogramFamily::create({.name = "a", .help = "", .dimensions = dimensions});
    ctx::Histogram histogram = family->with();
    ctx::Scope scope{request};
    histogram.observe(0.1);
    const AllocationCounter unsampled;
    histogram.observe(0.1);
    EXPECT_EQ(unsampled.allocations(), 0U);

    ctx::Scope child{sampled(request, new FakeSpan{true})};
    const AllocationCounter first;
    histogram.observe(0.1);
    EXPECT_EQ(first.allocations(), 1U);
    const AllocationCounter later;
    for (int i = 0; i < 100; ++i)
        histogram.observe(0.1);
    EXPECT_EQ(later.allocations(), 0U);
}

TEST_F(Cost, storing_an_exemplar_in_a_used_slot_allocates_nothing) {
    auto family = *ctx::HistogramFamily::create(
        {.name = "a",
         .help = "",
         .exemplars = {.min_age = std::chrono::milliseconds{0}, .extras = {"session"}}});
    ctx::Histogram histogram = family->with();
    auto* span = new FakeSpan{true};
    ctx::Scope scope{sampled(request_with({{"session", "s1"}}), span)};
    histogram.observe(0.1);
    const AllocationCounter allocations;
    const int before = span->asked();
    while (span->asked() < before + 3)
        histogram.observe(0.1);
    EXPECT_EQ(allocations.allocations(), 0U);
}

TEST_F(Cost, an_update_without_memory_for_its_series_is_dropped_and_counted) {
    auto family = *ctx::CounterFamily::create({.name = "a", .help = "", .dimensions = dimensions});
    ctx::Counter counter = family->with();
    const auto before = ctx::test::stat("ctx_metrics_lost_updates_total");
    {
        ctx::Scope scope{request};
        const ctx::test::AllocationFailure failure{0};
        counter.add();
    }
    EXPECT_EQ(ctx::test::stat("ctx_metrics_lost_updates_total") - before, 1U);
    ctx::Scope scope{request};
    counter.add();  // memory is back
    EXPECT_EQ(ctx::test::sum_of(*family), 1);
}

TEST_F(Cost, whatever_allocation_fails_the_family_stays_whole) {
    for (std::size_t survivors = 0; survivors < 40; ++survivors) {
        auto family =
            *ctx::CounterFamily::create({.name = "a", .help = "", .dimensions = dimensions});
        ctx::Counter counter = family->with();
        const std::string customer = "f" + std::to_string(survivors);
        const ctx::Context fresh = request_with({{"customer", customer}, {"tier", "gold"}});
        const auto before = ctx::test::stat("ctx_metrics_lost_updates_total");
        {
            ctx::Scope scope{fresh};
            const ctx::test::AllocationFailure failure{survivors};
            counter.add();
        }
        const auto lost = ctx::test::stat("ctx_metrics_lost_updates_total") - before;
        ctx::Scope scope{fresh};
        counter.add();
        EXPECT_EQ(ctx::test::sum_of(*family), 2 - static_cast<double>(lost)) << survivors;
        EXPECT_EQ(family->series_count(), 1U);
    }
}

TEST_F(Cost, later_updates_of_a_request_allocate_nothing_where_places_can_be_lost) {
    auto family = *ctx::CounterFamily::create(
        {.name = "a",
         .help = "",
         .dimensions = {ctx::Dimension{"customer"}.at_most(1).keep_busiest()}});
    ctx::Counter counter = family->with();
    for (const char* customer : {"has a place", "has none"}) {
        ctx::Scope scope{request_with({{"customer", customer}})};
        counter.add();
        const AllocationCounter allocations;
        for (int i = 0; i < 100; ++i)
            counter.add();
        EXPECT_EQ(allocations.allocations(), 0U) << customer;
    }
    counter.add();
    const AllocationCounter allocations;
    counter.add();
    EXPECT_EQ(allocations.allocations(), 0U) << "outside of any request";
}

TEST_F(Cost, observing_into_exponential_buckets_allocates_when_the_range_grows) {
    auto family = *ctx::HistogramFamily::create(
        {.name = "a", .help = "", .native = ctx::NativeHistogramOptions{}});
    ctx::Histogram histogram = family->with();
    histogram.observe(0.1);
    const AllocationCounter allocations;
    for (int i = 0; i < 100; ++i)
        histogram.observe(0.1 + i * 0.0001);
    EXPECT_EQ(allocations.allocations(), 0U);
    histogram.observe(100);
    EXPECT_EQ(allocations.allocations(), 1U);
}

TEST_F(Cost, whatever_allocation_fails_an_eviction_loses_nothing) {
    for (std::size_t survivors = 0; survivors < 30; ++survivors) {
        auto family = *ctx::CounterFamily::create(
            {.name = "a",
             .help = "",
             .dimensions = {ctx::Dimension{"customer"}.at_most(1).keep_busiest()}});
        ctx::Counter counter = family->with();
        const auto requests = [&](const char* customer, int count) {
            for (int i = 0; i < count; ++i) {
                ctx::Scope scope{request_with({{"customer", customer}})};
                counter.add();
            }
        };
        requests("a", 2);
        requests("b", 10);
        try {
            const ctx::test::AllocationFailure failure{survivors};
            static_cast<void>(family->read());
        } catch (const std::bad_alloc&) {
        }
        requests("b", 10);
        requests("a", 1);
        EXPECT_EQ(ctx::test::sum_of(*family), 23) << survivors;
    }
}

TEST_F(Cost, what_an_evicted_histogram_has_no_memory_to_move_moves_later) {
    for (std::size_t survivors = 0; survivors < 30; ++survivors) {
        auto family = *ctx::HistogramFamily::create(
            {.name = "a",
             .help = "",
             .bounds = {},
             .native = ctx::NativeHistogramOptions{},
             .dimensions = {ctx::Dimension{"customer"}.at_most(1).keep_busiest()}});
        ctx::Histogram histogram = family->with();
        const auto observe = [&](const char* customer, int count) {
            for (int i = 0; i < count; ++i) {
                ctx::Scope scope{request_with({{"customer", customer}})};
                histogram.observe(*customer == 'a' ? 1 : 0);
            }
        };
        observe("a", 3);
        observe("b", 20);
        try {
            const ctx::test::AllocationFailure failure{survivors};
            static_cast<void>(family->read());
        } catch (const std::bad_alloc&) {
        }
        std::uint64_t ones = 0;
        const auto families = family->read();
        for (const ctx::SeriesSnapshot& series : families.at(0).series) {
            for (const std::uint64_t count : series.native->positive.counts)
                ones += count;
        }
        EXPECT_EQ(ones, 3U) << survivors;
    }
}

}  // namespace
