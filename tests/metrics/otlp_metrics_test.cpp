#include "metrics/requests.hpp"
#include <ctx/metrics/counter.hpp>
#include <ctx/metrics/gauge.hpp>
#include <ctx/metrics/histogram.hpp>
#include <ctx/metrics/otlp_metrics.hpp>
#include <ctx/version.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace {

using ctx::Exemplar;
using ctx::FamilySnapshot;
using ctx::MetricType;
using ctx::SeriesSnapshot;
using nlohmann::json;

constexpr double infinity = std::numeric_limits<double>::infinity();

ctx::WallTime at(std::int64_t unix_ns) {
    return ctx::WallTime{std::chrono::nanoseconds{unix_ns}};
}

const ctx::OtlpMetricsTimes times{at(1'700'000'000'000'000'001), at(1'700'000'060'123'456'789)};

Exemplar exemplar(double value) {
    return {{{"trace_id", "4bf92f3577b34da6a3ce929d0e0e4736"}, {"span_id", "00f067aa0ba902b7"}},
            value,
            1'700'000'050'250};
}

std::string written(const std::vector<FamilySnapshot>& families) {
    std::string out;
    ctx::append_otlp_json(out, families, ctx::Resource{{{"service.name", "rides"}}}, times);
    return out;
}

json metrics(const std::vector<FamilySnapshot>& families) {
    return json::parse(written(families))
        .at("resourceMetrics")
        .at(0)
        .at("scopeMetrics")
        .at(0)
        .at("metrics");
}

/// The only point of the only metric.
json point(const FamilySnapshot& family, const char* kind) {
    const json all = metrics({family});
    EXPECT_EQ(all.size(), 1U);
    EXPECT_EQ(all.at(0).at(kind).at("dataPoints").size(), 1U);
    return all.at(0).at(kind).at("dataPoints").at(0);
}

SeriesSnapshot histogram_series() {
    SeriesSnapshot series;
    series.count = 6;
    series.sum = 12.5;
    series.buckets = {
        {0.5, 1, exemplar(0.25)}, {1, 3, {}}, {10, 3, {}}, {infinity, 6, exemplar(99)}};
    return series;
}

TEST(OtlpMetrics, of_a_counter_are_byte_for_byte_this) {
    SeriesSnapshot series;
    series.labels = {{"outcome", "ok"}, {"customer", "a\"b"}};
    series.value = 3;
    series.exemplar = exemplar(1);
    series.exemplar->labels.emplace_back("session_id", "s9");
    FamilySnapshot family{"cpu_seconds", MetricType::counter, "seconds", "CPU.", {series}};
    EXPECT_EQ(written({family}),
              R"({"resourceMetrics":[{"resource":{"attributes":[)"
              R"({"key":"service.name","value":{"stringValue":"rides"}}]},)"
              R"("scopeMetrics":[{"scope":{"name":"ctx","version":")" CTX_VERSION_STRING R"("},)"
              R"("metrics":[{"name":"cpu_seconds","description":"CPU.","unit":"s",)"
              R"("sum":{"dataPoints":[{"attributes":[)"
              R"({"key":"outcome","value":{"stringValue":"ok"}},)"
              R"({"key":"customer","value":{"stringValue":"a\"b"}}],)"
              R"("startTimeUnixNano":"1700000000000000001","timeUnixNano":"1700000060123456789",)"
              R"("asDouble":3,"exemplars":[{"timeUnixNano":"1700000050250000000","asDouble":1,)"
              R"("traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7",)"
              R"("filteredAttributes":[{"key":"session_id","value":{"stringValue":"s9"}}]}]}],)"
              R"("aggregationTemporality":2,"isMonotonic":true}}]}]}]})");
}

TEST(OtlpMetrics, of_a_histogram_count_each_bucket_for_itself) {
    const json found =
        point({"wait", MetricType::histogram, "", "", {histogram_series()}}, "histogram");
    EXPECT_EQ(found, json::parse(R"({
        "startTimeUnixNano": "1700000000000000001", "timeUnixNano": "1700000060123456789",
        "count": "6", "sum": 12.5,
        "bucketCounts": ["1", "2", "0", "3"], "explicitBounds": [0.5, 1, 10],
        "exemplars": [
          {"timeUnixNano": "1700000050250000000", "asDouble": 0.25,
           "traceId": "4bf92f3577b34da6a3ce929d0e0e4736", "spanId": "00f067aa0ba902b7"},
          {"timeUnixNano": "1700000050250000000", "asDouble": 99,
           "traceId": "4bf92f3577b34da6a3ce929d0e0e4736", "spanId": "00f067aa0ba902b7"}]})"));
    const json all = metrics({{"wait", MetricType::histogram, "", "", {histogram_series()}}});
    EXPECT_EQ(all[0]["histogram"]["aggregationTemporality"], 2);
}

