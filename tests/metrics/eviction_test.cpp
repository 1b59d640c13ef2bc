// Values that lose their places: what was counted stays exact.

#include "metrics/requests.hpp"
#include <ctx/metrics/counter.hpp>
#include <ctx/metrics/histogram.hpp>
#include <ctx/metrics/page_writer.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <latch>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace {

using ctx::Dimension;
using ctx::test::FakeSpan;
using ctx::test::request_with;
using ctx::test::sampled;
using ctx::test::sum_of;
using ctx::test::value_of;
using std::chrono::hours;
using std::chrono::milliseconds;

std::shared_ptr<ctx::CounterFamily> counters(std::vector<Dimension> dimensions,
                                             std::size_t max_series = 2000) {
    ctx::test::publish_test_fields();
    return *ctx::CounterFamily::create(
        {.name = "a", .help = "", .dimensions = std::move(dimensions), .max_series = max_series});
}

Dimension busiest_two() {
    return Dimension{"customer"}.at_most(2).keep_busiest(hours{1});
}

void requests(ctx::CounterFamily& family, const std::string& customer, int count,
              std::uint64_t each = 1) {
    ctx::Counter counter = family.with();
    for (int i = 0; i < count; ++i) {
        ctx::Scope scope{request_with({{"customer", customer}})};
        counter.add(each);
    }
}

double of(const ctx::MetricSource& family, const std::string& customer) {
    return value_of(family, {{"customer", customer}});
}

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
    const auto began = std::chrono::steady_clock::now();
    bool outdone = false;
    while (!outdone && std::chrono::steady_clock::now() - began < std::chrono::seconds{20}) {
        requests(*family, "new", 4);
        sum_of(*family);
        outdone = of(*family, "old") == -1;
    }
    EXPECT_TRUE(outdone);
}

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
    const auto began = std::chrono::steady_clock::now();
    while (of(*family, "busy") != -1 &&
           std::chrono::steady_clock::now() - began < std::chrono::seconds{20}) {
    }
    EXPECT_EQ(of(*family, "busy"), -1);
    EXPECT_EQ(of(*family, "other"), 50);
    EXPECT_EQ(of(*family, "vip"), 1);
    EXPECT_EQ(of(*family, "none"), 7);
}

