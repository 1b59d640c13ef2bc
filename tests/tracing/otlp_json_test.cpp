#include "tracing/support.hpp"
#include <ctx/tracing/otlp_json.hpp>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace {

using ctx::Attribute;
using ctx::Resource;
using ctx::SpanData;
using nlohmann::json;

std::shared_ptr<const ctx::SpanSource> source(std::string service, std::string scope) {
    return std::make_shared<const ctx::SpanSource>(
        ctx::SpanSource{Resource{{{"service.name", std::move(service)}}}, std::move(scope), ""});
}

SpanData make_span(std::shared_ptr<const ctx::SpanSource> from, std::uint64_t id) {
    SpanData span;
    span.source = std::move(from);
    span.context = {ctx::TraceId{0x4bf92f3577b34da6, 0xa3ce929d0e0e4736},
                    ctx::SpanId{0x00f067aa0ba902b7 + id},
                    ctx::TraceFlags{1},
                    {},
                    false};
    span.name = "work";
    span.start = ctx::WallTime{std::chrono::nanoseconds{1'700'000'000'123'456'789}};
    span.duration = std::chrono::nanoseconds{1'000'000};
    return span;
}

std::string written(const std::vector<SpanData>& spans) {
    std::string out;
    ctx::append_otlp_json(out, spans);
    return out;
}

json parsed_span(const SpanData& span) {
    return json::parse(written({span}))
        .at("resourceSpans")
        .at(0)
        .at("scopeSpans")
        .at(0)
        .at("spans")
        .at(0);
}

TEST(OtlpJson, is_what_the_specification_shows_byte_for_byte) {
    const auto from = std::make_shared<const ctx::SpanSource>(ctx::SpanSource{
        Resource{{{"service.name", "checkout"}, {"service.version", "1.0"}}}, "shop", "2.1"});
    const std::vector<Attribute> attributes{
        {"text", "a \"b\""}, {"flag", true}, {"count", 9007199254740993}, {"ratio", 0.5}};
    const std::vector<Attribute> of_event{{"attempt", 2}};
    const std::vector<ctx::SpanEvent> events{
        {ctx::WallTime{std::chrono::nanoseconds{1'700'000'000'123'500'000}}, "retry", of_event, 1}};
    const std::vector<ctx::Link> links{{ctx::TraceId{1, 2}, ctx::SpanId{3}}};
    SpanData span = make_span(from, 0);
    span.context.flags = ctx::TraceFlags{3};
    span.context.trace_state = ctx::TraceState::parse("rojo=1");
    span.parent_id = ctx::SpanId{0xb7ad6b7169203331};
    span.parent_remote = true;
    span.kind = ctx::SpanKind::server;
    span.status = ctx::StatusCode::error;
    span.status_description = "no driver";
    span.attributes = attributes;
    span.events = events;
    span.links = links;
    span.dropped_attributes = 1;
    span.dropped_events = 2;
    span.dropped_links = 3;

    EXPECT_EQ(
        written({span}),
        R"({"resourceSpans":[{"resource":{"attributes":[)"
        R"({"key":"service.name","value":{"stringValue":"checkout"}},)"
        R"({"key":"service.version","value":{"stringValue":"1.0"}}]},)"
        R"("scopeSpans":[{"scope":{"name":"shop","version":"2.1"},"spans":[)"
        R"({"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7",)"
        R"("traceState":"rojo=1","parentSpanId":"b7ad6b7169203331","flags":771,)"
        R"("name":"work","kind":2,)"
        R"("startTimeUnixNano":"1700000000123456789","endTimeUnixNano":"1700000000124456789",)"
        R"("attributes":[{"key":"text","value":{"stringValue":"a \"b\""}},)"
        R"({"key":"flag","value":{"boolValue":true}},)"
        R"({"key":"count","value":{"intValue":"9007199254740993"}},)"
        R"({"key":"ratio","value":{"doubleValue":0.5}}],"droppedAttributesCount":1,)"
        R"("events":[{"timeUnixNano":"1700000000123500000","name":"retry",)"
        R"("attributes":[{"key":"attempt","value":{"intValue":"2"}}],)"
        R"("droppedAttributesCount":1}],"droppedEventsCount":2,)"
        R"("links":[{"traceId":"00000000000000010000000000000002",)"
        R"("spanId":"0000000000000003"}],"droppedLinksCount":3,)"
        R"("status":{"message":"no driver","code":2}}]}]}]})");
}

