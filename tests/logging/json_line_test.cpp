#include "logging/contexts.hpp"
#include <ctx/context.hpp>
#include <ctx/logging/json_line.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using ctx::log::JsonLines;
using ctx::log::Level;
using ctx::log::LogRecord;
using ctx::log::RecordContext;
using Time = std::chrono::system_clock::time_point;

const Time some_time{1795192028095260us};

RecordContext some_context() {
    const auto span = ctx::test::span_context();
    return {span.trace_id, span.span_id, span.flags, R"(,"tenant":"acme","tier":"gold")", {}};
}

std::string line_of(const LogRecord& record, const RecordContext& context,
                    JsonLines::Options options = {}) {
    JsonLines lines{std::make_shared<const JsonLines::Options>(std::move(options))};
    std::string out = "before:";
    lines.append(out, record, context);
    EXPECT_TRUE(out.starts_with("before:"));
    return out.substr(7);
}

std::vector<std::string> keys_in_order(const std::string& line) {
    std::vector<std::string> keys;
    const auto json = nlohmann::ordered_json::parse(line);
    for (const auto& [key, value] : json.items())
        keys.push_back(key);
    return keys;
}

TEST(JsonLine, has_the_names_and_the_order_of_opentelemetry) {
    EXPECT_EQ(line_of({some_time, Level::info, "svc", "order 17 accepted", {}}, some_context()),
              R"({"timestamp":"2026-11-20T16:27:08.095260Z","level":"info","logger":"svc",)"
              R"("message":"order 17 accepted","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736",)"
              R"("span_id":"00f067aa0ba902b7","trace_flags":"01","tenant":"acme","tier":"gold"})"
              "\n");
}

TEST(JsonLine, has_no_ids_when_there_is_no_request) {
    EXPECT_EQ(line_of({some_time, Level::warn, "", "", {}}, {}),
              R"({"timestamp":"2026-11-20T16:27:08.095260Z","level":"warn","logger":"",)"
              R"("message":""})"
              "\n");
}

TEST(JsonLine, ends_with_resource_and_source) {
    const std::string line = line_of(
        {some_time, Level::error, "svc", "no", {"src/a \"b\".cpp", -17, "f"}}, some_context(),
        {.resource_members = R"(,"service.name":"rides")", .only_fields = {}});
    EXPECT_EQ(
        keys_in_order(line),
        (std::vector<std::string>{"timestamp", "level", "logger", "message", "trace_id", "span_id",
                                  "trace_flags", "tenant", "tier", "service.name", "code.file.path",
                                  "code.line.number", "code.function.name"}));
    const auto json = nlohmann::json::parse(line);
    EXPECT_EQ(json["code.file.path"], "src/a \"b\".cpp");
    EXPECT_EQ(json["code.line.number"], -17);
    EXPECT_EQ(json["code.function.name"], "f");
}

TEST(JsonLine, leaves_out_a_function_that_nobody_named) {
    const auto json = nlohmann::json::parse(
        line_of({some_time, Level::error, "svc", "no", {"a.cpp", 2147483647, nullptr}}, {}));
    EXPECT_EQ(json.size(), 6U);
    EXPECT_EQ(json["code.line.number"], 2147483647);
}

TEST(JsonLine, shows_the_chosen_fields_only) {
    const auto json = nlohmann::json::parse(
        line_of({some_time, Level::info, "", "", {}}, some_context(),
                {.resource_members = {}, .only_fields = {"tier", "unknown"}}));
    EXPECT_EQ(json.size(), 8U);
    EXPECT_EQ(json["tier"], "gold");
    EXPECT_FALSE(json.contains("tenant"));
}

TEST(JsonLine, is_one_line_of_valid_json_whatever_the_bytes) {
    std::string every_byte;
    for (int i = 0; i < 512; ++i)
        every_byte += static_cast<char>(i * 7);
    const std::string line = line_of(
        {some_time, Level::info, every_byte, every_byte + "\n{\"trace_id\":\"x\"}\n", {}}, {});
    EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
    EXPECT_TRUE(nlohmann::json::accept(line));
}

TEST(JsonLine, has_right_times_before_and_after_1970_and_over_seconds) {
    JsonLines lines;
    const auto time_of = [&lines](std::chrono::microseconds since_1970) {
        std::string out;
        lines.append(out, {Time{since_1970}, Level::info, "", "", {}}, {});
        return nlohmann::json::parse(out)["timestamp"].get<std::string>();
    };
    EXPECT_EQ(time_of(0us), "1970-01-01T00:00:00.000000Z");
    EXPECT_EQ(time_of(999999us), "1970-01-01T00:00:00.999999Z");
    EXPECT_EQ(time_of(1000000us), "1970-01-01T00:00:01.000000Z");
    EXPECT_EQ(time_of(-1us), "1969-12-31T23:59:59.999999Z");
    EXPECT_EQ(time_of(951827696789012us), "2000-02-29T12:34:56.789012Z");
    EXPECT_EQ(time_of(1000000us), "1970-01-01T00:00:01.000000Z");
}

TEST(JsonLine, takes_attributes_of_a_resource_that_are_asked_for_and_cannot_collide) {
    const ctx::Resource resource{
        {{"service.name", "ri\"des"}, {"service.version", "1"}, {"tenant", "x"}}};
    EXPECT_EQ(ctx::log::json_resource_members(
                  resource, {"service.name", "service.name", "tenant", "host.name"}),
              R"(,"service.name":"ri\"des")");
}

TEST(JsonLine, names_levels) {
    std::string names;
    for (int level = 0; level < 8; ++level) {
        names += ctx::log::level_name(static_cast<Level>(level));
        names += ' ';
    }
    EXPECT_EQ(names, "trace debug info warn error critical off off ");
}

}  // namespace
