// A service for a real Prometheus to scrape: prints `port N`, then updates its metrics until its
// input ends. Answers each line of input with the number of updates so far, the line `texts` with the
// values of the label `text` in hex, and `places CUSTOMER REQUESTS EACH` after so many requests that
// each add so much to a family with one place.

#include "metrics/random_text.hpp"
#include "metrics/requests.hpp"
#include <ctx/context.hpp>
#include <ctx/metrics.hpp>
#include <ctx/metrics/exposer_bridge.hpp>
#include <ctx/metrics/prometheus_source.hpp>

#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/registry.h>

#include <atomic>
#include <iostream>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

/// One made-up request after the other, each a trace of its own.
void work(ctx::CounterFamily& rides, ctx::HistogramFamily& wait, prometheus::Counter& theirs,
          const std::atomic<bool>& stop, std::atomic<std::uint64_t>& updates) {
    ctx::Counter counter = rides.with({"ok"});
    ctx::Histogram histogram = wait.with();
    for (std::uint64_t i = 0; !stop.load(std::memory_order_relaxed); ++i) {
        const std::string customer = "c" + std::to_string(i % 150);
        const ctx::SpanContext span{
            ctx::new_trace_id(), ctx::new_span_id(), ctx::TraceFlags{3}, {}};
        ctx::Scope scope{
            ctx::test::request_with({{"customer", customer}, {"session", "s" + customer}})
                .with_span(span,
                           ctx::RecordingSpanPtr::adopt(new ctx::test::FakeSpan{i % 3 != 0}))};
        counter.add();
        histogram.observe(static_cast<double>(i % 1200) / 100);
        theirs.Increment();
        updates.fetch_add(1, std::memory_order_relaxed);
        if (i % 64 == 0) std::this_thread::yield();
    }
}

std::vector<std::string> random_texts() {
    std::mt19937_64 random{42};
    std::vector<std::string> texts;
    for (int i = 0; i < 20'000; ++i)
        texts.push_back(ctx::test::random_text(random));
    return texts;
}

std::string in_hex(const std::vector<std::string>& texts) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    for (const std::string& text : texts) {
        if (!hex.empty()) hex += ',';
        for (const char c : text) {
            hex += digits[static_cast<unsigned char>(c) >> 4U];
            hex += digits[static_cast<unsigned char>(c) & 15U];
        }
    }
    return hex;
}

void use_places(ctx::Counter counter, std::istringstream arguments) {
    std::string customer;
    int requests = 0;
    std::uint64_t each = 0;
    arguments >> customer >> requests >> each;
    for (int i = 0; i < requests; ++i) {
        ctx::Scope scope{ctx::test::request_with({{"customer", customer}})};
        counter.add(each);
    }
}

}  // namespace

int main() {
    ctx::test::publish_test_fields();
    auto rides = *ctx::CounterFamily::create({.name = "rides",
                                              .help = "Rides.",
                                              .labels = {"outcome"},
                                              .dimensions = {ctx::Dimension{"customer"}},
                                              .exemplars = {.extras = {"session"}}});
    auto wait = *ctx::HistogramFamily::create({.name = "wait_seconds",
                                               .help = "Wait.",
                                               .unit = "seconds",
                                               .native = ctx::NativeHistogramOptions{},
                                               .exemplars = {.extras = {"session"}}});
    auto hard = *ctx::CounterFamily::create({.name = "texts",
                                             .help = "Hard to read.",
                                             .labels = {"index", "text"},
                                             .max_series = 50'000});
    auto places = *ctx::CounterFamily::create(
        {.name = "places",
         .help = "Who is busiest.",
         .dimensions = {ctx::Dimension{"customer"}.at_most(1).keep_busiest()}});
    const std::vector<std::string> texts = random_texts();
    for (std::size_t i = 0; i < texts.size(); ++i)
        hard->with({std::to_string(i), texts[i]}).add();
    auto registry = std::make_shared<prometheus::Registry>();
    auto& theirs =
        prometheus::BuildCounter().Name("theirs_total").Help("x\ny").Register(*registry).Add({});
    auto source = std::make_shared<ctx::PrometheusSource>();
    source->add(registry);
    auto page = std::make_shared<ctx::MetricsPage>(
        ctx::MetricsPageOptions{.resource = ctx::Resource{{{"service.name", "live"}}}});
    page->add(rides);
    page->add(wait);
    page->add(source);
    page->add(hard);
    page->add(places);

    ctx::ExposerBridge bridge;
    prometheus::Exposer exposer{"127.0.0.1:0", 3, bridge.callbacks()};
    exposer.RegisterCollectable(registry);
    if (const auto served = bridge.serve(page); !served.ok()) {
        std::cerr << served << '\n';
        return 1;
    }
    std::cout << "port " << exposer.GetListeningPorts().at(0) << std::endl;

    std::atomic<bool> stop{false};
    std::atomic<std::uint64_t> updates{0};
    std::thread worker{[&] { work(*rides, *wait, theirs, stop, updates); }};
    for (std::string line; std::getline(std::cin, line);) {
        if (line == "texts") {
            std::cout << in_hex(texts) << std::endl;
        } else if (line.starts_with("places ")) {
            use_places(places->with(), std::istringstream{line.substr(7)});
            std::cout << "done" << std::endl;
        } else {
            std::cout << "updates " << updates.load() << std::endl;
        }
    }
    stop.store(true);
    worker.join();
}
