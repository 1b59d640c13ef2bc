#include <ctx/metrics/page_format.hpp>

#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace {

using enum ctx::PageFormat;

struct Case {
    const char* name;
    std::string accept;
    ctx::PageFormat format;

    friend std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }
};

std::string name_of(const testing::TestParamInfo<Case>& info) {
    return info.param.name;
}

class Negotiation : public testing::TestWithParam<Case> {};

TEST_P(Negotiation, chooses_the_format) {
    EXPECT_EQ(ctx::negotiate(GetParam().accept), GetParam().format) << GetParam().accept;
}

const char* const prometheus_2 =
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
const char* const prometheus_2_protobuf =
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,"
    "application/openmetrics-text;version=1.0.0;q=0.8,"
    "application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
const char* const prometheus_3 =
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
    "application/openmetrics-text;version=0.0.1;q=0.4,"
    "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1";
const char* const browser =
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";

INSTANTIATE_TEST_SUITE_P(Scrapers, Negotiation,
                         testing::Values(Case{"prometheus_2", prometheus_2, openmetrics_1_0_0},
                                         Case{"prometheus_2_protobuf", prometheus_2_protobuf,
                                              protobuf},
                                         Case{"prometheus_3", prometheus_3, openmetrics_1_0_0},
                                         Case{"browser", browser, text}, Case{"curl", "*/*", text},
                                         Case{"nothing", "", text}),
                         name_of);

INSTANTIATE_TEST_SUITE_P(
    Versions, Negotiation,
    testing::Values(
        Case{"no_version_is_the_oldest", "application/openmetrics-text", openmetrics_0_0_1},
        Case{"oldest", "application/openmetrics-text; version=0.0.1", openmetrics_0_0_1},
        Case{"quoted", "application/openmetrics-text; version=\"1.0.0\"", openmetrics_1_0_0},
        Case{"any_case", "Application/OpenMetrics-Text; Version=1.0.0", openmetrics_1_0_0},
        Case{"with_charset", "application/openmetrics-text; version=1.0.0; charset=utf-8",
             openmetrics_1_0_0},
        Case{"unknown", "application/openmetrics-text; version=2.0.0", text},
        Case{"unknown_then_known",
             "application/openmetrics-text;version=2.0.0,"
             "application/openmetrics-text;version=1.0.0;q=0.2",
             openmetrics_1_0_0},
        Case{"unknown_text", "text/plain;version=1.0.0,application/openmetrics-text;q=0.1",
             openmetrics_0_0_1}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Protobuf, Negotiation,
    testing::Values(Case{"bare", "application/vnd.google.protobuf", text},
                    Case{"without_encoding",
                         "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily",
                         text},
                    Case{"as_text",
                         "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
                         "encoding=text",
                         text},
                    Case{"another_message",
                         "application/vnd.google.protobuf;proto=io.prometheus.write.v2.Request;"
                         "encoding=delimited",
                         text},
                    Case{"any_order_and_quotes",
                         "application/vnd.google.protobuf; encoding=\"delimited\"; "
                         "proto=\"io.prometheus.client.MetricFamily\"",
                         protobuf},
                    Case{"weighed_down",
                         "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
                         "encoding=delimited;q=0.1,text/plain;q=0.2",
                         text}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Weights, Negotiation,
    testing::Values(
        Case{"highest_wins", "text/plain;q=0.9,application/openmetrics-text;version=1.0.0;q=0.8",
             text},
        Case{"first_among_equals", "text/plain,application/openmetrics-text;version=1.0.0", text},
        Case{"first_among_equals_too", "application/openmetrics-text;version=1.0.0,text/plain",
             openmetrics_1_0_0},
        Case{"zero_forbids", "application/openmetrics-text;version=1.0.0;q=0", text},
        Case{"zero_with_decimals_forbids", "application/openmetrics-text;version=1.0.0;q=0.000",
             text},
        Case{"three_decimals",
             "text/plain;q=0.001,application/openmetrics-text;version=1.0.0;q=0.002",
             openmetrics_1_0_0},
        Case{"spaces", " application/openmetrics-text ; version=1.0.0 ; q=0.5 , text/plain;q=0.4",
             openmetrics_1_0_0},
        Case{"wildcard_is_text", "*/*;q=1,application/openmetrics-text;version=1.0.0;q=0.9", text},
        Case{"q_capital", "text/plain;Q=0.1,application/openmetrics-text;version=1.0.0;q=0.9",
             openmetrics_1_0_0}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Hostile, Negotiation,
    testing::Values(
        Case{"weight_of_two", "application/openmetrics-text;version=1.0.0;q=2", text},
        Case{"weight_beyond_one", "application/openmetrics-text;version=1.0.0;q=1.001", text},
        Case{"negative_weight", "application/openmetrics-text;version=1.0.0;q=-1", text},
        Case{"weight_of_letters", "application/openmetrics-text;version=1.0.0;q=high", text},
        Case{"empty_weight", "application/openmetrics-text;version=1.0.0;q=", text},
        Case{"only_separators", ",;,;=,;;q=;,", text},
        Case{"open_quote", "application/openmetrics-text;version=\"1.0.0", text},
        Case{"comma_in_quotes", "text/x;a=\",application/openmetrics-text;version=1.0.0\"", text},
        Case{"escape_at_the_end", "text/x;a=\"\\", text},
        Case{"bytes", std::string("\0\xff\xfe", 3), text},
        Case{"a_megabyte", std::string(1 << 20, 'a'), text}),
    name_of);

TEST(ContentType, is_what_servers_expect) {
    EXPECT_EQ(ctx::content_type(text), "text/plain; version=0.0.4; charset=utf-8");
    EXPECT_EQ(ctx::content_type(openmetrics_0_0_1),
              "application/openmetrics-text; version=0.0.1; charset=utf-8");
    EXPECT_EQ(ctx::content_type(openmetrics_1_0_0),
              "application/openmetrics-text; version=1.0.0; charset=utf-8");
}

TEST(ContentType, of_protobuf_names_the_message) {
    EXPECT_EQ(ctx::content_type(protobuf),
              "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; "
              "encoding=delimited");
}

static_assert(noexcept(ctx::negotiate("")));

}  // namespace
