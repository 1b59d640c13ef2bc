#include "metrics/requests.hpp"
#include <ctx/metrics/page.hpp>
#include <ctx/metrics/prometheus_collectable.hpp>
#include <ctx/metrics/prometheus_source.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/summary.h>
#include <prometheus/text_serializer.h>

#include <limits>
#include <memory>
#include <string>

namespace {

using ctx::PageFormat;
using ctx::test::stat;
using testing::HasSubstr;
using testing::Not;

std::string render(std::shared_ptr<ctx::PrometheusSource> source, PageFormat format) {
    ctx::MetricsPage page{{.self_metrics = false}};
    page.add(std::move(source));
    return page.render(format);
}

std::string render(const std::shared_ptr<prometheus::Registry>& registry, PageFormat format,
                   ctx::LeStyle style = ctx::LeStyle::canonical) {
    auto source = std::make_shared<ctx::PrometheusSource>(style);
    source->add(registry);
    return render(std::move(source), format);
}

prometheus::Counter& counter(prometheus::Registry& registry, const std::string& name,
                             const std::string& help, const prometheus::Labels& labels = {}) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add(labels);
}

TEST(PrometheusSource, shows_every_stock_type_as_openmetrics) {
    auto registry = std::make_shared<prometheus::Registry>();
    counter(*registry, "jobs_total", "Jobs.", {{"kind", "a\"b"}}).Increment(3);
    counter(*registry, "old_style", "No suffix.").Increment();
    prometheus::BuildGauge().Name("depth").Help("").Register(*registry).Add({}).Set(0.1 + 0.2);
    prometheus::BuildHistogram()
        .Name("wait_seconds")
        .Help("Wait.")
        .Register(*registry)
        .Add({}, prometheus::Histogram::BucketBoundaries{1, 1000000})
        .Observe(1);
    auto& summary = prometheus::BuildSummary().Name("size").Help("").Register(*registry).Add(
        {}, prometheus::Summary::Quantiles{{0.5, 0.05}});
    summary.Observe(4);
    EXPECT_EQ(render(registry, PageFormat::openmetrics_1_0_0),
              "# TYPE jobs counter\n# HELP jobs Jobs.\njobs_total{kind=\"a\\\"b\"} 3\n"
              "# TYPE old_style unknown\n# HELP old_style No suffix.\nold_style 1\n"
              "# TYPE depth gauge\ndepth 0.30000000000000004\n"
              "# TYPE wait_seconds histogram\n# HELP wait_seconds Wait.\n"
              "wait_seconds_bucket{le=\"1.0\"} 1\nwait_seconds_bucket{le=\"1e+06\"} 1\n"
              "wait_seconds_bucket{le=\"+Inf\"} 1\nwait_seconds_count 1\nwait_seconds_sum 1\n"
              "# TYPE size summary\nsize{quantile=\"0.5\"} 4\nsize_count 1\nsize_sum 4\n"
              "# EOF\n");
    const std::string text = render(registry, PageFormat::text);
    EXPECT_THAT(text, HasSubstr("# TYPE jobs_total counter\n"));
    EXPECT_THAT(text, HasSubstr("# TYPE old_style untyped\n"));
}

TEST(PrometheusSource, spells_bounds_as_prometheus_cpp_does_when_asked) {
    auto registry = std::make_shared<prometheus::Registry>();
    prometheus::BuildHistogram().Name("a").Help("").Register(*registry).Add(
        {}, prometheus::Histogram::BucketBoundaries{0.1, 1, 1000000});
    const std::string ours = render(registry, PageFormat::text, ctx::LeStyle::stock_text);
    const std::string stock = prometheus::TextSerializer{}.Serialize(registry->Collect());
    for (const char* le : {"le=\"0.1\"", "le=\"1\"", "le=\"1000000\"", "le=\"+Inf\""}) {
        EXPECT_THAT(ours, HasSubstr(le));
        EXPECT_THAT(stock, HasSubstr(le));
    }
}

TEST(PrometheusSource, mends_what_the_stock_page_breaks_on) {
    auto registry = std::make_shared<prometheus::Registry>();
    counter(*registry, "a_total", "two\nlines", {{"x", "\xff\xfe"}, {"empty", ""}}).Increment();
    prometheus::BuildHistogram().Name("h").Help("").Register(*registry).Add(
        {{"le", "mine"}}, prometheus::Histogram::BucketBoundaries{1});
    const auto before = stat("ctx_metrics_series_dropped_total");
    EXPECT_EQ(render(registry, PageFormat::openmetrics_1_0_0),
              "# TYPE a counter\n# HELP a two\\nlines\na_total{x=\"\xEF\xBF\xBD\xEF\xBF\xBD\"} 1\n"
              "# TYPE h histogram\n# EOF\n");
    EXPECT_EQ(stat("ctx_metrics_series_dropped_total") - before, 1U);
}