TEST(OtlpMetrics, of_histograms_of_others_are_mended) {
    SeriesSnapshot series;
    series.count = 5;
    series.buckets = {{1, 2, {}}, {1, 9, {}}, {0.5, 9, {}}, {2, 1, {}}};  // and no +Inf
    json found = point({"h", MetricType::histogram, "", "", {series}}, "histogram");
    EXPECT_EQ(found["explicitBounds"], json::parse("[1, 2]"));
    EXPECT_EQ(found["bucketCounts"], json::parse(R"(["2", "0", "3"])"));
    EXPECT_EQ(found["count"], "5");

    series.buckets.clear();
    found = point({"h", MetricType::histogram, "", "", {series}}, "histogram");
    EXPECT_EQ(found["explicitBounds"], json::array());
    EXPECT_EQ(found["bucketCounts"], json::parse(R"(["5"])"));
}

TEST(OtlpMetrics, have_no_sum_where_values_may_be_negative) {
    SeriesSnapshot series = histogram_series();
    series.buckets.front().upper_bound = -1;
    EXPECT_FALSE(
        point({"h", MetricType::histogram, "", "", {series}}, "histogram").contains("sum"));
    series = histogram_series();
    series.sum = std::nan("");
    EXPECT_FALSE(
        point({"h", MetricType::histogram, "", "", {series}}, "histogram").contains("sum"));
}

TEST(OtlpMetrics, of_native_buckets_are_exponential_histograms) {
    SeriesSnapshot series = histogram_series();
    series.native = ctx::NativeHistogramSnapshot{
        .schema = 3, .zero_threshold = 1e-9, .zero_count = 1, .positive = {-2, {1, 0, 4}}};
    const json found =
        point({"wait", MetricType::histogram, "", "", {series}}, "exponentialHistogram");
    EXPECT_EQ(found["scale"], 3);
    EXPECT_EQ(found["count"], "6");
    EXPECT_EQ(found["sum"], 12.5);
    EXPECT_EQ(found["zeroCount"], "1");
    EXPECT_EQ(found["zeroThreshold"], 1e-9);
    // Our bucket -2 is (2^(-3/8), 2^(-2/8)], which OTLP numbers by its lower bound.
    EXPECT_EQ(found["positive"], json::parse(R"({"offset": -3, "bucketCounts": ["1", "0", "4"]})"));
    EXPECT_FALSE(found.contains("negative"));
    EXPECT_EQ(found["exemplars"].size(), 2U);
    EXPECT_FALSE(found.contains("bucketCounts"));

    series.native->negative = {1, {2}};
    const json both =
        point({"wait", MetricType::histogram, "", "", {series}}, "exponentialHistogram");
    EXPECT_EQ(both["negative"], json::parse(R"({"offset": 0, "bucketCounts": ["2"]})"));
    EXPECT_FALSE(both.contains("sum"));

    // One kind per metric: explicit buckets are what all series have.
    const json mixed =
        metrics({{"wait", MetricType::histogram, "", "", {series, histogram_series()}}});
    EXPECT_EQ(mixed[0]["histogram"]["dataPoints"].size(), 2U);
}

TEST(OtlpMetrics, of_other_types_are_gauges_and_summaries) {
    SeriesSnapshot value;
    value.value = -0.5;
    value.unix_ms = 1'600'000'000'001;
    for (const MetricType type : {MetricType::gauge, MetricType::unknown}) {
        const json found = point({"depth", type, "", "", {value}}, "gauge");
        EXPECT_EQ(found, json::parse(R"({"timeUnixNano": "1600000000001000000",
                                         "asDouble": -0.5})"));
    }
    SeriesSnapshot one;
    one.labels = {{"version", "1"}};
    one.value = 1;
    const json info = metrics({{"build", MetricType::info, "", "", {one}},
                               {"target", MetricType::info, "", "", {one}},
                               {"empty", MetricType::gauge, "", "", {}}});
    ASSERT_EQ(info.size(), 1U);
    EXPECT_EQ(info[0]["name"], "build_info");
    EXPECT_EQ(info[0]["gauge"]["dataPoints"][0]["asDouble"], 1);

    SeriesSnapshot summary;
    summary.count = 3;
    summary.sum = 7;
    summary.quantiles = {{0.5, 2}, {0.99, std::nan("")}};
    EXPECT_EQ(point({"s", MetricType::summary, "", "", {summary}}, "summary"), json::parse(R"({
        "startTimeUnixNano": "1700000000000000001", "timeUnixNano": "1700000060123456789",
        "count": "3", "sum": 7,
        "quantileValues": [{"quantile": 0.5, "value": 2}, {"quantile": 0.99, "value": "NaN"}]})"));
}

