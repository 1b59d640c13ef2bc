// Who loses a place, and to whom.

#include "metrics/places.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <string>

namespace {

using ctx::Dimension;
using ctx::test::busiest_two;
using ctx::test::comes_true;
using ctx::test::counters;
using ctx::test::of;
using ctx::test::request_with;
using ctx::test::requests;
using ctx::test::sum_of;
using ctx::test::value_of;
using std::chrono::hours;
using std::chrono::milliseconds;

TEST(Eviction, the_place_passes_to_who_is_busier_and_the_total_stays) {
    auto family = counters({busiest_two()});
    requests(*family, "a", 10, 5);
    requests(*family, "b", 20);
    requests(*family, "c", 15);
    EXPECT_EQ(of(*family, "a"), -1) << "15 requests of c outdo 10 of a";
    EXPECT_EQ(of(*family, "b"), 20);
    EXPECT_EQ(of(*family, "other"), 50 + 15);
    EXPECT_EQ(of(*family, "c"), -1) << "until its next request";
    requests(*family, "c", 1);
    EXPECT_EQ(of(*family, "c"), 1);
    EXPECT_EQ(sum_of(*family), 50 + 20 + 15 + 1);
}

TEST(Eviction, a_little_busier_is_not_enough) {
    auto family = counters({busiest_two()});
    requests(*family, "a", 10);
    requests(*family, "b", 20);
    requests(*family, "c", 12);
    EXPECT_EQ(of(*family, "a"), 10);
    EXPECT_EQ(of(*family, "other"), 12);
}

TEST(Eviction, who_comes_back_starts_at_zero) {
    auto family = counters({busiest_two()});
    requests(*family, "a", 10);
    requests(*family, "b", 40);
    requests(*family, "c", 20);
    sum_of(*family);
    requests(*family, "a", 60);
    sum_of(*family);
    requests(*family, "a", 3);
    EXPECT_EQ(of(*family, "a"), 3);
    EXPECT_EQ(of(*family, "b"), 40);
    EXPECT_EQ(of(*family, "c"), -1);
    EXPECT_EQ(sum_of(*family), 10 + 40 + 20 + 60 + 3);
}

TEST(Eviction, a_flood_of_new_values_takes_nobodys_place) {
    auto family = counters({Dimension{"customer"}.at_most(3).keep_busiest(hours{1})});
    for (int round = 0; round < 50; ++round) {
        for (const char* regular : {"a", "b", "c"})
            requests(*family, regular, 1);
        for (int i = 0; i < 400; ++i)
            requests(*family, "flood" + std::to_string(round * 400 + i), 1);
        if (round % 10 == 9) sum_of(*family);
    }
    for (const char* regular : {"a", "b", "c"})
        EXPECT_EQ(of(*family, regular), 50);
    EXPECT_EQ(of(*family, "other"), 50 * 400);
    EXPECT_EQ(family->series_count(), 4U);
}

TEST(Eviction, who_was_busy_long_ago_weighs_less) {
    auto family = counters({Dimension{"customer"}.at_most(1).keep_busiest(milliseconds{10})});
    requests(*family, "old", 1000);
    EXPECT_TRUE(comes_true([&] {
        requests(*family, "new", 4);
        sum_of(*family);
        return of(*family, "old") == -1;
    }));
}

TEST(Eviction, an_idle_value_loses_its_place_to_the_next) {
    auto family = counters({Dimension{"customer"}.at_most(1).forget_after(milliseconds{30})});
    requests(*family, "a", 5);
    requests(*family, "b", 2);
    EXPECT_EQ(of(*family, "other"), 2);
    const auto began = std::chrono::steady_clock::now();
    EXPECT_TRUE(comes_true([&] { return of(*family, "a") == -1; }));
    EXPECT_GE(std::chrono::steady_clock::now() - began, milliseconds{20});
    EXPECT_EQ(of(*family, "other"), 7);
    requests(*family, "b", 3);
    EXPECT_EQ(of(*family, "b"), 3);
}

TEST(Eviction, a_busy_request_that_goes_on_and_on_is_not_idle) {
    auto family = counters({Dimension{"customer"}.forget_after(milliseconds{40})});
    ctx::Counter counter = family->with();
    ctx::Scope scope{request_with({{"customer", "a"}})};
    const auto end = std::chrono::steady_clock::now() + milliseconds{200};
    while (std::chrono::steady_clock::now() < end) {
        counter.add();
        EXPECT_EQ(of(*family, "other"), -1);
    }
}

TEST(Eviction, only_the_label_that_lost_is_folded) {
    auto family = counters({busiest_two(), Dimension{"tier"}});
    ctx::Counter counter = family->with();
    const auto add = [&](const char* customer, const char* tier, int count) {
        for (int i = 0; i < count; ++i) {
            ctx::Scope scope{request_with({{"customer", customer}, {"tier", tier}})};
            counter.add();
        }
    };
    add("a", "gold", 3);
    add("a", "tin", 4);
    add("b", "gold", 50);
    add("c", "gold", 40);
    sum_of(*family);
    EXPECT_EQ(value_of(*family, {{"customer", "other"}, {"tier", "gold"}}), 3 + 40);
    EXPECT_EQ(value_of(*family, {{"customer", "other"}, {"tier", "tin"}}), 4);
    EXPECT_EQ(value_of(*family, {{"customer", "b"}, {"tier", "gold"}}), 50);
    EXPECT_EQ(sum_of(*family), 97);
}

TEST(Eviction, a_flood_of_values_is_few_series_and_an_exact_total) {
    auto family = counters({Dimension{"customer"}.at_most(100).keep_busiest()});
    const int values = std::getenv("CTX_TEST_FULL") != nullptr ? 1'000'000 : 100'000;
    ctx::Counter counter = family->with();
    for (int i = 0; i < values; ++i) {
        ctx::Scope scope{request_with({{"customer", "c" + std::to_string(i)}})};
        counter.add();
        if (i % 10'000 == 0) sum_of(*family);
    }
    EXPECT_LE(family->series_count(), 101U);
    EXPECT_EQ(sum_of(*family), values);
}

}  // namespace
