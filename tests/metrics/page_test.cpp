#include "metrics/requests.hpp"
#include <ctx/context/stats.hpp>
#include <ctx/metrics/page.hpp>
#include <ctx/metrics/page_writer.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <limits>
#include <regex>
#include <string>
#include <vector>

namespace {

using ctx::PageFormat;
using ctx::test::FakeSpan;
using ctx::test::request_with;
using ctx::test::sampled;
using ctx::test::stat;
using testing::HasSubstr;
using testing::Not;

/// Exemplars' timestamps replaced by T, after a look at their form: seconds and milliseconds.
std::string without_times(const std::string& page) {
    static const std::regex time(R"((# \{[^\n]*\} [^ \n]+) 1\d{9}\.\d{3}\n)");
    return std::regex_replace(page, time, "$1 T\n");
}

class Page : public testing::Test {
protected:
    Page() { ctx::test::publish_test_fields(); }

    static std::string render(std::shared_ptr<const ctx::MetricSource> source, PageFormat format) {
        ctx::MetricsPage page{{.self_metrics = false}};
        page.add(std::move(source));
        return page.render(format);
    }

    /// A page with one family of every kind, and exemplars.
    static std::unique_ptr<ctx::MetricsPage> golden() {
        ctx::Resource resource{{{"service.name", "rides"}, {"host.name", "a\"b"}}};
        auto page = std::make_unique<ctx::MetricsPage>(
            ctx::MetricsPageOptions{.resource = std::move(resource), .self_metrics = false});
        auto rides = *ctx::CounterFamily::create({.name = "rides_total",
                                                  .help = "Rides\n\"asked\" for \\ in vain.",
                                                  .labels = {"outcome"},
                                                  .dimensions = {ctx::Dimension{"customer"}},
                                                  .exemplars = {.extras = {"session"}}});
        auto cpu =
            *ctx::CounterFamily::create({.name = "cpu_seconds", .help = "CPU.", .unit = "seconds"});
        auto depth = *ctx::GaugeFamily::create({.name = "depth", .help = "", .labels = {"queue"}});
        auto wait = *ctx::HistogramFamily::create({.name = "wait_seconds",
                                                   .help = "Wait.",
                                                   .unit = "seconds",
                                                   .bounds = {0.5, 1, 1000000},
                                                   .labels = {"queue"}});
        for (std::shared_ptr<ctx::MetricSource> source :
             {std::shared_ptr<ctx::MetricSource>(rides), std::shared_ptr<ctx::MetricSource>(cpu),
              std::shared_ptr<ctx::MetricSource>(depth),
              std::shared_ptr<ctx::MetricSource>(wait)}) {
            page->add(std::move(source));
        }
        cpu->with().add(0.25);
        depth->with({"a\\b"}).set(-1.5);
        ctx::Scope scope{sampled(request_with({{"customer", "c\"1\n"}, {"session", "s\\9"}}),
                                 new FakeSpan{true})};
        rides->with({"ok"}).add(3);
        ctx::Histogram histogram = wait->with({"q"});
        for (const double value : {0.5, 0.75, 2e6})
            histogram.observe(value);
        return page;
    }
};

const char* const openmetrics_page =
    R"(# TYPE target info
# HELP target What is the same for all metrics.
target_info{host_name="a\"b",service_name="rides"} 1
# TYPE rides counter
# HELP rides Rides\n\"asked\" for \\ in vain.
rides_total{outcome="ok",customer="c\"1\n"} 3 # {trace_id="4bf92f3577b34da6a3ce929d0e0e4736",span_id="00f067aa0ba902b7",session_id="s\\9"} 3 T
# TYPE cpu_seconds counter
# UNIT cpu_seconds seconds
# HELP cpu_seconds CPU.
cpu_seconds_total 0.25
# TYPE depth gauge
depth{queue="a\\b"} -1.5
# TYPE wait_seconds histogram
# UNIT wait_seconds seconds
# HELP wait_seconds Wait.
wait_seconds_bucket{queue="q",le="0.5"} 1 # {trace_id="4bf92f3577b34da6a3ce929d0e0e4736",span_id="00f067aa0ba902b7"} 0.5 T
wait_seconds_bucket{queue="q",le="1.0"} 2 # {trace_id="4bf92f3577b34da6a3ce929d0e0e4736",span_id="00f067aa0ba902b7"} 0.75 T
wait_seconds_bucket{queue="q",le="1e+06"} 2
wait_seconds_bucket{queue="q",le="+Inf"} 3 # {trace_id="4bf92f3577b34da6a3ce929d0e0e4736",span_id="00f067aa0ba902b7"} 2000000 T
wait_seconds_count{queue="q"} 3
wait_seconds_sum{queue="q"} 2000001.25
# EOF
)";

