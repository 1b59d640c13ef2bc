#include "logging/contexts.hpp"
#include "logging/wire.hpp"
#include <ctx/context.hpp>
#include <ctx/logging/boost_log.hpp>

#include <boost/log/attributes/constant.hpp>
#include <boost/log/core.hpp>
#include <boost/log/expressions.hpp>
#include <boost/log/sinks/async_frontend.hpp>
#include <boost/log/sinks/basic_sink_backend.hpp>
#include <boost/log/sinks/sync_frontend.hpp>
#include <boost/log/sources/logger.hpp>
#include <boost/log/sources/severity_channel_logger.hpp>
#include <boost/log/trivial.hpp>
#include <boost/log/utility/exception_handler.hpp>
#include <boost/make_shared.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

namespace expr = boost::log::expressions;
namespace sinks = boost::log::sinks;
namespace sources = boost::log::sources;
using namespace ctx::testing;  // NOLINT: as users do
using boost::log::trivial::severity_level;
using ctx::test::Wire;

class WireBackend : public sinks::basic_formatted_sink_backend<char, sinks::synchronized_feeding> {
public:
    explicit WireBackend(std::shared_ptr<Wire> wire) : wire_(std::move(wire)) {}
    void consume(const boost::log::record_view& /*record*/, const std::string& line) {
        wire_->write(line + '\n');
    }

private:
    std::shared_ptr<Wire> wire_;
};

using SyncSink = sinks::synchronous_sink<WireBackend>;

/// A sink that is the only one, and a logger for it.
template <typename Sink>
class OnWire {
public:
    OnWire() {
        EXPECT_TRUE(ctx::log::install_boost_log());
        sink->set_formatter(ctx::log::BoostLogJson{});
        boost::log::core::get()->add_sink(sink);
    }
    OnWire(const OnWire&) = delete;
    OnWire& operator=(const OnWire&) = delete;
    ~OnWire() {
        boost::log::core::get()->remove_sink(sink);
        if constexpr (requires { sink->stop(); }) sink->stop();
    }
    void log(std::string_view message) {
        BOOST_LOG_SEV(logger, severity_level::info) << std::string{message};
    }
    void flush() { sink->flush(); }
    std::vector<LoggedLine> lines() { return wire->lines(); }
    void fail_next() { wire->fail_next(); }

    std::shared_ptr<Wire> wire = std::make_shared<Wire>();
    boost::shared_ptr<Sink> sink = boost::make_shared<Sink>(boost::make_shared<WireBackend>(wire));
    sources::severity_channel_logger_mt<severity_level> logger{boost::log::keywords::channel =
                                                                   "orders"};
};

struct BoostLogSync : OnWire<SyncSink> {};

struct BoostLogText : OnWire<SyncSink> {
    static constexpr const char* writes_bytes_as_they_are = "a pattern of text";
    BoostLogText() {
        sink->set_formatter(expr::stream << '[' << expr::attr<severity_level>("Severity") << "] "
                                         << expr::smessage
                                         << expr::wrap_formatter(ctx::log::BoostLogSuffix{}));
    }
    std::vector<LoggedLine> lines() { return wire->lines(&text_line); }

    static LoggedLine text_line(const std::string& line) {
        const std::string trace = ctx::test::value_behind(line, " trace_id=");
        const std::string span = ctx::test::value_behind(line, " span_id=");
        const std::string suffix = trace.empty() ? "" : " trace_id=" + trace + " span_id=" + span;
        EXPECT_TRUE(line.starts_with("[info] ") && line.ends_with(suffix)) << line;
        return {line.substr(7, line.size() - 7 - suffix.size()), trace, span};
    }
};

INSTANTIATE_TYPED_TEST_SUITE_P(BoostLogSync, LoggerContract, BoostLogSync);
INSTANTIATE_TYPED_TEST_SUITE_P(BoostLogSync, FailingLoggerContract, BoostLogSync);
INSTANTIATE_TYPED_TEST_SUITE_P(BoostLogText, LoggerContract, BoostLogText);

// Debian's libboost_log is not instrumented: ThreadSanitizer sees neither its queue nor how it counts
// who still reads a record.
#ifndef __SANITIZE_THREAD__

struct BoostLogAsync : OnWire<sinks::asynchronous_sink<WireBackend>> {
    BoostLogAsync() { sink->set_exception_handler(boost::log::make_exception_suppressor()); }
    void hold() { wire->hold(); }
    void release() { wire->release(); }
};

INSTANTIATE_TYPED_TEST_SUITE_P(BoostLogAsync, LoggerContract, BoostLogAsync);
INSTANTIATE_TYPED_TEST_SUITE_P(BoostLogAsync, FailingLoggerContract, BoostLogAsync);

#endif

class BoostLog : public ctx::testing::ContextTest {
protected:
    nlohmann::json only_line() {
        const std::string bytes = adapter_.wire->bytes();
        EXPECT_EQ(std::count(bytes.begin(), bytes.end(), '\n'), 1) << bytes;
        return nlohmann::json::parse(bytes);
    }
    BoostLogSync adapter_;
};

