// What makes Prometheus refuse a page, store nothing, or store too much: each row tries to get it
// onto a page as plain data, and the page is a good one all the same.

#include "metrics/openmetrics_checker.hpp"
#include <ctx/metrics/page.hpp>
#include <ctx/metrics/page_writer.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <ostream>
#include <string>
#include <vector>

namespace {

using ctx::Exemplar;
using ctx::FamilySnapshot;
using ctx::MetricType;
using ctx::PageFormat;
using ctx::test::OpenMetricsChecker;
using testing::HasSubstr;
using testing::Not;

const double nan_value = std::numeric_limits<double>::quiet_NaN();
const double infinity = std::numeric_limits<double>::infinity();
const Exemplar good{{{"trace_id", "t"}}, 0.5, 1'700'000'000'500};

Exemplar of_code_points(std::size_t count, const char* character = "y") {
    std::string value;
    for (std::size_t i = 1; i < count; ++i)
        value += character;
    return Exemplar{{{"a", value}}, 0.5, 1'700'000'000'500};
}

struct Row {
    const char* name;
    std::vector<FamilySnapshot> families;
    std::string wanted = {};    // on the OpenMetrics page
    std::string unwanted = {};  // on neither page

    friend std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.name; }
};

std::string row_name(const testing::TestParamInfo<Row>& row) {
    return row.param.name;
}

std::string render(const Row& row, PageFormat format) {
    ctx::PageWriter page{format};
    for (const FamilySnapshot& family : row.families)
        page.family(family);
    return std::move(page).finish();
}

class NeverOnAPage : public testing::TestWithParam<Row> {};

TEST_P(NeverOnAPage, the_page_is_good) {
    const std::string page = render(GetParam(), PageFormat::openmetrics_1_0_0);
    EXPECT_EQ(OpenMetricsChecker{}.check(page), "") << page;
    EXPECT_THAT(page, HasSubstr(GetParam().wanted));
    const std::string text = render(GetParam(), PageFormat::text);
    EXPECT_THAT(text, Not(HasSubstr(" # {"))) << "an exemplar in the text format";
    EXPECT_THAT(text, Not(HasSubstr("# EOF")));
    if (GetParam().unwanted.empty()) return;
    EXPECT_THAT(page, Not(HasSubstr(GetParam().unwanted)));
    EXPECT_THAT(text, Not(HasSubstr(GetParam().unwanted)));
}

FamilySnapshot counter(Exemplar exemplar) {
    return {
        .name = "c", .type = MetricType::counter, .series = {{.value = 1, .exemplar = exemplar}}};
}

INSTANTIATE_TEST_SUITE_P(
    Exemplars, NeverOnAPage,
    testing::Values(
        Row{"on_a_counter", {counter(good)}, "c_total 1 # {trace_id=\"t\"} 0.5 1700000000.500\n"},
        Row{"on_a_bucket",
            {{.name = "h",
              .type = MetricType::histogram,
              .series = {{.count = 1, .sum = 1, .buckets = {{1, 1, good}}}}}},
            "h_bucket{le=\"1.0\"} 1 # {trace_id=\"t\"} 0.5 1700000000.500\n"},
        Row{"on_a_gauge",
            {{.name = "g", .type = MetricType::gauge, .series = {{.value = 1, .exemplar = good}}}},
            "g 1\n",
            "trace_id"},
        Row{"on_an_unknown",
            {{.name = "u", .series = {{.value = 1, .exemplar = good}}}},
            "u 1\n",
            "trace_id"},
        Row{"on_an_info",
            {{.name = "i",
              .type = MetricType::info,
              .series = {{.labels = {{"v", "1"}}, .value = 1, .exemplar = good}}}},
            "i_info{v=\"1\"} 1\n",
            "trace_id"},
        Row{"on_count_sum_and_quantile_of_a_summary",
            {{.name = "s",
              .type = MetricType::summary,
              .series = {{.count = 1, .sum = 1, .exemplar = good, .quantiles = {{0.5, 1}}}}}},
            "s_count 1\n",
            "trace_id"},
        Row{"on_count_of_a_histogram",
            {{.name = "h",
              .type = MetricType::histogram,
              .series = {{.count = 1, .sum = 1, .exemplar = good, .buckets = {{1, 1}}}}}},
            "h_count 1\n",
            "trace_id"},
        Row{"beyond_its_bucket",
            {{.name = "h",
              .type = MetricType::histogram,
              .series = {{.count = 1, .sum = 1, .buckets = {{0.25, 1, good}}}}}},
            "h_bucket{le=\"0.25\"} 1\n",
            "trace_id"},
        Row{"of_128_code_points", {counter(of_code_points(128))}, "} 0.5 1700000000.500\n"},
        Row{"of_128_code_points_of_four_bytes",
            {counter(of_code_points(128, "\xF0\x9F\x9A\x95"))},
            "} 0.5 1700000000.500\n"},
        Row{"of_129_code_points", {counter(of_code_points(129))}, "c_total 1\n", "yyy"},
        Row{"with_a_label_twice",
            {counter({{{"a", "1"}, {"a", "2"}}, 0.5, 1'700'000'000'500})},
            "c_total 1\n",
            "a=\"1\""},
        Row{"with_invalid_utf8",
            {counter({{{"a", "\xC3("}}, 0.5, 1'700'000'000'500})},
            "a=\"\xEF\xBF\xBD(\"",
            "\xC3("},
        Row{"without_labels", {counter({{}, 0.5, 1'700'000'000'500})}, "c_total 1 # {} 0.5"}),
    row_name);

