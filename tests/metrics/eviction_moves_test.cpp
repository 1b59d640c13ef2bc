// What a loser had counted moves, whatever goes on meanwhile: totals stay exact.

#include "metrics/places.hpp"
#include <ctx/metrics/page_writer.hpp>

#include <gtest/gtest.h>

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <latch>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace {

using ctx::Dimension;
using ctx::test::busiest_two;
using ctx::test::counters;
using ctx::test::FakeSpan;
using ctx::test::observations;
using ctx::test::of;
using ctx::test::request_with;
using ctx::test::requests;
using ctx::test::sampled;
using ctx::test::sum_of;
using ctx::test::value_of;
using std::chrono::milliseconds;

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
    observations(*family, "a", 0.5, 2);
    observations(*family, "a", 0, 1);
    observations(*family, "a", 50, 1);
    observations(*family, "b", 5, 40);
    observations(*family, "c", 2, 20);
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

TEST(Eviction, native_buckets_begin_anew_with_the_labels) {
    ctx::test::publish_test_fields();
    auto family = *ctx::HistogramFamily::create({.name = "a",
                                                 .help = "",
                                                 .bounds = {},
                                                 .native = ctx::NativeHistogramOptions{},
                                                 .dimensions = {busiest_two()}});
    observations(*family, "a", 1e-30, 1);
    observations(*family, "a", 1e30, 1);
    observations(*family, "b", 1, 40);
    observations(*family, "c", 1, 20);
    static_cast<void>(family->read());
    static_cast<void>(family->read());  // now nobody can be in the series of a
    observations(*family, "c", 1, 1);
    const auto families = family->read();
    const auto* series = ctx::test::find_series(families.at(0).series, {{"customer", "c"}});
    ASSERT_NE(series, nullptr);
    EXPECT_EQ(series->native->schema, 3);
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

}  // namespace
