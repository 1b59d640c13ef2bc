// Against a stand-in for the headers of Abseil's LogSink, which Debian 12 does not have.

#include "logging/wire.hpp"
#include <ctx/logging/absl_log.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace ctx::testing;  // NOLINT: as users do

/// Gives the record to the sink on the thread that logs, as LOG() does.
struct AbslLog {
    void log(std::string_view message) {
        sink.Send({absl::LogSeverity::kInfo,
                   "orders.cc",
                   9,
                   absl::FromUnixMicros(1),
                   {message.data(), message.size()}});
    }
    void flush() {}
    std::vector<LoggedLine> lines() { return wire.lines(); }
    void fail_next() { wire.fail_next(); }

    ctx::test::Wire wire;
    ctx::log::AbslJson sink{[this](std::string_view line) { wire.write(line); }};
};
INSTANTIATE_TYPED_TEST_SUITE_P(AbslLog, LoggerContract, AbslLog);
INSTANTIATE_TYPED_TEST_SUITE_P(AbslLog, FailingLoggerContract, AbslLog);

nlohmann::json line_for(absl::LogSeverity severity, std::string_view file) {
    std::string written;
    ctx::log::AbslJson sink{[&](std::string_view line) { written = line; }, {.logger = "shop"}};
    sink.Send({severity, {file.data(), file.size()}, 9, absl::FromUnixMicros(95260), "paid"});
    return nlohmann::json::parse(written);
}

TEST(AbslLogs, a_line_has_time_severity_and_place) {
    auto line = line_for(absl::LogSeverity::kWarning, "orders.cc");
    EXPECT_EQ(line["timestamp"], "1970-01-01T00:00:00.095260Z");
    EXPECT_EQ(line["level"], "warn");
    EXPECT_EQ(line["logger"], "shop");
    EXPECT_EQ(line["message"], "paid");
    EXPECT_EQ(line["code.file.path"], "orders.cc");
    EXPECT_EQ(line["code.line.number"], 9);
    EXPECT_EQ(line_for(absl::LogSeverity::kInfo, "a.cc")["level"], "info");
    EXPECT_EQ(line_for(absl::LogSeverity::kError, "a.cc")["level"], "error");
    EXPECT_EQ(line_for(absl::LogSeverity::kFatal, "a.cc")["level"], "critical");
}

TEST(AbslLogs, a_file_name_may_have_any_length_and_no_end) {
    const std::string_view whole = "orders.cc and what is behind it";
    EXPECT_EQ(line_for(absl::LogSeverity::kInfo, whole.substr(0, 9))["code.file.path"],
              "orders.cc");
    EXPECT_EQ(line_for(absl::LogSeverity::kInfo, "")["code.file.path"], "");
    const std::string file =
        line_for(absl::LogSeverity::kInfo, std::string(5000, 'x') + "/orders.cc")["code.file.path"];
    EXPECT_EQ(file.size(), 511U);
    EXPECT_THAT(file, ::testing::EndsWith("x/orders.cc"));
}

/// Counts what it is asked to flush.
class CountingBuffer final : public std::stringbuf {
public:
    int flushes = 0;

protected:
    int sync() override { return ++flushes, 0; }
};

TEST(AbslLogs, a_stream_is_flushed_when_abseil_asks) {
    CountingBuffer buffer;
    std::ostream out{&buffer};
    ctx::log::AbslJson sink{out};
    sink.Send({absl::LogSeverity::kFatal, "a.cc", 1, absl::Now(), "the end"});
    EXPECT_EQ(buffer.flushes, 0);
    sink.Flush();
    EXPECT_EQ(buffer.flushes, 1);
    EXPECT_NE(buffer.str().find("the end"), std::string::npos);
}

}  // namespace
