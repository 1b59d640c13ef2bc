#include "metrics/protobuf_reader.hpp"
#include "metrics/requests.hpp"
#include <ctx/metrics/page.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace {

using ctx::FamilySnapshot;
using ctx::MetricType;
using ctx::PageFormat;
using ctx::test::FakeSpan;
using ctx::test::ProtobufMessage;
using ctx::test::request_with;
using ctx::test::sampled;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

/// Families as they are given.
class PlainSource final : public ctx::MetricSource {
public:
    explicit PlainSource(std::vector<FamilySnapshot> families) : families_(std::move(families)) {}
    void write(ctx::PageWriter& /*page*/) const override {}
    [[nodiscard]] std::vector<FamilySnapshot> read() const override { return families_; }

private:
    std::vector<FamilySnapshot> families_;
};

/// The page keeps its bytes, which the messages point into.
struct Rendered {
    explicit Rendered(const ctx::MetricsPage& page)
        : bytes(page.render(PageFormat::protobuf)), families(ProtobufMessage::stream(bytes)) {}

    std::string bytes;
    std::vector<ProtobufMessage> families;
};

class ProtobufPage : public testing::Test {
protected:
    ProtobufPage() { ctx::test::publish_test_fields(); }

    Rendered render(std::shared_ptr<const ctx::MetricSource> source) {
        page_.add(std::move(source));
        return Rendered{page_};
    }
    Rendered render(std::vector<FamilySnapshot> families) {
        return render(std::make_shared<PlainSource>(std::move(families)));
    }

private:
    ctx::MetricsPage page_{{.self_metrics = false}};
};

std::vector<std::pair<std::string, std::string>> labels_of(const ProtobufMessage& message) {
    std::vector<std::pair<std::string, std::string>> labels;
    for (const ProtobufMessage& pair : message.messages(1))
        labels.emplace_back(pair.text(1), pair.text(2));
    return labels;
}

