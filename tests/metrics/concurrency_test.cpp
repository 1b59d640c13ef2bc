#include "metrics/requests.hpp"
#include <ctx/metrics.hpp>

#include <gtest/gtest.h>

#include <sys/resource.h>

#include <atomic>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

namespace {

using ctx::test::FakeSpan;
using ctx::test::request_with;
using ctx::test::sampled;
using ctx::test::sum_of;

constexpr int updaters = 8;
constexpr int scrapers = 6;

TEST(Concurrency, nothing_is_lost_while_pages_are_rendered) {
    ctx::test::publish_test_fields();
    const int rounds = std::getenv("CTX_TEST_FULL") != nullptr ? 20'000 : 2'000;
    auto rides =
        *ctx::CounterFamily::create({.name = "rides",
                                     .help = "",
                                     .labels = {"outcome"},
                                     .dimensions = {ctx::Dimension{"customer"}.at_most(20)},
                                     .exemplars = {.min_age = std::chrono::milliseconds{0}}});
    auto wait = *ctx::HistogramFamily::create(
        {.name = "wait",
         .help = "",
         .bounds = {1, 2, 3},
         .dimensions = {ctx::Dimension{"customer"}.at_most(20)},
         .exemplars = {.min_age = std::chrono::milliseconds{0}, .extras = {"session"}}});
    ctx::MetricsPage page;
    page.add(rides);
    page.add(wait);

    std::atomic<int> updating{updaters};
    std::vector<std::thread> threads;
    for (int t = 0; t < updaters; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < rounds; ++i) {
                const std::string customer = "c" + std::to_string((i * 7 + t) % 50);
                const std::string session(static_cast<std::size_t>(i % 50 + 1), 's');
                ctx::Scope scope{
                    sampled(request_with({{"customer", customer}, {"session", session}}),
                            new FakeSpan{true})};
                rides->with({i % 2 == 0 ? "ok" : "error"}).add();
                rides->with({"cost"}).add(0.5);
                wait->with().observe(i % 5);
            }
            updating.fetch_sub(1);
        });
    }
    std::atomic<int> broken{0};
    std::atomic<int> rendered{0};
    for (int t = 0; t < scrapers; ++t) {
        threads.emplace_back([&, t] {
            do {
                const bool open = t % 2 == 0;
                const std::string text =
                    page.render(open ? ctx::PageFormat::openmetrics_1_0_0 : ctx::PageFormat::text);
                broken.fetch_add(text.ends_with("# EOF\n") == open ? 0 : 1);
                rendered.fetch_add(1);
            } while (updating.load() > 0);
        });
    }
    for (std::thread& thread : threads)
        thread.join();

    EXPECT_EQ(broken.load(), 0);
    EXPECT_GE(rendered.load(), scrapers);
    EXPECT_EQ(sum_of(*rides), updaters * rounds * 1.5);
    EXPECT_EQ(rides->series_count(), 3U * 21U);
    std::uint64_t observed = 0;
    double sum = 0;
    const auto families = wait->read();
    for (const ctx::SeriesSnapshot& series : families.at(0).series) {
        observed += series.count;
        sum += series.sum;
    }
    EXPECT_EQ(observed, static_cast<std::uint64_t>(updaters) * static_cast<std::uint64_t>(rounds));
    EXPECT_EQ(sum, updaters * rounds * 2.0);
}

TEST(Concurrency, declarations_may_change_while_requests_count) {
    ctx::test::publish_test_fields();
    auto rides = *ctx::CounterFamily::create(
        {.name = "rides", .help = "", .dimensions = {ctx::Dimension{"customer"}}});
    ctx::Counter counter = rides->with();
    constexpr int rounds = 2'000;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([counter, t]() mutable {
            for (int i = 0; i < rounds; ++i) {
                ctx::Scope scope{request_with({{"customer", "c" + std::to_string((i + t) % 5)}})};
                counter.add();
                counter.add();
            }
        });
    }
    for (int i = 0; i < 20; ++i)
        ctx::test::publish_test_fields();
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(sum_of(*rides), 4 * rounds * 2);
    EXPECT_EQ(rides->series_count(), 5U);
}

/// How often this thread gave its processor away: for a lock, say.
long waits_of_this_thread() {
    rusage usage{};
    getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nvcsw;
}

TEST(Concurrency, no_update_waits_for_a_page) {
    ctx::test::publish_test_fields();
    auto rides = *ctx::CounterFamily::create({.name = "rides",
                                              .help = "",
                                              .labels = {"index"},
                                              .dimensions = {ctx::Dimension{"customer"}},
                                              .max_series = 2000});
    for (int i = 0; i < 1000; ++i)
        rides->with({std::to_string(i)}).add();
    ctx::Counter counter = rides->with({"0"});
    ctx::Scope scope{request_with({{"customer", "c1"}})};
    counter.add();
    ctx::MetricsPage page;
    page.add(rides);
    std::atomic<int> rendered{0};
    std::atomic<bool> stop{false};
    std::thread scraper{[&] {
        while (!stop.load()) {
            static_cast<void>(page.render(ctx::PageFormat::openmetrics_1_0_0));
            rendered.fetch_add(1);
        }
    }};
    while (rendered.load() == 0)
        std::this_thread::yield();
    const long before = waits_of_this_thread();
    const int first = rendered.load();
    std::uint64_t updates = 1;
    for (; rendered.load() < first + 20; ++updates)
        counter.add();
    EXPECT_EQ(waits_of_this_thread() - before, 0) << "in " << updates << " updates";
    stop.store(true);
    scraper.join();
    EXPECT_EQ(sum_of(*rides), 1000.0 + static_cast<double>(updates));
}

}  // namespace
