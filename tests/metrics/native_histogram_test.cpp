#include "metrics/requests.hpp"
#include <ctx/metrics/detail/exponential_buckets.hpp>
#include <ctx/metrics/histogram.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <limits>
#include <random>
#include <thread>

namespace {

using ctx::NativeBuckets;
using ctx::NativeHistogramSnapshot;
using ctx::detail::native_bucket_of;
using ctx::test::stat;
using testing::ElementsAre;

constexpr double infinity = std::numeric_limits<double>::infinity();

long double upper_bound_of(std::int32_t index, int schema) {
    return std::exp2(static_cast<long double>(index) *
                     std::exp2(static_cast<long double>(-schema)));
}

std::shared_ptr<ctx::HistogramFamily> native_family(ctx::NativeHistogramOptions native,
                                                    std::vector<double> bounds = {1}) {
    return *ctx::HistogramFamily::create(
        {.name = "a", .help = "", .bounds = std::move(bounds), .native = native});
}

NativeHistogramSnapshot read(const ctx::HistogramFamily& family) {
    return family.read().at(0).series.at(0).native.value();
}

/// The counts that are not zero, by index.
std::vector<std::pair<int, int>> by_index(const NativeBuckets& buckets) {
    std::vector<std::pair<int, int>> seen;
    for (std::size_t i = 0; i < buckets.counts.size(); ++i) {
        if (buckets.counts[i] == 0) continue;
        seen.emplace_back(buckets.first + static_cast<int>(i), static_cast<int>(buckets.counts[i]));
    }
    return seen;
}

TEST(NativeBucketOf, holds_each_value_between_its_bounds) {
    std::mt19937_64 random{7};
    for (int schema = -4; schema <= 8; ++schema) {
        for (int i = 0; i < 5000; ++i) {
            const double value = std::ldexp(0.5 + static_cast<double>(random() >> 11U) * 0x1p-54,
                                            static_cast<int>(random() % 2000) - 1000);
            const std::int32_t index = native_bucket_of(value, schema);
            // The table is rounded to doubles: a bound may be off by its last bit.
            EXPECT_LE(value, upper_bound_of(index, schema) * (1 + 0x1p-52L)) << schema;
            EXPECT_GT(value, upper_bound_of(index - 1, schema) * (1 - 0x1p-52L)) << schema;
        }
    }
}

TEST(NativeBucketOf, a_power_of_two_is_the_upper_bound_of_its_bucket) {
    for (int schema = 0; schema <= 8; ++schema) {
        for (int power = -20; power <= 20; ++power) {
            const std::int32_t index = power * (1 << schema);
            EXPECT_EQ(native_bucket_of(std::ldexp(1.0, power), schema), index);
            EXPECT_EQ(native_bucket_of(std::nextafter(std::ldexp(1.0, power), infinity), schema),
                      index + 1);
        }
    }
    EXPECT_EQ(native_bucket_of(65536, -4), 1);
    EXPECT_EQ(native_bucket_of(65537, -4), 2);
    EXPECT_EQ(native_bucket_of(1, -4), 0);
}

TEST(NativeBucketOf, has_a_place_for_every_magnitude) {
    const double largest = std::numeric_limits<double>::max();
    const double smallest = std::numeric_limits<double>::denorm_min();
    for (int schema = -4; schema <= 8; ++schema) {
        EXPECT_EQ(native_bucket_of(infinity, schema), native_bucket_of(largest, schema) + 1);
        EXPECT_EQ(native_bucket_of(smallest, schema),
                  schema > 0 ? -1074 * (1 << schema) : ctx::detail::coarser_bucket(-1074, -schema));
    }
}

TEST(NativeBucketOf, coarser_buckets_are_those_of_the_coarser_schema) {
    std::mt19937_64 random{8};
    for (int i = 0; i < 20'000; ++i) {
        const double value = std::ldexp(static_cast<double>(random() >> 11U) + 1,
                                        static_cast<int>(random() % 200) - 150);
        const int schema = static_cast<int>(random() % 12) - 3;
        EXPECT_EQ(ctx::detail::coarser_bucket(native_bucket_of(value, schema), 1),
                  native_bucket_of(value, schema - 1))
            << value << ' ' << schema;
    }
}

TEST(NativeHistogram, counts_each_value_in_its_bucket) {
    auto family = native_family({.schema = 0, .zero_threshold = 0.001});
    ctx::Histogram histogram = family->with();
    for (const double value : {0.0, 0.001, 0.0011, 1.0, 1.5, 2.0, 2.1})
        histogram.observe(value);
    const NativeHistogramSnapshot native = read(*family);
    EXPECT_EQ(native.schema, 0);
    EXPECT_EQ(native.zero_threshold, 0.001);
    EXPECT_EQ(native.zero_count, 2U);
    EXPECT_THAT(by_index(native.positive),
                ElementsAre(std::pair(-9, 1), std::pair(0, 1), std::pair(1, 2), std::pair(2, 1)));
    EXPECT_TRUE(native.negative.counts.empty());
    EXPECT_EQ(family->read().at(0).series.at(0).count, 7U);
}

TEST(NativeHistogram, has_negative_values_where_a_bound_is_negative) {
    auto family = native_family({.schema = 1}, {-1, 1});
    ctx::Histogram histogram = family->with();
    for (const double value : {-4.0, -4.0, -0.5, 3.0})
        histogram.observe(value);
    const NativeHistogramSnapshot native = read(*family);
    EXPECT_THAT(by_index(native.negative), ElementsAre(std::pair(-2, 1), std::pair(4, 2)));
    EXPECT_THAT(by_index(native.positive), ElementsAre(std::pair(4, 1)));
}

TEST(NativeHistogram, becomes_coarser_rather_than_larger_and_loses_nothing) {
    auto family = native_family({.schema = 8, .max_buckets = 20});
    ctx::Histogram histogram = family->with();
    for (int i = 0; i < 1000; ++i)
        histogram.observe(1 + i * 0.00001);
    EXPECT_EQ(read(*family).schema, 8);
    for (const double value : {1e-3, 1e3, 1e-9, 1e9, 1e-30, 1e300, infinity})
        histogram.observe(value);
    const NativeHistogramSnapshot native = read(*family);
    EXPECT_EQ(native.count(), 1007U);
    EXPECT_EQ(native.schema, -4);
    EXPECT_THAT(by_index(native.positive),
                ElementsAre(std::pair(-6, 1), std::pair(-1, 1), std::pair(0, 2), std::pair(1, 1000),
                            std::pair(2, 1), std::pair(63, 1), std::pair(65, 1)));
}

TEST(NativeHistogram, stays_as_fine_as_its_values_allow) {
    auto family = native_family({.schema = 3});
    ctx::Histogram histogram = family->with();
    for (int i = 1; i <= 10'000; ++i)
        histogram.observe(i * 0.0001);  // 0.1 ms to 1 s: 13.3 powers of two, 107 buckets
    const NativeHistogramSnapshot native = read(*family);
    EXPECT_EQ(native.schema, 3);
    EXPECT_EQ(native.count(), 10'000U);
    EXPECT_EQ(native.positive.first, native_bucket_of(0.0001, 3));
    EXPECT_EQ(native.positive.counts.back(),
              10'000U - static_cast<std::uint64_t>(std::exp2(-1.0 / 8) * 10'000));
}

TEST(ExponentialBuckets, the_smallest_magnitude_stays_in_its_bucket_when_it_moves) {
    for (int schema = -4; schema <= 8; ++schema) {
        ctx::detail::ExponentialBuckets from{schema, 160};
        ctx::detail::ExponentialBuckets to{schema, 160};
        ASSERT_TRUE(from.add(std::numeric_limits<double>::denorm_min()));
        from.move_into(to);
        EXPECT_EQ(to.read().buckets.first,
                  native_bucket_of(std::numeric_limits<double>::denorm_min(), schema));
    }
}

TEST(NativeHistogram, without_observation_is_empty_but_there) {
    const auto family = native_family({});
    EXPECT_EQ(read(*family).count(), 0U);
    EXPECT_EQ(read(*family).schema, 3);
    auto classic = *ctx::HistogramFamily::create({.name = "b", .help = ""});
    EXPECT_FALSE(classic->read().at(0).series.at(0).native.has_value());
}

TEST(NativeHistogram, refuses_what_no_reader_would_take) {
    for (const ctx::NativeHistogramOptions native : {ctx::NativeHistogramOptions{.schema = 9},
                                                     {.schema = -5},
                                                     {.max_buckets = 15},
                                                     {.max_buckets = 1025},
                                                     {.zero_threshold = -1},
                                                     {.zero_threshold = infinity},
                                                     {.zero_threshold = std::nan("")}}) {
        const auto refused =
            ctx::HistogramFamily::create({.name = "a", .help = "", .native = native});
        EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument);
    }
}

TEST(NativeHistogram, every_update_of_eight_threads_is_counted_while_it_widens) {
    constexpr int threads = 8;
    constexpr int updates = 20'000;
    auto family = native_family({.schema = 8, .max_buckets = 40});
    std::atomic<bool> stop{false};
    std::thread reader{[&] {
        std::uint64_t last = 0;
        while (!stop.load()) {
            const std::uint64_t now = read(*family).count();
            EXPECT_GE(now, last);
            last = now;
        }
    }};
    std::vector<std::thread> writers;
    for (int t = 0; t < threads; ++t) {
        writers.emplace_back([&, t] {
            ctx::Histogram histogram = family->with();
            std::mt19937_64 random{static_cast<std::uint64_t>(t)};
            for (int i = 0; i < updates; ++i) {
                // Wider and wider: many windows are outgrown.
                const double spread = 1 + i / 200.0;
                histogram.observe(
                    std::exp2(spread * (static_cast<double>(random() % 1000) / 500 - 1)));
            }
        });
    }
    for (std::thread& writer : writers)
        writer.join();
    stop.store(true);
    reader.join();
    EXPECT_EQ(read(*family).count(), std::uint64_t{threads} * updates);
}

}  // namespace