const char* const text_page =
    R"(# TYPE target_info gauge
# HELP target_info What is the same for all metrics.
target_info{host_name="a\"b",service_name="rides"} 1
# TYPE rides_total counter
# HELP rides_total Rides\n"asked" for \\ in vain.
rides_total{outcome="ok",customer="c\"1\n"} 3
# TYPE cpu_seconds_total counter
# HELP cpu_seconds_total CPU.
cpu_seconds_total 0.25
# TYPE depth gauge
depth{queue="a\\b"} -1.5
# TYPE wait_seconds histogram
# HELP wait_seconds Wait.
wait_seconds_bucket{queue="q",le="0.5"} 1
wait_seconds_bucket{queue="q",le="1.0"} 2
wait_seconds_bucket{queue="q",le="1e+06"} 2
wait_seconds_bucket{queue="q",le="+Inf"} 3
wait_seconds_count{queue="q"} 3
wait_seconds_sum{queue="q"} 2000001.25
)";

TEST_F(Page, is_exactly_this_in_openmetrics) {
    const auto page = golden();
    EXPECT_EQ(without_times(page->render(PageFormat::openmetrics_1_0_0)), openmetrics_page);
    EXPECT_EQ(without_times(page->render(PageFormat::openmetrics_0_0_1)), openmetrics_page);
}

TEST_F(Page, is_exactly_this_in_text_without_exemplars) {
    EXPECT_EQ(golden()->render(PageFormat::text), text_page);
}

TEST_F(Page, answers_what_the_client_accepts) {
    const auto page = golden();
    const ctx::RenderedPage plain = page->render("*/*");
    EXPECT_EQ(plain.content_type, "text/plain; version=0.0.4; charset=utf-8");
    EXPECT_EQ(plain.body, text_page);
    const ctx::RenderedPage open = page->render("application/openmetrics-text;version=1.0.0");
    EXPECT_EQ(open.content_type, "application/openmetrics-text; version=1.0.0; charset=utf-8");
    EXPECT_EQ(without_times(open.body), openmetrics_page);
}

TEST_F(Page, leaves_out_sum_and_count_where_a_bound_is_negative) {
    auto family = *ctx::HistogramFamily::create({.name = "a", .help = "", .bounds = {-1, 1}});
    family->with().observe(-3);
    EXPECT_EQ(render(family, PageFormat::openmetrics_1_0_0),
              "# TYPE a histogram\na_bucket{le=\"-1.0\"} 1\na_bucket{le=\"1.0\"} 1\n"
              "a_bucket{le=\"+Inf\"} 1\n# EOF\n");
    EXPECT_THAT(render(family, PageFormat::text), HasSubstr("a_count 1\na_sum -3\n"));
}

TEST_F(Page, a_label_without_value_is_no_label) {
    auto family = *ctx::CounterFamily::create({.name = "a", .help = "", .labels = {"x", "y"}});
    family->with({"", "1"}).add();
    family->with({"", ""}).add(2);
    EXPECT_EQ(render(family, PageFormat::text),
              "# TYPE a_total counter\na_total{y=\"1\"} 1\na_total 2\n");
}

