// Who has a place by declaration, by form, or within max_series.

#include "metrics/places.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace {

using ctx::Dimension;
using ctx::test::busiest_two;
using ctx::test::comes_true;
using ctx::test::counters;
using ctx::test::of;
using ctx::test::requests;
using ctx::test::sum_of;
using std::chrono::hours;
using std::chrono::milliseconds;

TEST(Eviction, reserved_values_and_the_default_keep_their_places) {
    auto family = counters({Dimension{"customer"}
                                .at_most(1)
                                .always({"vip"})
                                .default_value("none")
                                .keep_busiest(hours{1})
                                .forget_after(milliseconds{1})});
    requests(*family, "vip", 1);
    family->with().add(7);
    requests(*family, "busy", 50);
    EXPECT_TRUE(comes_true([&] { return of(*family, "busy") == -1; }));
    EXPECT_EQ(of(*family, "other"), 50);
    EXPECT_EQ(of(*family, "vip"), 1);
    EXPECT_EQ(of(*family, "none"), 7);
}

TEST(Limit, reserved_values_and_the_default_have_their_places_beyond_it) {
    auto family = counters({Dimension{"customer"}.always({"vip"}).default_value("none")}, 2);
    for (const char* stranger : {"a", "b", "c"})
        requests(*family, stranger, 1);
    requests(*family, "vip", 5);
    family->with().add(7);
    EXPECT_EQ(of(*family, "vip"), 5);
    EXPECT_EQ(of(*family, "none"), 7);
    EXPECT_EQ(of(*family, "other"), 1);
}

TEST(Eviction, places_that_were_lost_count_no_longer_against_the_limit) {
    auto family = counters({busiest_two()}, 2);
    requests(*family, "a", 1);
    requests(*family, "b", 1);
    for (int round = 1; round <= 10; ++round) {
        const std::string busy = "busy" + std::to_string(round);
        requests(*family, busy, 4 << round);
        sum_of(*family);
        requests(*family, busy, 1);
        EXPECT_EQ(of(*family, busy), 1) << round;
        EXPECT_LE(family->series_count(), 3U);
    }
}

TEST(Pattern, admits_only_values_of_its_form) {
    auto family = counters({Dimension{"customer"}.matching("eu-*-?").always({"us"})});
    for (const char* customer : {"eu-west-1", "eu--2", "eu-west-10", "us", "EU-west-1", "eu-"})
        requests(*family, customer, 1);
    EXPECT_EQ(of(*family, "eu-west-1"), 1);
    EXPECT_EQ(of(*family, "eu--2"), 1);
    EXPECT_EQ(of(*family, "us"), 1);
    EXPECT_EQ(of(*family, "other"), 3);
}

TEST(Pattern, everything_nothing_and_many_stars) {
    const auto admits = [](const char* pattern, const std::string& value) {
        auto family = counters({Dimension{"customer"}.matching(pattern)});
        requests(*family, value, 1);
        return of(*family, value) == 1;
    };
    EXPECT_TRUE(admits("*", "x"));
    EXPECT_FALSE(admits("", "x"));
    EXPECT_TRUE(admits("**x*", "abxc"));
    EXPECT_FALSE(admits("a*b*c", "acb"));
    EXPECT_TRUE(admits("a*b*c", "abbcbc"));
    EXPECT_FALSE(admits("*a*a*a*a*a*a*a*b", std::string(60, 'a')));
}

}  // namespace