void expect_known_exemplar(const ProtobufMessage& exemplar, double value) {
    EXPECT_THAT(labels_of(exemplar),
                ElementsAre(Pair("trace_id", "4bf92f3577b34da6a3ce929d0e0e4736"),
                            Pair("span_id", "00f067aa0ba902b7")));
    EXPECT_EQ(exemplar.real(2), value);
    EXPECT_GT(exemplar.message(3).number(1), 1'700'000'000U);
    EXPECT_LT(exemplar.message(3).number(2), 1'000'000'000U);
}

TEST_F(ProtobufPage, shows_a_counter_with_its_exemplar) {
    auto rides = *ctx::CounterFamily::create({.name = "rides",
                                              .help = "a\nb",
                                              .labels = {"outcome"},
                                              .dimensions = {ctx::Dimension{"customer"}},
                                              .exemplars = {}});
    ctx::Scope scope{sampled(request_with({{"customer", "c\xC3\xA9"}}), new FakeSpan{true})};
    rides->with({"ok"}).add(3);
    const Rendered page = render(rides);
    ASSERT_EQ(page.families.size(), 1U);
    const ProtobufMessage& family = page.families[0];
    EXPECT_EQ(family.text(1), "rides_total");
    EXPECT_EQ(family.text(2), "a\nb");
    EXPECT_EQ(family.number(3), 0U);
    ASSERT_EQ(family.count(4), 1U);
    const ProtobufMessage metric = family.message(4);
    EXPECT_THAT(labels_of(metric),
                ElementsAre(Pair("outcome", "ok"), Pair("customer", "c\xC3\xA9")));
    const ProtobufMessage counter = metric.message(3);
    EXPECT_EQ(counter.real(1), 3);
    expect_known_exemplar(counter.message(2), 3);
}

TEST_F(ProtobufPage, shows_classic_buckets_with_an_exemplar_each) {
    auto wait = *ctx::HistogramFamily::create(
        {.name = "wait_seconds", .help = "", .unit = "seconds", .bounds = {0.5, 1}});
    ctx::Scope scope{sampled(request_with({}), new FakeSpan{true})};
    for (const double value : {0.5, 0.75, 2.0})
        wait->with().observe(value);
    const Rendered page = render(wait);
    EXPECT_EQ(page.families.at(0).number(3), 4U);
    EXPECT_EQ(page.families[0].text(5), "seconds");
    const ProtobufMessage histogram = page.families[0].message(4).message(7);
    EXPECT_EQ(histogram.number(1), 3U);
    EXPECT_EQ(histogram.real(2), 3.25);
    const auto buckets = histogram.messages(3);
    ASSERT_EQ(buckets.size(), 3U);
    std::vector<std::pair<std::uint64_t, double>> seen;
    for (const ProtobufMessage& bucket : buckets)
        seen.emplace_back(bucket.number(1), bucket.real(2));
    EXPECT_THAT(seen, ElementsAre(Pair(1U, 0.5), Pair(2U, 1),
                                  Pair(3U, std::numeric_limits<double>::infinity())));
    expect_known_exemplar(buckets[2].message(3), 2);
    EXPECT_EQ(histogram.count(5), 0U) << "no native histogram was declared";
    EXPECT_EQ(histogram.count(16), 0U);
}

TEST_F(ProtobufPage, shows_native_buckets_as_spans_and_deltas) {
    ctx::SeriesSnapshot series{.count = 99, .sum = 5, .buckets = {{1, 99}}};
    series.native = ctx::NativeHistogramSnapshot{
        .schema = -1,
        .zero_threshold = 0.25,
        .zero_count = 2,
        .positive = {.first = -2, .counts = {0, 3, 0, 0, 5, 0, 0, 0, 1}},
        .negative = {.first = 7, .counts = {4}}};
    const Rendered page =
        render({FamilySnapshot{.name = "n", .type = MetricType::histogram, .series = {series}}});
    const ProtobufMessage histogram = page.families.at(0).message(4).message(7);
    EXPECT_EQ(histogram.number(1), 2U + 3 + 5 + 1 + 4) << "the sum of the buckets";
    EXPECT_EQ(histogram.message(3).number(1), 15U) << "never more than all";
    EXPECT_EQ(histogram.zigzag(5), -1);
    EXPECT_EQ(histogram.real(6), 0.25);
    EXPECT_EQ(histogram.number(7), 2U);
    ASSERT_EQ(histogram.count(9), 1U);
    EXPECT_EQ(histogram.message(9).zigzag(1), 7);
    EXPECT_EQ(histogram.message(9).number(2), 1U);
    EXPECT_THAT(histogram.packed(10), ElementsAre(4));
    // Two zeros are bridged, three begin a new span.
    ASSERT_EQ(histogram.count(12), 2U);
    EXPECT_EQ(histogram.message(12, 0).zigzag(1), -1);
    EXPECT_EQ(histogram.message(12, 0).number(2), 4U);
    EXPECT_EQ(histogram.message(12, 1).zigzag(1), 3);
    EXPECT_EQ(histogram.message(12, 1).number(2), 1U);
    EXPECT_THAT(histogram.packed(13), ElementsAre(3, -3, 0, 5, -4));
}

TEST_F(ProtobufPage, an_empty_native_histogram_can_be_told_from_a_classic_one) {
    auto empty = *ctx::HistogramFamily::create(
        {.name = "e", .help = "", .bounds = {}, .native = ctx::NativeHistogramOptions{}});
    const Rendered page = render(empty);
    const ProtobufMessage histogram = page.families.at(0).message(4).message(7);
    EXPECT_EQ(histogram.number(1), 0U);
    ASSERT_EQ(histogram.count(12), 1U);
    EXPECT_EQ(histogram.message(12).number(2), 0U);
    EXPECT_EQ(histogram.count(13), 0U);
}

TEST_F(ProtobufPage, lists_a_native_histograms_exemplars_by_time) {
    const auto at = [](std::int64_t ms, double value) {
        return ctx::Exemplar{{{"trace_id", "t"}}, value, ms};
    };
    ctx::SeriesSnapshot series{.buckets = {{1, 1, at(3500, 1)}, {2, 2, at(2000, 2)}}};
    series.native.emplace();
    const Rendered page =
        render({FamilySnapshot{.name = "n", .type = MetricType::histogram, .series = {series}}});
    const ProtobufMessage histogram = page.families.at(0).message(4).message(7);
    ASSERT_EQ(histogram.count(16), 2U);
    EXPECT_EQ(histogram.message(16, 0).message(3).number(1), 2U);
    EXPECT_EQ(histogram.message(16, 1).message(3).number(1), 3U);
    EXPECT_EQ(histogram.message(16, 1).message(3).number(2), 500'000'000U);
}

TEST_F(ProtobufPage, shows_every_other_type_under_its_text_name) {
    const Rendered page = render(
        {{.name = "g", .type = MetricType::gauge, .series = {{.value = -1.5, .unix_ms = 7000}}},
         {.name = "u", .type = MetricType::unknown, .series = {{.value = 2}}},
         {.name = "build",
          .type = MetricType::info,
          .series = {{.labels = {{"version", "1"}, {"empty", ""}}, .value = 1}}},
         {.name = "s",
          .type = MetricType::summary,
          .series = {{.count = 3, .sum = 6, .quantiles = {{0.5, 2}, {7, 1}}}}}});
    ASSERT_EQ(page.families.size(), 4U);
    const ProtobufMessage gauge = page.families[0].message(4);
    EXPECT_EQ(page.families[0].number(3), 1U);
    EXPECT_EQ(gauge.message(2).real(1), -1.5);
    EXPECT_EQ(gauge.number(6), 7000U);
    EXPECT_EQ(page.families[1].number(3), 3U);
    EXPECT_EQ(page.families[1].message(4).message(5).real(1), 2);
    EXPECT_EQ(page.families[2].text(1), "build_info");
    EXPECT_THAT(labels_of(page.families[2].message(4)), ElementsAre(Pair("version", "1")));
    const ProtobufMessage summary = page.families[3].message(4).message(4);
    EXPECT_EQ(page.families[3].number(3), 2U);
    EXPECT_EQ(summary.number(1), 3U);
    EXPECT_EQ(summary.real(2), 6);
    ASSERT_EQ(summary.count(3), 1U);
    EXPECT_EQ(summary.message(3).real(2), 2);
}

TEST_F(ProtobufPage, leaves_out_what_would_spoil_it) {
    const ctx::Exemplar too_long{{{"a", std::string(128, 'y')}}, 1, 2000};
    const Rendered page =
        render({{.name = "c",
                 .type = MetricType::counter,
                 .series = {{.labels = {{"x", "\xff"}}, .value = 1, .exemplar = too_long},
                            {.labels = {{"x-y", "2"}}, .value = 1},
                            {.labels = {{"x", "\xff"}}, .value = 2},
                            {.value = -1}}},
                {.name = "c", .type = MetricType::gauge},
                {.name = "9", .type = MetricType::gauge}});
    ASSERT_EQ(page.families.size(), 1U);
    ASSERT_EQ(page.families[0].count(4), 1U);
    const ProtobufMessage metric = page.families[0].message(4);
    EXPECT_THAT(labels_of(metric), ElementsAre(Pair("x", "\xEF\xBF\xBD")));
    EXPECT_EQ(metric.message(3).count(2), 0U);
}

TEST_F(ProtobufPage, is_what_a_scraper_with_native_histograms_gets) {
    ctx::MetricsPage page{{.resource = ctx::Resource{{{"service.name", "s"}}}}};
    const ctx::RenderedPage answer = page.render(
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
        "encoding=delimited,text/plain;q=0.5");
    EXPECT_EQ(answer.content_type, ctx::content_type(PageFormat::protobuf));
    const auto families = ProtobufMessage::stream(answer.body);
    ASSERT_GT(families.size(), 10U) << "the resource and what ctx counts about itself";
    EXPECT_EQ(families[0].text(1), "target_info");
    EXPECT_THAT(labels_of(families[0].message(4)), ElementsAre(Pair("service_name", "s")));
    std::vector<std::string> names;
    for (const ProtobufMessage& family : families)
        names.push_back(family.text(1));
    EXPECT_THAT(names, testing::Contains("ctx_metrics_invalid_observations_total"));
}

}  // namespace