TEST_F(BoostLog, a_line_has_channel_severity_and_the_time_of_its_record) {
    const auto before =
        std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    BOOST_LOG_SEV(adapter_.logger, severity_level::warning) << "late";
    auto line = only_line();
    EXPECT_EQ(line["logger"], "orders");
    EXPECT_EQ(line["level"], "warn");
    EXPECT_EQ(line["message"], "late");
    EXPECT_EQ(line.size(), 4U) << line;
    // The same instant in the same form, read back through a line of its own.
    std::string reference;
    ctx::log::JsonLines{}.append(reference, {.time = before}, {});
    EXPECT_GE(line["timestamp"].get<std::string>(),
              nlohmann::json::parse(reference)["timestamp"].get<std::string>());
}

TEST_F(BoostLog, every_severity_has_its_level) {
    for (const auto level : {severity_level::trace, severity_level::debug, severity_level::info,
                             severity_level::warning, severity_level::error, severity_level::fatal})
        BOOST_LOG_SEV(adapter_.logger, level) << "x";
    std::vector<std::string> levels;
    std::istringstream bytes{adapter_.wire->bytes()};
    for (std::string line; std::getline(bytes, line);)
        levels.push_back(nlohmann::json::parse(line)["level"]);
    EXPECT_THAT(levels,
                ::testing::ElementsAre("trace", "debug", "info", "warn", "error", "critical"));
}

TEST_F(BoostLog, only_declared_baggage_is_shown) {
    ctx::publish_fields(*ctx::FieldSet::create({ctx::Field{"tenant"}.log()}));
    {
        const ctx::Scope scope{ctx::test::request().with_baggage(
            ctx::Baggage{}.set("tenant", "acme").set("password", "hush"))};
        adapter_.log("paid");
    }
    ctx::publish_fields({});
    auto line = only_line();
    EXPECT_EQ(line["tenant"], "acme");
    EXPECT_FALSE(line.contains("password"));
    EXPECT_EQ(line["trace_id"], ctx::test::trace_hex);
}

TEST_F(BoostLog, options_choose_levels_and_resource_members) {
    adapter_.sink->set_formatter(ctx::log::BoostLogJson{
        {.lines = {.resource_members = R"(,"service.name":"shop")"},
         .level = [](const boost::log::record_view&) { return ctx::log::Level::error; }}});
    adapter_.log("paid");
    auto line = only_line();
    EXPECT_EQ(line["level"], "error");
    EXPECT_EQ(line["service.name"], "shop");
}

TEST_F(BoostLog, wide_messages_are_utf_8) {
    sources::wlogger logger;
    BOOST_LOG(logger) << L"\u00e9 \u20ac " << std::wstring{static_cast<wchar_t>(0x1F600)} << L'\n'
                      << std::wstring{static_cast<wchar_t>(0xD800),
                                      static_cast<wchar_t>(0x7fffffff)};
    EXPECT_EQ(only_line()["message"], "\u00e9 \u20ac \U0001F600\n\uFFFD\uFFFD\uFFFD\uFFFD");
}

TEST_F(BoostLog, a_record_without_the_attribute_has_no_ids_whoever_formats_it) {
    const auto core = boost::log::core::get();
    const auto attributes = core->get_global_attributes();
    core->set_global_attributes({});
    {
        const ctx::Scope scope{ctx::test::request()};
        adapter_.log("not captured");
    }
    core->set_global_attributes(attributes);
    EXPECT_FALSE(only_line().contains("trace_id"));
}

TEST_F(BoostLog, an_attribute_of_others_with_its_name_is_left_alone) {
    const auto core = boost::log::core::get();
    const auto attributes = core->get_global_attributes();
    core->set_global_attributes({});
    core->add_global_attribute(ctx::log::boost_log_attribute_name,
                               boost::log::attributes::make_constant(17));
    EXPECT_FALSE(ctx::log::install_boost_log());
    {
        const ctx::Scope scope{ctx::test::request()};
        adapter_.log("theirs");
    }
    core->set_global_attributes(attributes);
    EXPECT_TRUE(ctx::log::install_boost_log());
    EXPECT_FALSE(only_line().contains("trace_id"));
}

TEST_F(BoostLog, one_logger_alone_may_have_the_attribute) {
    const auto core = boost::log::core::get();
    const auto attributes = core->get_global_attributes();
    core->set_global_attributes({});
    adapter_.logger.add_attribute(ctx::log::boost_log_attribute_name,
                                  ctx::log::boost_log_attribute());
    {
        const ctx::Scope scope{ctx::test::request()};
        adapter_.log("own");
    }
    core->set_global_attributes(attributes);
    EXPECT_EQ(only_line()["trace_id"], ctx::test::trace_hex);
}

// The variable is read once in the life of a process: a new one looks at it.
TEST(BoostLogDeathTest, nothing_is_installed_where_the_sdk_is_disabled) {
    ASSERT_EQ(setenv("OTEL_SDK_DISABLED", "true", 1), 0);
    testing::FLAGS_gtest_death_test_style = "threadsafe";
    EXPECT_EXIT(std::exit(ctx::log::install_boost_log() ? 1 : 0), testing::ExitedWithCode(0), "");
    ASSERT_EQ(unsetenv("OTEL_SDK_DISABLED"), 0);
}

}  // namespace