INSTANTIATE_TEST_SUITE_P(
    Values, NeverOnAPage,
    testing::Values(
        Row{"nan_is_spelled_NaN",
            {{.name = "g", .type = MetricType::gauge, .series = {{.value = nan_value}}}},
            "g NaN\n",
            "nan"},
        Row{"infinities",
            {{.name = "g", .series = {{.value = infinity}}},
             {.name = "l", .series = {{.value = -infinity}}}},
            "l -Inf\n"},
        Row{"a_sum_that_is_nan",
            {{.name = "h",
              .type = MetricType::histogram,
              .series = {{.count = 1, .sum = nan_value, .buckets = {{1, 1}}}}}},
            "h_bucket{le=\"+Inf\"} 1\n# EOF"},
        Row{"a_counter_that_is_nan_or_negative",
            {{.name = "c",
              .type = MetricType::counter,
              .series = {{.labels = {{"x", "1"}}, .value = nan_value},
                         {.labels = {{"x", "2"}}, .value = -1}}}},
            "# TYPE c counter\n# EOF\n"},
        Row{"bounds_out_of_order_twice_or_without_infinity",
            {{.name = "h",
              .type = MetricType::histogram,
              .series = {{.count = 3, .sum = 1, .buckets = {{2, 2}, {1, 1}, {2, 2}}}}}},
            "h_bucket{le=\"2.0\"} 2\nh_bucket{le=\"+Inf\"} 3\n",
            "le=\"1.0\""},
        Row{"buckets_that_fall",
            {{.name = "h",
              .type = MetricType::histogram,
              .series = {{.count = 3, .sum = 1, .buckets = {{1, 3}, {2, 1}}}}}},
            "h_bucket{le=\"2.0\"} 3\nh_bucket{le=\"+Inf\"} 3\n"},
        Row{"a_time_in_seconds",
            {{.name = "g", .series = {{.value = 1, .unix_ms = 1'700'000'000'500}}}},
            "g 1 1700000000.500\n"}),
    row_name);

INSTANTIATE_TEST_SUITE_P(
    Texts, NeverOnAPage,
    testing::Values(
        Row{"invalid_utf8_in_a_label",
            {{.name = "g", .series = {{.labels = {{"x", "\xff\xfe"}}, .value = 1}}}},
            "g{x=\"\xEF\xBF\xBD\xEF\xBF\xBD\"} 1\n"},
        Row{"quotes_backslashes_and_line_feeds",
            {{.name = "g",
              .help = "a\n\"b\"\\",
              .series = {{.labels = {{"x", "\"\\\n"}}, .value = 1}}}},
            "# HELP g a\\n\\\"b\\\"\\\\\ng{x=\"\\\"\\\\\\n\"} 1\n"},
        Row{"nul_and_8000_characters",
            {{.name = "g",
              .series = {{.labels = {{"x", std::string(1, '\0') + std::string(8000, 'y')}},
                          .value = 1}}}},
            "yyy\"} 1\n"},
        Row{"a_label_called_le_on_a_histogram",
            {{.name = "h",
              .type = MetricType::histogram,
              .series = {{.labels = {{"le", "mine"}}, .count = 1, .sum = 1}}}},
            "# TYPE h histogram\n# EOF",
            "mine"},
        Row{"a_label_called_quantile_on_a_summary",
            {{.name = "s",
              .type = MetricType::summary,
              .series = {{.labels = {{"quantile", "mine"}}, .count = 1, .sum = 1}}}},
            "# TYPE s summary\n# EOF",
            "mine"},
        Row{"labels_that_are_no_names",
            {{.name = "g",
              .series = {{.labels = {{"a-b", "1"}}, .value = 1},
                         {.labels = {{"__name__", "1"}}, .value = 1},
                         {.labels = {{"", "1"}}, .value = 1}}}},
            "# TYPE g unknown\n# EOF"},
        Row{"a_label_without_value",
            {{.name = "g", .series = {{.labels = {{"x", ""}}, .value = 1}}}},
            "g 1\n",
            "x="}),
    row_name);

