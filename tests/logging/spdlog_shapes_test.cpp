// Lines as entries of the journal and in people's own patterns, behind every kind of logger.

#include "logging/contexts.hpp"
#include "logging/journal.hpp"
#include "logging/lines.hpp"
#include "logging/sinks.hpp"
#include <ctx/context.hpp>
#include <ctx/logging/spdlog.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using ctx::log::AsyncMode;
using ctx::log::Format;
using ctx::log::JournalSink;
using ctx::log::kv;
using ctx::log::pattern_formatter;
using ctx::test::MemorySink;
using testing::ElementsAre;
using testing::HasSubstr;

enum class Kind : std::uint8_t { synchronous, pool, backend };

auto all_kinds() {
    return testing::Values(Kind::synchronous, Kind::pool, Kind::backend);
}

std::string name_of_kind(const testing::TestParamInfo<Kind>& info) {
    constexpr const char* names[] = {"synchronous", "pool", "backend"};
    return names[static_cast<std::size_t>(info.param)];
}

class SpdlogShapes : public testing::TestWithParam<Kind> {
protected:
    SpdlogShapes() { ctx::publish_fields(*ctx::FieldSet::create({ctx::Field{"tenant"}.log()})); }
    ~SpdlogShapes() override {
        ctx::log::uninstall();
        ctx::publish_fields({});
    }

    static std::shared_ptr<spdlog::logger> logger(spdlog::sink_ptr sink, Format format) {
        const AsyncMode mode =
            GetParam() == Kind::pool ? AsyncMode::keep_pool : AsyncMode::own_backend;
        ctx::log::install({.format = format, .async = mode});
        if (GetParam() == Kind::synchronous) {
            return ctx::log::with_context(std::make_shared<spdlog::logger>("svc", sink));
        }
        if (GetParam() == Kind::backend) return ctx::log::make_async_logger("svc", {sink}, {});
        spdlog::init_thread_pool(128, 1);
        auto logger = ctx::log::make_async_logger("svc", {sink}, spdlog::thread_pool());
        spdlog::register_logger(logger);  // for flush()
        return logger;
    }
    static ctx::Context request() {
        return ctx::test::request().with_baggage(ctx::Baggage{}.set("tenant", "acme corp"));
    }

    ctx::test::CleanSpdlog clean_;
};

class JournalOfLoggers : public SpdlogShapes {
protected:
    std::shared_ptr<spdlog::logger> logger(Format format = Format::json) {
        return SpdlogShapes::logger(
            std::make_shared<JournalSink>(ctx::log::LineOptions{}, journal_.open().path()), format);
    }
    ctx::test::Journal journal_;
};

INSTANTIATE_TEST_SUITE_P(Loggers, JournalOfLoggers, all_kinds(), name_of_kind);

TEST_P(JournalOfLoggers, has_ids_and_values_as_fields) {
    const auto log = logger();
    {
        const ctx::Scope scope{request()};
        ctx::log::error(*log, "order {} lost\nsorry", 17, kv("items", 3), kv("message", "mine"));
    }
    log->info("idle");
    ASSERT_TRUE(ctx::log::flush(30s));
    const auto entry = journal_.next();
    EXPECT_EQ(entry["MESSAGE"], "order 17 lost\nsorry");
    EXPECT_EQ(entry["PRIORITY"], "3");
    EXPECT_EQ(entry["SYSLOG_IDENTIFIER"], "svc");
    EXPECT_EQ(entry["TRACE_ID"], ctx::test::trace_hex);
    EXPECT_EQ(entry["SPAN_ID"], ctx::test::span_hex);
    EXPECT_EQ(entry["BAGGAGE_TENANT"], "acme corp");
    EXPECT_EQ(entry["ITEMS"], "3");
    EXPECT_EQ(entry["X_MESSAGE"], "mine");
    EXPECT_EQ(entry["TID"], std::to_string(spdlog::details::os::thread_id()));
    EXPECT_THAT(entry["CODE_FILE"], HasSubstr("spdlog_shapes_test.cpp"));
    const auto idle = journal_.next();
    EXPECT_EQ(idle["MESSAGE"], "idle");
    EXPECT_FALSE(idle.has("TRACE_ID"));
    EXPECT_FALSE(idle.has("BAGGAGE_TENANT"));
    EXPECT_TRUE(journal_.is_empty());
}

TEST_P(JournalOfLoggers, has_the_message_as_it_was_logged_whatever_the_format) {
    const auto log = logger(Format::text);
    const ctx::Scope scope{request()};
    ctx::log::info(*log, "accepted", kv("items", 3));
    ASSERT_TRUE(ctx::log::flush(30s));
    const auto entry = journal_.next();
    EXPECT_EQ(entry["MESSAGE"], "accepted");
    EXPECT_EQ(entry["TRACE_ID"], ctx::test::trace_hex);
    EXPECT_EQ(entry["ITEMS"], "3");
}

TEST_P(JournalOfLoggers, takes_lines_of_any_size) {
    const auto log = logger();
    const ctx::Scope scope{request()};
    const std::string text(1 << 20, 'x');
    log->info(text);
    ASSERT_TRUE(ctx::log::flush(30s));
    const auto entry = journal_.next();
    EXPECT_EQ(entry["MESSAGE"], text);
    EXPECT_EQ(entry["TRACE_ID"], ctx::test::trace_hex);
    EXPECT_EQ(journal_.files(), 1);
}