TEST_F(Page, shows_a_family_once_and_says_what_it_left_out) {
    static std::string heard;
    heard.clear();
    ctx::set_diagnostics_handler(
        [](const ctx::Diagnostic& d) noexcept { heard = std::string(d.message); });
    const auto before = stat("ctx_metrics_families_dropped_total");
    ctx::MetricsPage page{{.self_metrics = false}};
    auto first = *ctx::CounterFamily::create({.name = "a", .help = "first"});
    page.add(first);
    page.add(*ctx::CounterFamily::create({.name = "a_total", .help = "the same name"}));
    page.add(*ctx::GaugeFamily::create({.name = "a_total", .help = "the name of a sample"}));
    page.add(*ctx::GaugeFamily::create({.name = "b", .help = "fine"}));
    EXPECT_EQ(page.render(PageFormat::openmetrics_1_0_0),
              "# TYPE a counter\n# HELP a first\na_total 0\n# TYPE b gauge\n# HELP b fine\nb 0\n"
              "# EOF\n");
    EXPECT_EQ(stat("ctx_metrics_families_dropped_total") - before, 2U);
    // Complaints are limited, and another test's may have been the last one to pass.
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    while (heard.empty() && std::chrono::steady_clock::now() < end)
        static_cast<void>(page.render(PageFormat::text));
    EXPECT_THAT(heard, HasSubstr("family a is not on the page"));
    page.remove(first);
    EXPECT_THAT(page.render(PageFormat::text), HasSubstr("the same name"));
    ctx::set_diagnostics_handler(nullptr);
}

TEST_F(Page, shows_what_ctx_counted_about_itself) {
    auto family = *ctx::CounterFamily::create({.name = "a", .help = ""});
    family->with().add(-1);
    ctx::MetricsPage page;
    const std::string text = page.render(PageFormat::openmetrics_1_0_0);
    EXPECT_THAT(text, HasSubstr("# TYPE ctx_metrics_invalid_observations counter\n"));
    EXPECT_THAT(text, HasSubstr("\nctx_metrics_invalid_observations_total "));
    EXPECT_THAT(text, Not(HasSubstr("ctx_metrics_invalid_observations_total 0\n")));
}

/// Two readings of one counter, as a layer below has them.
class LabelledStats final : public ctx::StatGroup {
public:
    LabelledStats() { publish(); }

private:
    void append_to(std::vector<ctx::StatSample>& samples) const override {
        samples.push_back({"ctx_page_test_total", "Help.", 2, "edge=\"b\""});
        samples.push_back({"ctx_page_test_total", "Help.", 1, "edge=\"a\""});
    }
};

TEST_F(Page, shows_labelled_stats_as_one_family) {
    static const LabelledStats stats;
    const ctx::MetricsPage page{{}};
    EXPECT_THAT(
        page.render(PageFormat::openmetrics_1_0_0),
        HasSubstr("# TYPE ctx_page_test counter\n# HELP ctx_page_test Help.\n"
                  "ctx_page_test_total{edge=\"a\"} 1\nctx_page_test_total{edge=\"b\"} 2\n"));
}

TEST_F(Page, joins_resource_attributes_that_become_one_label) {
    ctx::MetricsPage page{
        {.resource = ctx::Resource{{{"a.b", "1"}, {"a-b", "2"}}}, .self_metrics = false}};
    EXPECT_THAT(page.render(PageFormat::text), HasSubstr("target_info{a_b=\"2;1\"} 1\n"));
}

