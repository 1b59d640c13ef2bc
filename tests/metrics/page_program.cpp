// Prints a page with everything that can be hard to read: `openmetrics` or `text`.

#include "metrics/random_text.hpp"
#include "metrics/requests.hpp"
#include <ctx/metrics.hpp>
#include <ctx/metrics/prometheus_source.hpp>

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/summary.h>

#include <iostream>
#include <memory>
#include <random>
#include <string>

namespace {

using ctx::test::random_text;
using ctx::test::request_with;

std::shared_ptr<prometheus::Registry> stock_registry() {
    auto registry = std::make_shared<prometheus::Registry>();
    prometheus::BuildCounter()
        .Name("stock_jobs_total")
        .Help("a\nb")
        .Register(*registry)
        .Add({{"x", "\xff"}});
    prometheus::BuildCounter().Name("stock_old").Help("").Register(*registry).Add({});
    auto& histogram = prometheus::BuildHistogram()
                          .Name("stock_wait")
                          .Help("")
                          .Register(*registry)
                          .Add({}, prometheus::Histogram::BucketBoundaries{1, 1000000});
    histogram.Observe(5);
    auto& summary = prometheus::BuildSummary()
                        .Name("stock_size")
                        .Help("")
                        .Register(*registry)
                        .Add({}, prometheus::Summary::Quantiles{{0.5, 0.05}});
    summary.Observe(1);
    return registry;
}

}  // namespace

int main(int argc, char** argv) {
    ctx::test::publish_test_fields();
    const bool text = argc > 1 && std::string(argv[1]) == "text";
    ctx::MetricsPage page{{.resource = ctx::Resource{{{"service.name", "a\\\"b\n"}}}}};
    auto values = *ctx::CounterFamily::create({.name = "values",
                                               .help = "a \"quoted\" \\ and\nbroken line",
                                               .labels = {"index", "value"},
                                               .max_series = 50'000});
    std::mt19937_64 random{42};
    for (int i = 0; i < 20'000; ++i) {
        const std::string index = std::to_string(i);
        values->with({index, random_text(random)}).add(static_cast<double>(random() % 1000) / 7);
    }
    auto wait = *ctx::HistogramFamily::create(
        {.name = "wait_seconds",
         .help = "Wait.",
         .unit = "seconds",
         .dimensions = {ctx::Dimension{"customer"}},
         .exemplars = {.min_age = std::chrono::milliseconds{0}, .extras = {"session"}}});
    auto negative = *ctx::HistogramFamily::create(
        {.name = "shift", .help = "", .bounds = ctx::linear_bounds(-1, 0.5, 5)});
    auto depth = *ctx::GaugeFamily::create({.name = "depth", .help = ""});
    depth->with().set(-1e300);
    for (int i = 0; i < 500; ++i) {
        const std::string customer = "c" + std::to_string(i % 4);
        std::string session = random_text(random);
        // Debian's parser takes any } for the end of an exemplar's labels.
        std::erase(session, '}');
        if (session.empty()) session = "x";
        ctx::Scope scope{
            ctx::test::sampled(request_with({{"customer", customer}, {"session", session}}),
                               new ctx::test::FakeSpan{true})};
        wait->with().observe(static_cast<double>(random() % 12'000) / 1000);
        negative->with().observe(static_cast<double>(random() % 300) / 100 - 1.5);
    }
    auto source = std::make_shared<ctx::PrometheusSource>();
    const auto registry = stock_registry();
    source->add(registry);
    for (const std::shared_ptr<const ctx::MetricSource>& each :
         {std::shared_ptr<const ctx::MetricSource>(values),
          std::shared_ptr<const ctx::MetricSource>(wait),
          std::shared_ptr<const ctx::MetricSource>(negative),
          std::shared_ptr<const ctx::MetricSource>(depth),
          std::shared_ptr<const ctx::MetricSource>(source)}) {
        page.add(each);
    }
    std::cout << page.render(text ? ctx::PageFormat::text : ctx::PageFormat::openmetrics_1_0_0);
}