TEST(OtlpJson, leaves_out_what_has_its_default) {
    const json span = parsed_span(make_span(source("a", ""), 0));
    for (const char* name :
         {"parentSpanId", "traceState", "attributes", "events", "links", "status",
          "droppedAttributesCount", "droppedEventsCount", "droppedLinksCount"}) {
        EXPECT_FALSE(span.contains(name)) << name;
    }
    EXPECT_EQ(span.at("kind"), 1);
    EXPECT_EQ(span.at("flags"), 0x101);
}

TEST(OtlpJson, a_running_span_has_no_end) {
    SpanData span = make_span(source("a", ""), 0);
    span.ended = false;
    EXPECT_FALSE(parsed_span(span).contains("endTimeUnixNano"));
}

TEST(OtlpJson, numbers_follow_proto3) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const std::vector<Attribute> attributes{
        {"nan", std::nan("")}, {"inf", infinity},
        {"minus", -infinity},  {"small", std::numeric_limits<double>::denorm_min()},
        {"big", 1e300},        {"least", std::numeric_limits<std::int64_t>::min()}};
    SpanData span = make_span(source("a", ""), 0);
    span.attributes = attributes;
    const json values = parsed_span(span).at("attributes");
    ASSERT_EQ(values.size(), 6U);
    EXPECT_EQ(values[0]["value"]["doubleValue"], "NaN");
    EXPECT_EQ(values[1]["value"]["doubleValue"], "Infinity");
    EXPECT_EQ(values[2]["value"]["doubleValue"], "-Infinity");
    EXPECT_EQ(values[3]["value"]["doubleValue"], std::numeric_limits<double>::denorm_min());
    EXPECT_EQ(values[4]["value"]["doubleValue"], 1e300);
    EXPECT_EQ(values[5]["value"]["intValue"], "-9223372036854775808");
}

TEST(OtlpJson, any_text_becomes_one_line_of_valid_json) {
    std::string all_bytes;
    for (int c = 0; c < 256; ++c)
        all_bytes += static_cast<char>(c);
    const std::vector<Attribute> attributes{{all_bytes, all_bytes}, {"é", "\xe2\x82\xac \xff"}};
    SpanData span = make_span(source(all_bytes, all_bytes), 0);
    span.name = "two\nlines";
    span.attributes = attributes;
    const std::string text = written({span});
    EXPECT_EQ(text.find('\n'), std::string::npos);
    const json parsed = parsed_span(span);
    EXPECT_EQ(parsed.at("name"), "two\nlines");
    ASSERT_EQ(parsed.at("attributes").size(), 2U);
    const auto repaired = parsed["attributes"][0]["key"].get<std::string>();
    EXPECT_EQ(repaired.substr(0, 128), all_bytes.substr(0, 128));
    EXPECT_EQ(parsed["attributes"][1]["value"]["stringValue"], "€ \xef\xbf\xbd");
}

TEST(OtlpJson, has_each_resource_and_scope_once) {
    const auto a = source("a", "one");
    const auto a2 = source("a", "two");
    const auto b = source("b", "one");
    const auto a_again = source("a", "one");
    const json parsed = json::parse(written({make_span(a, 1), make_span(b, 2), make_span(a2, 3),
                                             make_span(a_again, 4), make_span(b, 5)}));
    const json& resources = parsed.at("resourceSpans");
    ASSERT_EQ(resources.size(), 2U);
    ASSERT_EQ(resources[0]["scopeSpans"].size(), 2U);
    EXPECT_EQ(resources[0]["scopeSpans"][0]["scope"]["name"], "one");
    EXPECT_EQ(resources[0]["scopeSpans"][0]["spans"].size(), 2U);
    EXPECT_EQ(resources[0]["scopeSpans"][1]["spans"].size(), 1U);
    ASSERT_EQ(resources[1]["scopeSpans"].size(), 1U);
    EXPECT_EQ(resources[1]["scopeSpans"][0]["spans"].size(), 2U);
    EXPECT_EQ(resources[1]["resource"]["attributes"][0]["value"]["stringValue"], "b");
}

TEST(OtlpJson, of_nothing_is_an_empty_list_and_of_copies_the_same) {
    EXPECT_EQ(written({}), R"({"resourceSpans":[]})");
    const SpanData span = make_span(source("a", "one"), 1);
    const std::vector<ctx::SpanDataPtr> copies{ctx::copy_span(span)};
    std::string out;
    ctx::append_otlp_json(out, copies);
    EXPECT_EQ(out, written({span}));
}

}  // namespace