INSTANTIATE_TEST_SUITE_P(
    Families, NeverOnAPage,
    testing::Values(
        Row{"a_family_twice",
            {{.name = "g", .series = {{.value = 1}}}, {.name = "g", .series = {{.value = 2}}}},
            "g 1\n",
            "g 2"},
        Row{"a_name_that_is_anothers_sample",
            {{.name = "c", .type = MetricType::counter, .series = {{.value = 1}}},
             {.name = "c_total", .series = {{.value = 2}}},
             {.name = "c_created", .series = {{.value = 3}}}},
            "c_total 1\n",
            "c_created"},
        Row{"a_series_twice_in_another_order",
            {{.name = "g",
              .series = {{.labels = {{"a", "1"}, {"b", "2"}}, .value = 1},
                         {.labels = {{"b", "2"}, {"a", "1"}}, .value = 2}}}},
            "g{a=\"1\",b=\"2\"} 1\n",
            "} 2"},
        Row{"a_unit_that_is_no_suffix",
            {{.name = "g", .type = MetricType::gauge, .unit = "bytes", .series = {{.value = 1}}}},
            "g 1\n",
            "UNIT"},
        Row{"a_name_that_is_none",
            {{.name = "a-b", .series = {{.value = 1}}}, {.name = "", .series = {{.value = 1}}}},
            "# EOF",
            "a-b"},
        Row{"no_family_at_all", {}, "# EOF\n"}),
    row_name);

TEST(OpenMetricsChecker, finds_what_it_is_to_find) {
    const auto problem = [](const std::string& page) { return OpenMetricsChecker{}.check(page); };
    EXPECT_EQ(problem("# TYPE c counter\nc_total 1\n# EOF\n"), "");
    for (const char* bad : {"# TYPE c counter\nc_total 1\n",
                            "# TYPE c counter\nc 1\n# EOF\n",
                            "# TYPE c_total counter\nc_total 1\n# EOF\n",
                            "# TYPE c counter\nc_total  1\n# EOF\n",
                            "# TYPE c counter\nc_total 1 \n# EOF\n",
                            "# TYPE c counter\n\nc_total 1\n# EOF\n",
                            "# TYPE c counter\nc_total 1_000\n# EOF\n",
                            "# TYPE g gauge\ng Nan\n# EOF\n",
                            "# TYPE g gauge\ng 1 # {a=\"b\"} 1 2\n# EOF\n",
                            "# other\n# EOF\n",
                            "# TYPE c counter\nc_total 1 # {a=\"b\"} 1 1700000000500\n# EOF\n",
                            "# TYPE c counter\nc_total 1 # {a=\"b\"} 1\n# EOF\n",
                            "# TYPE c counter\nc_total{a=\"1\",a=\"2\"} 1\n# EOF\n",
                            "# TYPE c counter\nc_total{a=\"\xff\"} 1\n# EOF\n",
                            "# TYPE c counter\nc_total{a=\"\\t\"} 1\n# EOF\n",
                            "# TYPE h histogram\nh_bucket 1\n# EOF\n",
                            "# TYPE h histogram\nh_bucket{le=\"1\"} 1\n# EOF\n",
                            "# TYPE h histogram\nh_bucket{le=\"1.0\"} 1 # {} 2 3\n# EOF\n",
                            "# TYPE g gauge\ng 1\ng 2\n# EOF\n",
                            "# TYPE g gauge\n# UNIT g bytes\ng 1\n# EOF\n",
                            "# TYPE g gauge\ng 1\r\n# EOF\n",
                            "# TYPE a gauge\n# TYPE b gauge\na 1\n# EOF\n",
                            "# EOF\n# TYPE a gauge\n# EOF\n"}) {
        EXPECT_NE(problem(bad), "") << bad;
    }
    const std::string long_exemplar(200, 'y');
    EXPECT_NE(problem("# TYPE c counter\nc_total 1 # {a=\"" + long_exemplar + "\"} 1 2\n# EOF\n"),
              "");
}

}  // namespace
