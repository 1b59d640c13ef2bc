// Each format, byte for byte, for one record; and what hostile bytes do to it.

#include "logging/records.hpp"
#include <ctx/context.hpp>
#include <ctx/logging.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using ctx::log::Level;
using ctx::log::LineFormat;
using ctx::log::LineOptions;
using ctx::log::LogRecord;
using ctx::log::RecordContext;
using ctx::log::ValueBuffer;
using ctx::test::some_record;
using testing::HasSubstr;

constexpr LineFormat all_formats[] = {
    LineFormat::json,      LineFormat::logfmt,  LineFormat::ecs,
    LineFormat::otlp_json, LineFormat::gcp,     LineFormat::datadog,
    LineFormat::loki,      LineFormat::rfc5424, LineFormat::console};

class LineFormats : public testing::Test {
protected:
    LineFormats() { values_.add("items", std::int64_t{3}); }

    RecordContext context() const {
        return ctx::test::context_with(values_, R"(,"tenant":"acme")");
    }
    static LineOptions options() {
        LineOptions options;
        options.resource = ctx::Resource{{{"service.name", "checkout"},
                                          {"service.version", "1.2"},
                                          {"deployment.environment.name", "prod"},
                                          {"host.name", "web-1"}}};
        options.gcp_project = "my-proj";
        return options;
    }
    static std::string line(LineFormat format, const LogRecord& record,
                            const RecordContext& context, LineOptions options) {
        std::string out = "before:";
        ctx::log::make_line_writer(format, std::move(options))->append(out, record, context);
        EXPECT_TRUE(out.starts_with("before:"));
        EXPECT_EQ(out.find('\n'), out.size() - 1);
        return out.substr(7, out.size() - 8);
    }
    std::string line(LineFormat format) const {
        return line(format, some_record(), context(), options());
    }

    ValueBuffer values_;
};

TEST_F(LineFormats, json) {
    EXPECT_EQ(line(LineFormat::json),
              R"({"timestamp":"2026-11-20T16:27:08.095260Z","level":"info","logger":"svc",)"
              R"("message":"order 17 accepted","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736",)"
              R"("span_id":"00f067aa0ba902b7","trace_flags":"01","tenant":"acme","items":3})");
}

TEST_F(LineFormats, logfmt) {
    EXPECT_EQ(line(LineFormat::logfmt),
              "ts=2026-11-20T16:27:08.095260Z level=info logger=svc msg=\"order 17 accepted\" "
              "trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7 tenant=acme "
              "items=3");
}

TEST_F(LineFormats, ecs) {
    EXPECT_EQ(line(LineFormat::ecs),
              R"({"@timestamp":"2026-11-20T16:27:08.095Z","log.level":"info",)"
              R"("message":"order 17 accepted","ecs.version":"1.2.0","log.logger":"svc",)"
              R"("trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","span.id":"00f067aa0ba902b7",)"
              R"("service.name":"checkout","service.version":"1.2","service.environment":"prod",)"
              R"("labels":{"tenant":"acme","items":"3"}})");
}

TEST_F(LineFormats, keep_the_fields_they_have_for_themselves) {
    using ctx::log::is_reserved_name;
    for (const LineFormat format : all_formats)
        EXPECT_TRUE(is_reserved_name(format, "message"));
    const std::pair<LineFormat, const char*> names[] = {{LineFormat::logfmt, "ts"},
                                                        {LineFormat::datadog, "dd.trace_id"},
                                                        {LineFormat::console, "span"}};
    for (const auto& [format, name] : names) {
        EXPECT_TRUE(is_reserved_name(format, name));
        EXPECT_FALSE(is_reserved_name(LineFormat::json, name));
        const std::string field = std::string{",\""} + name + "\":\"field\"";
        EXPECT_THAT(line(format, some_record(), ctx::test::context_with(values_, field), options()),
                    testing::Not(HasSubstr("field")));
    }
}

TEST_F(LineFormats, names_that_come_out_the_same_are_kept_apart) {
    ValueBuffer values;
    values.add("dot.ted", std::int64_t{1});
    values.add("dot ted", std::int64_t{2});
    values.add("tenant.", std::int64_t{3});
    const RecordContext context =
        ctx::test::context_with(values, R"(,"dot_ted":"field","tenant_":"acme")");
    const auto shown = [&](LineFormat format) {
        return line(format, some_record(), context, options());
    };
    EXPECT_THAT(shown(LineFormat::ecs),
                HasSubstr(R"("labels":{"dot_ted":"field","tenant_":"acme","dot_ted_1":"1",)"
                          R"("dot ted":"2","tenant__1":"3"}})"));
    EXPECT_THAT(shown(LineFormat::logfmt),
                HasSubstr(" dot_ted=field tenant_=acme dot.ted=1 dot_ted_1=2 tenant.=3"));
    ValueBuffer longer;
    longer.add(std::string(32, 'n') + "1", std::int64_t{1});
    longer.add(std::string(32, 'n') + "2", std::int64_t{2});
    EXPECT_THAT(
        line(LineFormat::rfc5424, some_record(), ctx::test::context_with(longer, ""), options()),
        HasSubstr(' ' + std::string(32, 'n') + "=\"1\" " + std::string(28, 'n') + "_1=\"2\""));
}