TEST(PrometheusSource, makes_one_family_of_those_in_two_registries) {
    auto first = std::make_shared<prometheus::Registry>();
    auto second = std::make_shared<prometheus::Registry>();
    counter(*first, "a_total", "A.", {{"x", "1"}}).Increment(1);
    counter(*second, "a_total", "A.", {{"x", "2"}}).Increment(2);
    counter(*second, "b_total", "B.", {}).Increment(5);
    prometheus::BuildGauge().Name("b").Help("").Register(*first).Add({}).Set(7);
    auto third = std::make_shared<prometheus::Registry>();
    counter(*third, "a_total", "A.", {{"x", "1"}}).Increment(9);  // a series that is there already
    auto source = std::make_shared<ctx::PrometheusSource>();
    for (const auto& registry : {first, second, third})
        source->add(registry);
    second.reset();  // gone is gone
    const auto series = stat("ctx_metrics_series_dropped_total");
    EXPECT_EQ(render(source, PageFormat::openmetrics_1_0_0),
              "# TYPE a counter\n# HELP a A.\na_total{x=\"1\"} 1\n"
              "# TYPE b gauge\nb 7\n# EOF\n");
    EXPECT_EQ(stat("ctx_metrics_series_dropped_total") - series, 1U);

    auto fourth = std::make_shared<prometheus::Registry>();
    counter(*fourth, "a_total", "A.", {{"x", "2"}}).Increment(2);
    counter(*fourth, "b_total", "B.", {}).Increment(5);
    source->add(fourth);
    const auto families = stat("ctx_metrics_families_dropped_total");
    EXPECT_EQ(render(source, PageFormat::openmetrics_1_0_0),
              "# TYPE a counter\n# HELP a A.\na_total{x=\"1\"} 1\na_total{x=\"2\"} 2\n"
              "# TYPE b gauge\nb 7\n# EOF\n");
    EXPECT_EQ(stat("ctx_metrics_families_dropped_total") - families, 1U);
}

TEST(PrometheusSource, gives_way_to_a_family_of_ctx_with_the_same_name) {
    auto registry = std::make_shared<prometheus::Registry>();
    counter(*registry, "a_total", "theirs").Increment(5);
    auto source = std::make_shared<ctx::PrometheusSource>();
    source->add(registry);
    ctx::MetricsPage page{{.self_metrics = false}};
    page.add(*ctx::CounterFamily::create({.name = "a", .help = "ours"}));
    page.add(source);
    EXPECT_EQ(page.render(PageFormat::text),
              "# TYPE a_total counter\n# HELP a_total ours\na_total 0\n");
}

TEST(PrometheusCollectable, has_no_line_breaks_for_a_serializer_that_does_not_escape) {
    auto rides = *ctx::CounterFamily::create({.name = "rides", .help = "Rides\nin town."});
    rides->with().add(1);
    EXPECT_EQ(prometheus::TextSerializer{}.Serialize(ctx::PrometheusCollectable{rides}.Collect()),
              "# HELP rides_total Rides in town.\n# TYPE rides_total counter\nrides_total 1\n");
}

TEST(PrometheusCollectable, shows_families_to_prometheus_cpp) {
    ctx::test::publish_test_fields();
    auto rides = *ctx::CounterFamily::create({.name = "rides",
                                              .help = "Rides.",
                                              .labels = {"outcome"},
                                              .dimensions = {ctx::Dimension{"customer"}}});
    auto wait = *ctx::HistogramFamily::create({.name = "wait", .help = "", .bounds = {1, 2}});
    ctx::Scope scope{ctx::test::request_with({{"customer", "c1"}})};
    rides->with({"ok"}).add(3);
    wait->with().observe(1.5);
    const prometheus::TextSerializer serializer;
    EXPECT_THAT(serializer.Serialize(ctx::PrometheusCollectable{rides}.Collect()),
                HasSubstr("# TYPE rides_total counter\n"
                          "rides_total{outcome=\"ok\",customer=\"c1\"} 3\n"));
    const std::string text = serializer.Serialize(ctx::PrometheusCollectable{wait}.Collect());
    EXPECT_THAT(text, HasSubstr("wait_bucket{le=\"2\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("wait_bucket{le=\"+Inf\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("wait_sum 1.5\n"));
}

}  // namespace
