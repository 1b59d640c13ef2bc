// Named pieces of work: every run is measured, the current span is the exemplar.

#include "metrics/requests.hpp"
#include "support/counting_allocator.hpp"
#include <ctx/metrics/detail/bounded_names.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

namespace {

using ctx::test::FakeSpan;
using ctx::test::Labels;
using ctx::test::sampled;

std::shared_ptr<ctx::OperationMetrics> make(ctx::OperationMetricsOptions options = {}) {
    return *ctx::OperationMetrics::create(std::move(options));
}

ctx::SeriesSnapshot series_of(const ctx::OperationMetrics& operations, const Labels& labels) {
    const auto families = operations.read();
    const auto* found = ctx::test::find_series(families.at(0).series, labels);
    return found == nullptr ? ctx::SeriesSnapshot{} : *found;
}

TEST(Operation, is_counted_by_name_kind_and_error) {
    const auto operations = make();
    {
        const auto fine = operations->start("find");
        auto failed = operations->start("find");
        failed.fail("timeout");
        failed.fail("later");
        auto moved = operations->start("charge", "client");
        const auto holder = std::move(moved);
        auto ended = operations->start("charge", "client");
        ended.fail("");
        ended.end();
        ended.end();
    }
    EXPECT_EQ(series_of(*operations, {{"operation", "find"}, {"span_kind", "internal"}}).count, 1U);
    EXPECT_EQ(
        series_of(*operations,
                  {{"operation", "find"}, {"span_kind", "internal"}, {"error_type", "timeout"}})
            .count,
        1U);
    EXPECT_EQ(series_of(*operations, {{"operation", "charge"}, {"span_kind", "client"}}).count, 1U);
    EXPECT_EQ(
        series_of(*operations,
                  {{"operation", "charge"}, {"span_kind", "client"}, {"error_type", "_OTHER"}})
            .count,
        1U);
}

TEST(Operation, shows_the_span_that_is_current_at_its_end) {
    const auto operations = make();
    auto operation = operations->start("find");
    {
        const ctx::Scope scope{sampled(ctx::Context{}, new FakeSpan{true})};
        operation.end();
    }
    const auto series = series_of(*operations, {{"operation", "find"}, {"span_kind", "internal"}});
    ASSERT_EQ(series.count, 1U);
    ASSERT_TRUE(series.buckets.at(0).exemplar);
    EXPECT_EQ(series.buckets[0].exemplar->labels.at(0).second,
              ctx::test::known_span().trace_id.to_string());
}

TEST(Operation, shows_only_so_many_names) {
    const auto operations = make({.max_operations = 3});
    for (int i = 0; i < 10; ++i)
        operations->start("work " + std::to_string(i)).end();
    EXPECT_EQ(operations->read().at(0).series.size(), 4U);
    EXPECT_EQ(series_of(*operations, {{"operation", "_OTHER"}, {"span_kind", "internal"}}).count,
              7U);
    operations->start("work 0", "consumer").end();
    EXPECT_EQ(series_of(*operations, {{"operation", "work 0"}, {"span_kind", "consumer"}}).count,
              1U)
        << "kinds do not need the places of names";
}

TEST(Operation, allocates_nothing_when_it_is_known) {
    const auto operations = make();
    operations->start("find").end();
    const ctx::test::AllocationCounter allocations;
    operations->start("find").end();
    EXPECT_EQ(allocations.allocations(), 0U);
}

TEST(BoundedNames, keep_no_long_texts_and_find_what_they_keep) {
    ctx::detail::BoundedNames names{1000};
    const std::string long_text(ctx::detail::BoundedNames::max_bytes + 1, 'x');
    EXPECT_EQ(*names.find_or_add(long_text), "_OTHER");
    for (int i = 0; i < 500; ++i) {
        const std::string text = std::to_string(i);
        const std::string* const kept = names.find_or_add(text);
        EXPECT_EQ(*kept, text);
        EXPECT_EQ(names.find_or_add(text), kept);
    }
}

}  // namespace