TEST_F(LineFormats, otlp_json) {
    EXPECT_EQ(
        line(LineFormat::otlp_json),
        R"({"resourceLogs":[{"resource":{"attributes":[)"
        R"({"key":"deployment.environment.name","value":{"stringValue":"prod"}},)"
        R"({"key":"host.name","value":{"stringValue":"web-1"}},)"
        R"({"key":"service.name","value":{"stringValue":"checkout"}},)"
        R"({"key":"service.version","value":{"stringValue":"1.2"}}]},"scopeLogs":[{"scope":)"
        R"({"name":"svc"},"logRecords":[{"timeUnixNano":"1795192028095260000",)"
        R"("observedTimeUnixNano":"1795192028095260000","severityNumber":9,"severityText":"info",)"
        R"("body":{"stringValue":"order 17 accepted"},"attributes":[{"key":"tenant","value":)"
        R"({"stringValue":"acme"}},{"key":"items","value":{"intValue":"3"}}],"flags":1,)"
        R"("traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7"}]}]}]})");
}

TEST_F(LineFormats, gcp) {
    LogRecord record = some_record();
    record.source = {"a.cc", 17, "f"};
    EXPECT_EQ(line(LineFormat::gcp, record, context(), options()),
              R"({"severity":"INFO","time":"2026-11-20T16:27:08.095260Z",)"
              R"("message":"order 17 accepted","logging.googleapis.com/trace":)"
              R"("projects/my-proj/traces/4bf92f3577b34da6a3ce929d0e0e4736",)"
              R"("logging.googleapis.com/spanId":"00f067aa0ba902b7",)"
              R"("logging.googleapis.com/trace_sampled":true,)"
              R"("logging.googleapis.com/labels":{"logger":"svc","tenant":"acme"},)"
              R"("logging.googleapis.com/sourceLocation":)"
              R"({"file":"a.cc","line":"17","function":"f"},"items":3})");
}

TEST_F(LineFormats, datadog) {
    EXPECT_EQ(line(LineFormat::datadog),
              R"({"date":"2026-11-20T16:27:08.095Z","status":"info","logger.name":"svc",)"
              R"("message":"order 17 accepted","dd.trace_id":"4bf92f3577b34da6a3ce929d0e0e4736",)"
              R"("dd.span_id":"67667974448284343","dd.service":"checkout","dd.env":"prod",)"
              R"("dd.version":"1.2","tenant":"acme","items":3})");
}

TEST_F(LineFormats, datadog_has_a_short_trace_id_in_decimal) {
    RecordContext narrow = context();
    narrow.trace_id = ctx::TraceId{0, 0xa3ce929d0e0e4736};
    EXPECT_THAT(line(LineFormat::datadog, some_record(), narrow, options()),
                HasSubstr(R"("dd.trace_id":"11803532876627986230")"));
}

TEST_F(LineFormats, loki) {
    EXPECT_EQ(line(LineFormat::loki),
              R"({"streams":[{"stream":{"service_name":"checkout","env":"prod","level":"info"},)"
              R"("values":[["1795192028095260000","order 17 accepted",)"
              R"({"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7",)"
              R"("tenant":"acme","items":"3","logger":"svc"}]]}]})");
}

TEST_F(LineFormats, rfc5424) {
    EXPECT_EQ(line(LineFormat::rfc5424),
              "<14>1 2026-11-20T16:27:08.095260Z web-1 checkout " + std::to_string(getpid()) +
                  " svc [opentelemetry trace_id=\"4bf92f3577b34da6a3ce929d0e0e4736\" "
                  "span_id=\"00f067aa0ba902b7\" trace_flags=\"01\"]"
                  "[ctx@32473 tenant=\"acme\" items=\"3\"] order 17 accepted");
}

TEST_F(LineFormats, console_in_local_time) {
    std::string text = line(LineFormat::console);
    EXPECT_EQ(text.substr(8),
              ".095 INFO   svc  order 17 accepted  items=3 tenant=acme"
              "  trace=4bf92f35 span=00f067aa");
    const std::time_t second = 1795192028;
    std::tm local{};
    localtime_r(&second, &local);
    char expected[9];
    std::strftime(expected, sizeof expected, "%H:%M:%S", &local);
    EXPECT_EQ(text.substr(0, 8), expected);
}

TEST_F(LineFormats, console_has_colours_when_asked) {
    LineOptions colored = options();
    colored.color = true;
    const std::string text = line(LineFormat::console, some_record(), context(), colored);
    EXPECT_THAT(text, HasSubstr("\x1b[32mINFO \x1b[0m"));
    EXPECT_THAT(text, HasSubstr("\x1b[2m  items=3"));
}

TEST_F(LineFormats, colours_are_a_matter_of_the_environment) {
    const auto with = [](const char* no_color, const char* force) {
        setenv("NO_COLOR", no_color, 1);
        setenv("CLICOLOR_FORCE", force, 1);
        return ctx::log::wants_color(-1);
    };
    EXPECT_FALSE(with("", ""));
    EXPECT_FALSE(with("", "0"));
    EXPECT_TRUE(with("", "1"));
    EXPECT_FALSE(with("1", "1"));
    unsetenv("NO_COLOR");
    unsetenv("CLICOLOR_FORCE");
}

