#include "logging/contexts.hpp"
#include "logging/wire.hpp"
#include <ctx/context.hpp>
#include <ctx/logging/glog.hpp>

#include <glog/logging.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <ctime>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace ctx::testing;  // NOLINT: as users do
using ctx::test::Wire;

/// glog as a program sets it up, but for its files, once in the life of the process.
void start_glog() {
    [[maybe_unused]] static const bool once = [] {
        google::InitGoogleLogging("loggers_test", &ctx::log::glog_prefix);
        for (int severity = 0; severity < google::NUM_SEVERITIES; ++severity)
            google::SetLogDestination(severity, "");
        FLAGS_stderrthreshold = google::GLOG_FATAL;
        return true;
    }();
}

struct GlogSink {
    GlogSink() {
        start_glog();
        google::AddLogSink(&sink);
    }
    GlogSink(const GlogSink&) = delete;
    GlogSink& operator=(const GlogSink&) = delete;
    ~GlogSink() { google::RemoveLogSink(&sink); }
    void log(std::string_view message) { LOG(INFO) << message; }
    void flush() {}
    std::vector<LoggedLine> lines() { return wire.lines(); }
    void fail_next() { wire.fail_next(); }

    Wire wire;
    ctx::log::GlogJson sink{[this](std::string_view line) { wire.write(line); }};
};
INSTANTIATE_TYPED_TEST_SUITE_P(GlogSink, LoggerContract, GlogSink);
INSTANTIATE_TYPED_TEST_SUITE_P(GlogSink, FailingLoggerContract, GlogSink);

/// Gets what glog would write into its file.
class GlogFile final : public google::base::Logger {
public:
    GlogFile() : before_(google::base::GetLogger(google::GLOG_INFO)) {
        start_glog();
        google::base::SetLogger(google::GLOG_INFO, this);
    }
    GlogFile(const GlogFile&) = delete;
    GlogFile& operator=(const GlogFile&) = delete;
    ~GlogFile() override { google::base::SetLogger(google::GLOG_INFO, before_); }

    void Write(bool /*force_flush*/, time_t /*time*/, const char* message,
               std::size_t size) override {
        wire.write({message, size});
    }
    void Flush() override {}
    google::uint32 LogSize() override { return 0; }

    Wire wire;

private:
    google::base::Logger* before_;
};

struct GlogText {
    static constexpr const char* writes_bytes_as_they_are = "glog writes text";
    void log(std::string_view message) { LOG(INFO) << message; }
    void flush() {}
    std::vector<LoggedLine> lines() {
        return file.wire.lines([](const std::string& line) {
            const auto end = std::min(line.find("] "), line.size());
            const std::string prefix = line.substr(0, end);
            return LoggedLine{line.substr(std::min(end + 2, line.size())),
                              ctx::test::value_behind(prefix, " trace_id="),
                              ctx::test::value_behind(prefix, " span_id=")};
        });
    }
    GlogFile file;
};
INSTANTIATE_TYPED_TEST_SUITE_P(GlogText, LoggerContract, GlogText);

class Glog : public ContextTest {};

TEST_F(Glog, a_line_has_time_severity_and_place) {
    GlogSink adapter;
    const auto before = std::time(nullptr);
    LOG(WARNING) << "late";
    LOG(ERROR) << "failed";
    std::istringstream lines{adapter.wire.bytes()};
    std::string text;
    ASSERT_TRUE(std::getline(lines, text));
    auto line = nlohmann::json::parse(text);
    std::string reference;
    ctx::log::JsonLines{}.append(reference,
                                 {.time = std::chrono::system_clock::from_time_t(before)}, {});
    EXPECT_GE(line["timestamp"].get<std::string>(),
              nlohmann::json::parse(reference)["timestamp"].get<std::string>());
    EXPECT_EQ(line["level"], "warn");
    EXPECT_EQ(line["message"], "late");
    EXPECT_EQ(line["code.file.path"], __FILE__);
    EXPECT_TRUE(line["code.line.number"].is_number());
    ASSERT_TRUE(std::getline(lines, text));
    EXPECT_EQ(nlohmann::json::parse(text)["level"], "error");
}

TEST_F(Glog, only_declared_baggage_is_shown) {
    ctx::publish_fields(*ctx::FieldSet::create({ctx::Field{"tenant"}.log()}));
    GlogSink json;
    GlogFile text;
    {
        const ctx::Scope scope{ctx::test::request().with_baggage(
            ctx::Baggage{}.set("tenant", "acme").set("password", "hush"))};
        LOG(INFO) << "paid";
    }
    ctx::publish_fields({});
    EXPECT_EQ(nlohmann::json::parse(json.wire.bytes())["tenant"], "acme");
    EXPECT_THAT(text.wire.bytes(),
                ::testing::EndsWith(" span_id=00f067aa0ba902b7 tenant=acme] paid\n"));
    EXPECT_EQ((json.wire.bytes() + text.wire.bytes()).find("hush"), std::string::npos);
}

TEST_F(Glog, the_prefix_is_the_usual_one_with_ids_in_it) {
    const google::LogMessageTime time{std::time_t{1795192028}, 1795192028.5};
    std::array<char, 32> text{};  // as the time zone has it
    std::strftime(text.data(), text.size(), "%Y%m%d %H:%M:%S.500000", &time.tm());
    const std::string instant = text.data();
    const auto prefix = [&] {
        std::ostringstream out;
        ctx::log::glog_prefix(out, google::LogMessageInfo{"INFO", "orders.cpp", 9, 17, time},
                              nullptr);
        return out.str();
    };
    EXPECT_EQ(prefix(), "I" + instant + "    17 orders.cpp:9]");
    const ctx::Scope scope{ctx::test::request()};
    FLAGS_log_year_in_prefix = false;
    EXPECT_EQ(prefix(), "I" + instant.substr(4) + "    17 orders.cpp:9 trace_id=" +
                            std::string{ctx::test::trace_hex} + " span_id=00f067aa0ba902b7]");
    FLAGS_log_year_in_prefix = true;
}

TEST_F(Glog, a_line_of_glog_looks_as_it_does_without_ctx) {
    GlogFile file;
    LOG(INFO) << "paid";
    EXPECT_THAT(file.wire.bytes(),
                ::testing::MatchesRegex(
                    "I[0-9]+ [0-9]+:[0-9]+:[0-9]+\\.[0-9]+ +[0-9]+ glog_test.cpp:[0-9]+. paid\n"));
}

/// Shows what it has when it is flushed, and not before.
class ShownWhenFlushed final : public std::stringbuf {
protected:
    int sync() override { return std::fputs(str().c_str(), stderr) < 0 ? -1 : 0; }
};

void log_something_fatal() {
    start_glog();
    ShownWhenFlushed buffer;
    std::ostream out{&buffer};
    ctx::log::GlogJson sink{out, {.logger = "shop"}};
    google::AddLogSink(&sink);
    const ctx::Scope scope{ctx::test::request()};
    LOG(FATAL) << "the end";
}

TEST(GlogDeathTest, what_is_fatal_reaches_a_buffered_stream_before_the_process_ends) {
    EXPECT_DEATH(log_something_fatal(),
                 "\"level\":\"critical\",\"logger\":\"shop\",\"message\":\"the end\","
                 "\"trace_id\":\"4bf92f35");
}

}  // namespace