TEST(OtlpMetrics, numbers_follow_proto3) {
    SeriesSnapshot series;
    for (const auto& [value, expected] :
         std::vector<std::pair<double, json>>{{std::nan(""), "NaN"},
                                              {infinity, "Infinity"},
                                              {-infinity, "-Infinity"},
                                              {1e300, 1e300},
                                              {0.1 + 0.2, 0.1 + 0.2}}) {
        series.value = value;
        EXPECT_EQ(point({"g", MetricType::gauge, "", "", {series}}, "gauge")["asDouble"], expected);
    }
    SeriesSnapshot large = histogram_series();
    large.buckets = {{infinity, std::numeric_limits<std::uint64_t>::max(), {}}};
    EXPECT_EQ(point({"h", MetricType::histogram, "", "", {large}}, "histogram")["count"],
              "18446744073709551615");
}

TEST(OtlpMetrics, ids_that_are_none_stay_labels) {
    SeriesSnapshot series;
    series.exemplar = Exemplar{{{"trace_id", "xyz"}, {"span_id", "00f067aa0ba902b7"}}, 1, 1000};
    const json found =
        point({"c", MetricType::counter, "", "", {series}}, "sum").at("exemplars").at(0);
    EXPECT_FALSE(found.contains("traceId"));
    EXPECT_EQ(found["spanId"], "00f067aa0ba902b7");
    EXPECT_EQ(found["filteredAttributes"][0]["key"], "trace_id");
}

TEST(OtlpMetrics, any_text_becomes_one_line_of_valid_json) {
    std::string all_bytes;
    for (int c = 0; c < 256; ++c)
        all_bytes += static_cast<char>(c);
    SeriesSnapshot series;
    series.labels = {{all_bytes, all_bytes}};
    series.exemplar = Exemplar{{{all_bytes, all_bytes}}, 1, 1000};
    const std::string text =
        written({{all_bytes, MetricType::counter, all_bytes, all_bytes, {series}}});
    EXPECT_EQ(text.find('\n'), std::string::npos);
    const json parsed = json::parse(text)["resourceMetrics"][0]["scopeMetrics"][0]["metrics"][0];
    for (const char* key : {"name", "description", "unit"})
        EXPECT_EQ(parsed[key].get<std::string>().substr(0, 128), all_bytes.substr(0, 128)) << key;
}

TEST(OtlpMetrics, of_several_families_of_one_name_are_the_first) {
    FamilySnapshot first{.name = "rides", .type = MetricType::counter};
    first.series.push_back({.value = 1});
    FamilySnapshot second{.name = "rides", .type = MetricType::gauge};
    second.series.push_back({.value = 2});
    const json all = metrics({first, second});
    ASSERT_EQ(all.size(), 1U);
    EXPECT_TRUE(all[0].contains("sum"));
}

TEST(OtlpMetrics, of_nothing_are_an_empty_list) {
    EXPECT_EQ(metrics({}), json::array());
}

TEST(OtlpMetrics, of_a_page_are_all_that_is_on_it) {
    auto rides = *ctx::CounterFamily::create(
        {.name = "rides", .help = "Rides.", .labels = {"outcome"}, .exemplars = {.extras = {}}});
    auto wait = *ctx::HistogramFamily::create(
        {.name = "wait_seconds", .help = "", .unit = "seconds", .bounds = {1}});
    ctx::MetricsPage page{{.resource = ctx::Resource{{{"service.name", "live"}}}}};
    page.add(rides);
    page.add(wait);
    {
        const ctx::Scope scope{ctx::test::sampled(ctx::Context{}, new ctx::test::FakeSpan{true})};
        rides->with({"ok"}).add(2);
        wait->with().observe(0.5);
    }
    std::string out;
    ctx::append_otlp_json(out, page);
    const json resource = json::parse(out).at("resourceMetrics").at(0);
    EXPECT_EQ(resource["resource"]["attributes"][0]["value"]["stringValue"], "live");
    const json& found = resource["scopeMetrics"][0]["metrics"];
    ASSERT_GT(found.size(), 2U);
    EXPECT_EQ(found[0]["name"], "rides");
    const json& ride = found[0]["sum"]["dataPoints"][0];
    EXPECT_EQ(ride["asDouble"], 2);
    EXPECT_EQ(ride["exemplars"][0]["traceId"], "4bf92f3577b34da6a3ce929d0e0e4736");
    EXPECT_LE(std::stoll(ride["startTimeUnixNano"].get<std::string>()),
              std::stoll(ride["timeUnixNano"].get<std::string>()));
    EXPECT_EQ(found[1]["unit"], "s");
    EXPECT_EQ(found[1]["histogram"]["dataPoints"][0]["exemplars"].size(), 1U);
    bool self = false;
    for (const json& metric : found)
        self |= metric["name"] == "ctx_metrics_families_dropped" && metric.contains("sum");
    EXPECT_TRUE(self);
}

}  // namespace