TEST_F(LineFormats, without_a_request_there_are_no_ids) {
    for (const LineFormat format : all_formats) {
        const std::string text = line(format, some_record(), {}, options());
        EXPECT_THAT(text, testing::Not(HasSubstr("trace")));
        EXPECT_THAT(text, testing::Not(HasSubstr("span")));
        EXPECT_THAT(text, testing::Not(HasSubstr("00000000")));
    }
}

TEST_F(LineFormats, errors_are_called_what_a_format_calls_them) {
    values_.add("exception.type", "std::out_of_range");
    values_.add("exception.message", "too far");
    const auto ecs = nlohmann::json::parse(line(LineFormat::ecs));
    EXPECT_EQ(ecs["error.type"], "std::out_of_range");
    EXPECT_EQ(ecs["error.message"], "too far");
    const auto datadog = nlohmann::json::parse(line(LineFormat::datadog));
    EXPECT_EQ(datadog["error.kind"], "std::out_of_range");
    EXPECT_EQ(datadog["error.message"], "too far");
}

TEST_F(LineFormats, secrets_and_unwanted_fields_are_in_none) {
    values_.add("password", "hunter2");
    LineOptions none = options();
    none.only_fields = {"other"};
    for (const LineFormat format : all_formats) {
        const std::string text = line(format, some_record(), context(), none);
        EXPECT_THAT(text, testing::Not(HasSubstr("hunter2")));
        EXPECT_THAT(text, testing::Not(HasSubstr("acme")));
        EXPECT_THAT(text, HasSubstr("***"));
    }
}

bool is_json(LineFormat format) {
    return format != LineFormat::logfmt && format != LineFormat::rfc5424 &&
           format != LineFormat::console;
}

TEST_F(LineFormats, hostile_bytes_make_no_second_line_and_no_broken_one) {
    std::string hostile = "a\"]\\=\n\r\t\x1b[31m\x7f\xC2\x85\xE2\x80\xA8\xff\x7d é ";
    hostile += '\0';
    values_.add(hostile, std::string_view{hostile});
    values_.add_json("raw", hostile);
    values_.add_bytes("bytes", hostile);
    values_.add("nan", std::nan(""));
    values_.add("big", std::uint64_t{1} << 63);
    LogRecord record = some_record();
    record.logger = hostile;
    record.message = hostile;
    record.source = {hostile.c_str(), 1, hostile.c_str()};
    record.thread_id = 7;
    RecordContext shown = context();
    shown.fields = R"(,"na\nme]=\"":"te\nxt\u0085]\"\\")";
    LineOptions odd = options();
    odd.resource = ctx::Resource{{{"service.name", hostile}, {"host.name", hostile}}};
    odd.syslog_element = hostile;
    for (const LineFormat format : all_formats) {
        const std::string text = line(format, record, shown, odd);
        for (const char c : text)
            ASSERT_GE(static_cast<unsigned char>(c), 0x20) << text;
        EXPECT_THAT(text, testing::Not(HasSubstr("\xC2\x85")));
        EXPECT_THAT(text, testing::Not(HasSubstr("\xff")));
        if (is_json(format)) {
            EXPECT_TRUE(nlohmann::json::accept(text)) << text;
        }
    }
}

TEST_F(LineFormats, no_name_stands_twice_in_an_object) {
    values_.add("exception.type", "std::system_error");
    values_.add("exception.message", "db: timed out");
    values_.add("error.code", std::int64_t{110});
    values_.add("error.message", "timed out");
    values_.add("error.kind", "mine");
    RecordContext shown = context();
    shown.fields = R"(,"status":"field","tenant":"acme")";
    for (const LineFormat format : all_formats) {
        if (!is_json(format)) continue;
        const std::string text = line(format, some_record(), shown, options());
        std::vector<std::set<std::string>> open;
        const auto parsed = nlohmann::json::parse(
            text, [&open](int, nlohmann::json::parse_event_t event, nlohmann::json& value) {
                if (event == nlohmann::json::parse_event_t::object_start) open.emplace_back();
                if (event == nlohmann::json::parse_event_t::object_end) open.pop_back();
                if (event == nlohmann::json::parse_event_t::key) {
                    EXPECT_TRUE(open.back().insert(value.get<std::string>()).second) << value;
                }
                return true;
            });
        EXPECT_TRUE(parsed.is_object()) << text;
    }
}

TEST_F(LineFormats, the_first_of_all_times_is_one_too) {
    LogRecord record = some_record();
    record.time = std::chrono::system_clock::time_point::min();
    EXPECT_THAT(line(LineFormat::json, record, {}, options()),
                HasSubstr(R"("timestamp":"1677-09-21T00:12:43.145224Z")"));
    EXPECT_THAT(line(LineFormat::otlp_json, record, {}, options()),
                HasSubstr(R"("timeUnixNano":"0")"));
}

}  // namespace