TEST_P(JournalOfLoggers, gives_no_line_of_a_backtrace_the_ids_of_who_dumps_it) {
    const auto log = logger();
    ctx::test::dump_in_another_request(*log);
    ASSERT_TRUE(ctx::log::flush(30s));
    std::vector<std::string> shown;
    for (int i = 0; i < 2 + 5; ++i) {  // logged; start, three remembered, end
        const auto entry = journal_.next();
        const bool is_right = entry["TRACE_ID"] == ctx::test::trace_hex;
        EXPECT_TRUE(is_right || !entry.has("TRACE_ID") || entry["MESSAGE"].starts_with("****"));
        shown.push_back(entry["MESSAGE"] + (is_right ? " right" : ""));
    }
    const char* above = GetParam() == Kind::synchronous ? "above" : "above right";
    EXPECT_THAT(std::vector(shown.begin(), shown.begin() + 2),
                ElementsAre("above right", "above right"));
    EXPECT_THAT(std::vector(shown.begin() + 3, shown.begin() + 6),
                ElementsAre(above, "below", above));
}

class PatternOfLoggers : public SpdlogShapes {
protected:
    std::shared_ptr<spdlog::logger> logger(const std::string& pattern,
                                           ctx::log::JsonLines::Options options = {}) {
        sink_->set_formatter(pattern_formatter(pattern, std::move(options)));
        return SpdlogShapes::logger(sink_, Format::unchanged);
    }
    std::vector<std::string> lines() {
        EXPECT_TRUE(ctx::log::flush(30s));
        return sink_->lines();
    }
    std::shared_ptr<MemorySink> sink_ = std::make_shared<MemorySink>();
};

INSTANTIATE_TEST_SUITE_P(Loggers, PatternOfLoggers, all_kinds(), name_of_kind);

TEST_P(PatternOfLoggers, shows_ids_fields_and_values_where_its_flags_are) {
    const auto log = logger("[%Q] [%q] [%J] [%n] %v");
    {
        const ctx::Scope scope{request()};
        ctx::log::info(*log, "accepted", kv("items", 3));
        log->info("packed");
    }
    ctx::log::info(*log, "alone", kv("items", 4));
    log->info("idle");
    const std::string ids = "[4bf92f3577b34da6a3ce929d0e0e4736] [00f067aa0ba902b7] ";
    EXPECT_THAT(lines(), ElementsAre(ids + "[tenant=\"acme corp\" items=3] [svc] accepted\n",
                                     ids + "[tenant=\"acme corp\"] [svc] packed\n",
                                     "[] [] [items=4] [svc] alone\n", "[] [] [] [svc] idle\n"));
}

TEST_P(PatternOfLoggers, pads_and_cuts_as_spdlog_does) {
    // The message is what the flag stands for; spdlog's own %v shows how it is done.
    const std::string message{ctx::test::trace_hex};
    for (const char* padding : {"40", "-40", "=40", "=41", "8", "8!", "-8!", "=8!", "32!", "0!"}) {
        sink_->clear();
        const std::string percent = '%' + std::string{padding};
        const auto log = logger("<" + percent + "Q>|<" + percent + "v>");
        const ctx::Scope scope{request()};
        log->info(message);
        const auto all = lines();
        ASSERT_EQ(all.size(), 1U);
        const std::size_t half = all[0].find('|');
        EXPECT_EQ(all[0].substr(0, half) + '\n', all[0].substr(half + 1)) << padding;
        spdlog::drop("svc");
    }
}

TEST_P(PatternOfLoggers, keeps_columns_where_there_is_no_request) {
    const auto log = logger("<%-32Q> <%=17q> <%4J> %v");
    log->info("idle");
    EXPECT_THAT(lines(), ElementsAre('<' + std::string(32, ' ') + "> <" + std::string(17, ' ') +
                                     "> <    > idle\n"));
}

TEST_P(PatternOfLoggers, shows_neither_secrets_nor_unwanted_fields) {
    ctx::log::JsonLines::Options options;
    options.only_fields = {"tier"};
    const auto log = logger("%J", options);
    const ctx::Scope scope{request()};
    ctx::log::info(*log, "accepted", kv("password", "hunter2"));
    EXPECT_THAT(lines(), ElementsAre("password=***\n"));
}

TEST_P(PatternOfLoggers, gives_no_line_of_a_backtrace_the_ids_of_who_dumps_it) {
    const auto log = logger("%v %Q");
    ctx::test::dump_in_another_request(*log);
    const auto all = lines();
    ASSERT_EQ(all.size(), 2 + 5U);  // logged; start, three remembered, end
    const std::string right = "above " + std::string{ctx::test::trace_hex} + '\n';
    const std::string above = GetParam() == Kind::synchronous ? "above \n" : right;
    EXPECT_THAT(std::vector(all.begin(), all.begin() + 2), ElementsAre(right, right));
    EXPECT_THAT(std::vector(all.begin() + 3, all.begin() + 6),
                ElementsAre(above, "below \n", above));
}

TEST(PatternFormatter, is_the_same_in_each_sink_that_gets_a_copy) {
    const auto second = std::make_shared<MemorySink>();
    const auto third = std::make_shared<MemorySink>();
    spdlog::logger plain{"plain", {second, third}};
    plain.set_formatter(pattern_formatter("%20q %v"));
    const ctx::Scope scope{ctx::test::request()};
    plain.info("accepted");
    for (const auto& sink : {second, third})
        EXPECT_THAT(sink->lines(), ElementsAre("    00f067aa0ba902b7 accepted\n"));
}

}  // namespace