TEST_F(Page, mends_plain_data_that_would_spoil_the_page) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto before = stat("ctx_metrics_series_dropped_total");
    ctx::PageWriter page{PageFormat::openmetrics_1_0_0};
    ctx::FamilySnapshot counter{.name = "c", .type = ctx::MetricType::counter};
    counter.series.push_back({.labels = {{"x", "\xff"}}, .value = 1});
    counter.series.push_back({.labels = {{"x", "2"}}, .value = nan});
    counter.series.push_back({.labels = {{"x", "3"}}, .value = -1});
    counter.series.push_back({.labels = {{"x-y", "4"}}, .value = 1});
    counter.series.push_back({.labels = {{"x", "5"}, {"x", "6"}}, .value = 1});
    counter.series.push_back({.labels = {{"a", "1"}, {"b", "2"}}, .value = 1, .unix_ms = 1500});
    counter.series.push_back({.labels = {{"b", "2"}, {"a", "1"}}, .value = 2});
    page.family(counter);
    ctx::FamilySnapshot histogram{.name = "h", .type = ctx::MetricType::histogram};
    histogram.series.push_back({.count = 3, .sum = nan, .buckets = {{1, 2}, {1, 2}, {0.5, 1}}});
    histogram.series.push_back({.labels = {{"le", "1"}}});
    page.family(histogram);
    ctx::FamilySnapshot summary{.name = "s", .type = ctx::MetricType::summary};
    summary.series.push_back(
        {.count = 2, .sum = 3, .quantiles = {{0.5, nan}, {0.9, -2}, {1, 2}, {2, 2}}});
    page.family(summary);
    EXPECT_EQ(std::move(page).finish(),
              "# TYPE c counter\n"
              "c_total{x=\"\xEF\xBF\xBD\"} 1\n"
              "c_total{a=\"1\",b=\"2\"} 1 1.500\n"
              "# TYPE h histogram\n"
              "h_bucket{le=\"1.0\"} 2\n"
              "h_bucket{le=\"+Inf\"} 3\n"
              "# TYPE s summary\n"
              "s{quantile=\"0.5\"} NaN\n"
              "s{quantile=\"1.0\"} 2\n"
              "s_count 2\n"
              "s_sum 3\n"
              "# EOF\n");
    EXPECT_EQ(stat("ctx_metrics_series_dropped_total") - before, 6U);
}

TEST_F(Page, leaves_out_what_parsers_refuse_in_exemplars_and_units_of_plain_data) {
    const std::string longest(128 - 1, 'y');
    std::string lines;
    for (const ctx::Exemplar& exemplar : {ctx::Exemplar{{{"a", longest}}, 1, 2000},
                                          {{{"a", longest + "y"}}, 1, 2000},
                                          {{{"a-b", "x"}}, 1, 2000},
                                          {{{"a", "x"}, {"a", "y"}}, 1, 2000}}) {
        ctx::PageWriter page{PageFormat::openmetrics_1_0_0};
        ctx::FamilySnapshot counter{.name = "c", .type = ctx::MetricType::counter};
        counter.series.push_back({.value = 1, .exemplar = exemplar});
        page.family(counter);
        lines += std::move(page).finish();
    }
    const std::string bare = "# TYPE c counter\nc_total 1\n# EOF\n";
    EXPECT_EQ(lines, "# TYPE c counter\nc_total 1 # {a=\"" + longest + "\"} 1 2.000\n# EOF\n" +
                         bare + bare + bare);

    ctx::PageWriter page{PageFormat::openmetrics_1_0_0};
    page.family({.name = "b_seconds", .type = ctx::MetricType::info, .unit = "seconds"});
    EXPECT_EQ(std::move(page).finish(), "# TYPE b_seconds info\n# EOF\n");
}

TEST_F(Page, never_writes_an_exemplar_beyond_its_bucket) {
    ctx::PageWriter page{PageFormat::openmetrics_1_0_0};
    const ctx::Exemplar exemplar{{{"trace_id", "t"}}, 1.5, 2000};
    ctx::FamilySnapshot histogram{.name = "h", .type = ctx::MetricType::histogram};
    histogram.series.push_back(
        {.count = 1, .sum = 1.5, .buckets = {{1, 0, exemplar}, {2, 1, exemplar}}});
    page.family(histogram);
    EXPECT_EQ(std::move(page).finish(),
              "# TYPE h histogram\n"
              "h_bucket{le=\"1.0\"} 0\n"
              "h_bucket{le=\"2.0\"} 1 # {trace_id=\"t\"} 1.5 2.000\n"
              "h_bucket{le=\"+Inf\"} 1\n"
              "h_count 1\nh_sum 1.5\n# EOF\n");
}

}  // namespace