TEST(Eviction, an_idle_value_loses_its_place_to_the_next) {
    auto family = counters({Dimension{"customer"}.at_most(1).forget_after(milliseconds{30})});
    requests(*family, "a", 5);
    requests(*family, "b", 2);
    EXPECT_EQ(of(*family, "other"), 2);
    const auto began = std::chrono::steady_clock::now();
    while (of(*family, "a") != -1 &&
           std::chrono::steady_clock::now() - began < std::chrono::seconds{20}) {
    }
    EXPECT_GE(std::chrono::steady_clock::now() - began, milliseconds{20});
    EXPECT_EQ(of(*family, "other"), 7);
    requests(*family, "b", 3);
    EXPECT_EQ(of(*family, "b"), 3);
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

TEST(Eviction, a_request_that_outlives_its_place_still_counts) {
    auto family = counters({busiest_two()});
    ctx::Counter counter = family->with();
    ctx::Scope scope{request_with({{"customer", "a"}})};
    counter.add(5);
    requests(*family, "b", 40);
    requests(*family, "c", 20);
    EXPECT_EQ(of(*family, "a"), -1);
    counter.add(1);
    EXPECT_EQ(of(*family, "other"), 5 + 20 + 1);
    requests(*family, "c", 1);  // gets what was the series of a
    counter.add(1);
    EXPECT_EQ(of(*family, "c"), 1);
    EXPECT_EQ(sum_of(*family), 5 + 40 + 20 + 1 + 1 + 1);
}

TEST(Eviction, a_series_with_new_labels_shows_no_exemplar_of_the_old) {
    ctx::test::publish_test_fields();
    auto family = *ctx::CounterFamily::create(
        {.name = "a", .help = "", .dimensions = {busiest_two()}, .exemplars = {}});
    {
        ctx::Scope scope{sampled(request_with({{"customer", "a"}}), new FakeSpan{true})};
        family->with().add();
    }
    requests(*family, "b", 40);
    requests(*family, "c", 20);
    sum_of(*family);
    sum_of(*family);  // now nobody can be in the series of a
    requests(*family, "c", 1);
    const auto families = family->read();
    const auto* series = ctx::test::find_series(families.at(0).series, {{"customer", "c"}});
    ASSERT_NE(series, nullptr);
    EXPECT_FALSE(series->exemplar.has_value());
}

/// Asked in the middle of an update, it does not answer before it may.
class SlowSpan final : public ctx::RecordingSpan {
public:
    SlowSpan(std::latch& asked, std::latch& may_answer) : asked_(asked), may_answer_(may_answer) {}
    bool keep() noexcept override {
        asked_.count_down();
        may_answer_.wait();
        return true;
    }
    void add_event(std::string_view /*name*/,
                   std::span<const ctx::Attribute> /*attributes*/) noexcept override {}

private:
    std::latch& asked_;
    std::latch& may_answer_;
};

TEST(Eviction, a_series_gets_no_other_labels_while_somebody_is_in_it) {
    ctx::test::publish_test_fields();
    auto family = *ctx::CounterFamily::create(
        {.name = "a", .help = "", .dimensions = {busiest_two()}, .exemplars = {}});
    std::latch asked{1};
    std::latch may_answer{1};
    std::thread slow{[&] {
        ctx::Scope scope{
            request_with({{"customer", "a"}})
                .with_span(ctx::test::known_span(),
                           ctx::RecordingSpanPtr::adopt(new SlowSpan{asked, may_answer}))};
        family->with().add(100);
    }};
    asked.wait();
    requests(*family, "b", 40);
    requests(*family, "c", 20);
    sum_of(*family);  // takes the place of a
    sum_of(*family);
    requests(*family, "c", 1);
    may_answer.count_down();
    slow.join();
    const auto families = family->read();
    const auto* series = ctx::test::find_series(families.at(0).series, {{"customer", "c"}});
    ASSERT_NE(series, nullptr);
    EXPECT_FALSE(series->exemplar.has_value()) << "of a";
    EXPECT_EQ(sum_of(*family), 100 + 40 + 20 + 1);
}

TEST(Eviction, histograms_move_bucket_by_bucket) {
    ctx::test::publish_test_fields();
    auto family = *ctx::HistogramFamily::create({.name = "a",
                                                 .help = "",
                                                 .bounds = {1, 10},
                                                 .native = ctx::NativeHistogramOptions{},
                                                 .dimensions = {busiest_two()}});
    ctx::Histogram histogram = family->with();
    const auto observe = [&](const char* customer, double value, int count) {
        for (int i = 0; i < count; ++i) {
            ctx::Scope scope{request_with({{"customer", customer}})};
            histogram.observe(value);
        }
    };
    observe("a", 0.5, 2);
    observe("a", 0, 1);
    observe("a", 50, 1);
    observe("b", 5, 40);
    observe("c", 2, 20);
    const auto families = family->read();
    const auto* other = ctx::test::find_series(families.at(0).series, {{"customer", "other"}});
    ASSERT_NE(other, nullptr);
    EXPECT_EQ(ctx::test::find_series(families.at(0).series, {{"customer", "a"}}), nullptr);
    EXPECT_EQ(other->count, 24U);
    EXPECT_EQ(other->sum, 1 + 50 + 40);
    EXPECT_EQ(other->buckets.at(0).cumulative_count, 3U);
    EXPECT_EQ(other->buckets.at(1).cumulative_count, 23U);
    EXPECT_EQ(other->native->zero_count, 1U);
    const ctx::NativeBuckets& positive = other->native->positive;
    EXPECT_EQ(positive.first, -8);  // 0.5 at schema 3
    EXPECT_EQ(positive.counts.at(0), 2U);
    EXPECT_EQ(positive.counts.at(16), 20U);
    EXPECT_EQ(positive.counts.back(), 1U);
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

/// The sum of all series must never fall from one reading to the next, and nobody's series may have
/// what another customer added.
void watch(const ctx::CounterFamily& family, const std::atomic<bool>& stop) {
    double last = 0;
    while (!stop.load()) {
        const auto families = family.read();
        double now = 0;
        for (const ctx::SeriesSnapshot& series : families.at(0).series) {
            now += series.value;
            const std::string& customer = series.labels.at(0).second;
            if (customer == "other") continue;
            const bool adds_large = std::stoi(customer) % 2 != 0;
            const auto whole = static_cast<std::uint64_t>(series.value);
            EXPECT_EQ(adds_large ? whole % 1'000'000 : whole / 1'000'000, 0U) << customer;
        }
        EXPECT_GE(now, last);
        last = now;
    }
}

TEST(Eviction, eight_threads_and_six_readers_lose_nothing) {
    constexpr int threads = 8;
    constexpr int updates = 12'000;
    constexpr std::uint64_t large = 1'000'000;  // what odd customers add
    auto family = counters({Dimension{"customer"}
                                .at_most(4)
                                .keep_busiest(milliseconds{5})
                                .forget_after(milliseconds{20})},
                           6);
    std::atomic<bool> stop{false};
    std::atomic<std::uint64_t> added{0};
    std::vector<std::thread> readers;
    for (int r = 0; r < 6; ++r)
        readers.emplace_back([&] { watch(*family, stop); });
    std::vector<std::thread> writers;
    for (int t = 0; t < threads; ++t) {
        writers.emplace_back([&, t] {
            ctx::Counter counter = family->with();
            std::mt19937_64 random{static_cast<std::uint64_t>(t)};
            for (int i = 0; i < updates; i += 3) {
                // Who is busy changes all the time; each request updates three times.
                const std::uint64_t customer = static_cast<std::uint64_t>(i) / 500 + random() % 6;
                ctx::Scope scope{request_with({{"customer", std::to_string(customer)}})};
                const std::uint64_t amount = customer % 2 == 0 ? 1 : large;
                for (int n = 0; n < 3; ++n)
                    counter.add(amount);
                added.fetch_add(3 * amount);
            }
        });
    }
    for (std::thread& writer : writers)
        writer.join();
    stop.store(true);
    for (std::thread& reader : readers)
        reader.join();
    EXPECT_EQ(sum_of(*family), static_cast<double>(added.load()));
    EXPECT_LE(family->series_count(), 7U);
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

TEST(Eviction, a_value_that_becomes_the_default_takes_no_ones_count_along) {
    auto family = counters({Dimension{"tier"}.at_most(1).forget_after(milliseconds{5})});
    ctx::Counter counter = family->with();
    const auto add = [&](const char* tier) {
        ctx::Scope scope{request_with({{"tier", tier}})};
        counter.add();
    };
    add("gold");
    ctx::publish_fields(
        *ctx::FieldSet::create({ctx::Field{"tier"}.label("tier").default_value("gold")}));
    counter.add(10);
    const auto began = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - began < milliseconds{50})
        EXPECT_EQ(sum_of(*family), 11);
    add("tin");
    counter.add(10);
    EXPECT_EQ(value_of(*family, {{"tier", "tin"}}), 1);
    EXPECT_EQ(sum_of(*family), 22);
    ctx::test::publish_test_fields();
}

TEST(Eviction, native_buckets_begin_anew_with_the_labels) {
    ctx::test::publish_test_fields();
    auto family = *ctx::HistogramFamily::create({.name = "a",
                                                 .help = "",
                                                 .bounds = {},
                                                 .native = ctx::NativeHistogramOptions{},
                                                 .dimensions = {busiest_two()}});
    ctx::Histogram histogram = family->with();
    const auto observe = [&](const char* customer, double value, int count) {
        for (int i = 0; i < count; ++i) {
            ctx::Scope scope{request_with({{"customer", customer}})};
            histogram.observe(value);
        }
    };
    observe("a", 1e-30, 1);
    observe("a", 1e30, 1);
    observe("b", 1, 40);
    observe("c", 1, 20);
    static_cast<void>(family->read());
    static_cast<void>(family->read());  // now nobody can be in the series of a
    observe("c", 1, 1);
    const auto families = family->read();
    const auto* series = ctx::test::find_series(families.at(0).series, {{"customer", "c"}});
    ASSERT_NE(series, nullptr);
    EXPECT_EQ(series->native->schema, 3);
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

TEST(Eviction, a_forked_child_reads_whoever_was_reading) {
    auto family = counters({busiest_two()});
    for (int i = 0; i < 200; ++i)
        requests(*family, std::to_string(i), 1);
    std::atomic<bool> stop{false};
    std::thread reader{[&] {
        while (!stop.load())
            sum_of(*family);
    }};
    for (int i = 0; i < 10; ++i) {
        const pid_t child = fork();
        if (child == 0) {
            alarm(10);  // ends the child if it hangs
            ctx::detail::Family& inherited = *family;
            ctx::PageWriter page{ctx::PageFormat::text};
            inherited.write(page);
            _exit(0);
        }
        int status = -1;
        ASSERT_EQ(waitpid(child, &status, 0), child);
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
        if (!WIFEXITED(status)) break;
    }
    stop.store(true);
    reader.join();
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
