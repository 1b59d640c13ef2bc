// A process with OTEL_SDK_DISABLED=true.

#include "metrics/requests.hpp"
#include <ctx/metrics/counter.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace {

using ctx::test::request_with;

// Before anything asks.
const int set_early = setenv("OTEL_SDK_DISABLED", "true", 1);

TEST(DisabledSdk, families_count_without_dimensions_and_stay_bounded) {
    ASSERT_EQ(set_early, 0);
    ASSERT_TRUE(ctx::sdk_disabled());
    ctx::test::publish_test_fields();
    ctx::set_diagnostics_handler([](const ctx::Diagnostic&) noexcept {});
    auto family = *ctx::CounterFamily::create({.name = "rides_total",
                                               .help = "Rides.",
                                               .labels = {"outcome"},
                                               .dimensions = {ctx::Dimension{"customer"}},
                                               .max_series = 3});
    const ctx::Scope scope{request_with({{"customer", "acme"}})};
    for (int i = 0; i < 10; ++i)
        family->with({std::to_string(i)}).add();
    ctx::set_diagnostics_handler(nullptr);
    EXPECT_EQ(family->series_count(), 4U);
    EXPECT_EQ(ctx::test::sum_of(*family), 10);
    EXPECT_EQ(ctx::test::value_of(*family, {{"outcome", "other"}}), 7);
}

}  // namespace
