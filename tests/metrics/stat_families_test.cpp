#include "metrics/stat_families.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace {

using ctx::StatSample;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(StatFamilies, have_the_labels_that_the_text_has) {
    EXPECT_THAT(ctx::detail::parse_labels(R"(carrier="http",edge="in,\"side\"\\\n")"),
                ElementsAre(Pair("carrier", "http"), Pair("edge", "in,\"side\"\\\n")));
    for (const std::string_view bad : {"", "a", "a=", "a=b", "a=\"b", "=", "a=\"b\\"})
        EXPECT_THAT(ctx::detail::parse_labels(bad), IsEmpty()) << bad;
    EXPECT_THAT(ctx::detail::parse_labels("a=\"b\",c"), ElementsAre(Pair("a", "b")));
}

TEST(StatFamilies, are_one_per_name) {
    const std::vector<StatSample> samples{
        {"a_total", "A.", 1, "x=\"1\""}, {"a_total", "A.", 2, "x=\"2\""}, {"size", "S.", 3}};
    const auto families = ctx::detail::to_families(samples);
    ASSERT_EQ(families.size(), 2U);
    EXPECT_EQ(families[0].name, "a");
    EXPECT_EQ(families[0].type, ctx::MetricType::counter);
    EXPECT_EQ(families[0].help, "A.");
    ASSERT_EQ(families[0].series.size(), 2U);
    EXPECT_EQ(families[0].series[1].value, 2);
    EXPECT_THAT(families[0].series[1].labels, ElementsAre(Pair("x", "2")));
    EXPECT_EQ(families[1].name, "size");
    EXPECT_EQ(families[1].type, ctx::MetricType::unknown);
}

}  // namespace
