// Which lines are written: severity, sampling, rate, requests that ask for more.

#include "logging/contexts.hpp"
#include "logging/lines.hpp"
#include "logging/logger_kinds.hpp"
#include <ctx/context.hpp>
#include <ctx/logging/policy.hpp>
#include <ctx/logging/spdlog.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <spdlog/sinks/base_sink.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using ctx::log::kv;
using ctx::log::Level;
using ctx::log::LinePolicy;
using ctx::test::MemorySink;
using ctx::test::stat;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr auto for_ever = std::chrono::hours{1};

class LogPolicies : public ctx::test::LoggerKinds {
protected:
    ~LogPolicies() override { ctx::publish_fields({}); }

    /// Each sink of a synchronous logger sees a line: the policy must not.
    auto all_kinds() { return LoggerKinds::all_kinds(std::make_shared<MemorySink>()); }
};

ctx::Context with_flags(ctx::TraceFlags flags) {
    auto span = ctx::test::span_context();
    span.flags = flags;
    return ctx::Context{}.with_span(span);
}

TEST_F(LogPolicies, lines_below_the_minimum_are_not_written) {
    ctx::log::set_line_policy({.minimum = Level::warn});
    for (const auto& logger : all_kinds()) {
        sink_->clear();
        logger->info("a");
        logger->warn("b");
        ctx::log::info(*logger, "c");
        ctx::log::warn(*logger, "d");
        EXPECT_THAT(messages(), ElementsAre("b", "d"));
    }
}

TEST_F(LogPolicies, lines_of_spans_that_are_not_sampled_are_not_written) {
    ctx::log::set_line_policy({.only_sampled = true});
    const auto logger = backend();
    logger->info("outside");
    {
        const ctx::Scope scope{with_flags(ctx::TraceFlags{})};
        logger->error("unsampled");
    }
    {
        const ctx::Scope scope{with_flags(ctx::TraceFlags{1})};
        logger->info("sampled");
    }
    EXPECT_THAT(messages(), ElementsAre("outside", "sampled"));
}

TEST_F(LogPolicies, a_request_keeps_all_of_its_lines_or_none_but_warnings) {
    ctx::log::set_line_policy({.keep = 0.25});
    const auto before = stat("ctx_logging_unsampled_total");
    const auto logger = backend();
    constexpr int requests = 2000;
    for (int i = 0; i < requests; ++i) {
        const ctx::Scope scope{ctx::Context{}.with_span(
            {ctx::new_trace_id(), ctx::new_span_id(), ctx::TraceFlags{3}, {}, false})};
        logger->info("one");
        ctx::log::info(*logger, "two");
        logger->warn("kept");
    }
    ASSERT_TRUE(ctx::log::flush(30s));
    std::map<std::string, int> lines;
    for (const std::string& line : sink_->lines())
        ++lines[nlohmann::json::parse(line)["trace_id"]];
    EXPECT_EQ(lines.size(), requests);
    int whole = 0;
    for (const auto& [id, count] : lines) {
        EXPECT_TRUE(count == 1 || count == 3) << count;
        whole += count == 3 ? 1 : 0;
    }
    EXPECT_NEAR(whole, requests / 4, 120);  // six standard deviations
    EXPECT_EQ(stat("ctx_logging_unsampled_total") - before,
              static_cast<std::uint64_t>(2 * (requests - whole)));
}

TEST_F(LogPolicies, nothing_below_a_warning_is_kept_of_none) {
    ctx::log::set_line_policy({.keep = 0});
    const auto logger = backend();
    const ctx::Scope scope{ctx::test::request()};
    logger->info("a");
    logger->warn("b");
    EXPECT_THAT(messages(), ElementsAre("b"));
}

TEST_F(LogPolicies, a_place_that_logs_too_often_is_limited_and_says_how_many_are_missing) {
    for (const auto& logger : all_kinds()) {
        ctx::log::set_line_policy({.per_site = {.interval = for_ever, .burst = 2}});
        sink_->clear();
        const auto here = [&logger] { ctx::log::info(*logger, "api"); };
        const auto there = [&logger] { SPDLOG_LOGGER_INFO(logger, "macro"); };
        for (int i = 0; i < 5; ++i) {
            here();
            there();
        }
        logger->info("has no place");
        EXPECT_THAT(messages(), ElementsAre("api", "macro", "api", "macro", "has no place"));
    }
}

TEST_F(LogPolicies, the_next_line_says_how_many_were_suppressed) {
    for (const auto& logger : all_kinds()) {
        for (const bool api : {true, false}) {
            ctx::log::set_line_policy({.per_site = {.interval = 20ms, .burst = 1}});
            sink_->clear();
            const auto before = stat("ctx_logging_suppressed_total");
            const auto log = [&] {
                if (api) {
                    ctx::log::info(*logger, "m");
                } else {
                    SPDLOG_LOGGER_INFO(logger, "m");
                }
            };
            log();
            while (stat("ctx_logging_suppressed_total") < before + 3)
                log();
            while (messages().size() < 2 ||
                   sink_->lines().back().find("suppressed") == std::string::npos) {
                log();
            }
            const auto line = nlohmann::json::parse(sink_->lines().back());
            EXPECT_GE(line["suppressed"], 1);
            EXPECT_EQ(line["message"], "m");
        }
    }
}

TEST_F(LogPolicies, a_request_may_ask_for_its_debug_lines_and_no_other_gets_them) {
    LinePolicy policy;
    policy.minimum = Level::info;
    policy.keep = 0;
    policy.debug = {.enabled = true, .field = "debug", .level = Level::debug};
    ctx::log::set_line_policy(policy);
    ctx::publish_fields(
        *ctx::FieldSet::create({ctx::Field{"debug"}.type(ctx::EntryType::boolean)}));
    for (const auto& logger : all_kinds()) {
        sink_->clear();
        const auto all = [&logger](std::string_view who) {
            ctx::log::trace(*logger, "trace of {}", who);
            ctx::log::debug(*logger, "debug of {}", who);
            ctx::log::info(*logger, "info of {}", who);
        };
        {
            const ctx::Scope scope{with_flags(ctx::TraceFlags{1})};
            all("others");
        }
        {
            const ctx::Scope scope{with_flags(ctx::TraceFlags{1}.with_debug())};
            all("flag");
        }
        {
            const ctx::Scope scope{
                with_flags(ctx::TraceFlags{1}).with_baggage(ctx::Baggage{}.set("debug", "true"))};
            all("field");
        }
        all("nobody");
        EXPECT_THAT(messages(), ElementsAre("debug of flag", "info of flag", "debug of field",
                                            "info of field", "info of nobody"));
        EXPECT_EQ(logger->level(), spdlog::level::info);
    }
}

TEST_F(LogPolicies, an_undeclared_field_asks_in_vain) {
    ctx::log::set_line_policy({.debug = {.enabled = true, .field = "debug"}});
    const auto logger = backend();
    const ctx::Scope scope{ctx::test::request().with_baggage(ctx::Baggage{}.set("debug", "true"))};
    ctx::log::debug(*logger, "no");
    EXPECT_THAT(messages(), IsEmpty());
}

TEST_F(LogPolicies, only_so_many_requests_may_ask_in_a_second) {
    ctx::log::set_line_policy({.debug = {.enabled = true, .requests_per_second = 3}});
    const auto refused = stat("ctx_logging_debug_refused_total");
    const auto logger = backend();
    for (int i = 0; i < 50; ++i) {
        const ctx::Scope scope{ctx::Context{}.with_span(
            {ctx::new_trace_id(), ctx::new_span_id(), ctx::TraceFlags{1}.with_debug(), {}, false})};
        ctx::log::debug(*logger, "line");
        ctx::log::debug(*logger, "line");
    }
    const auto written = messages().size();
    EXPECT_GE(written, 6U);
    EXPECT_LT(written, 50U);
    EXPECT_EQ(written % 2, 0U);
    EXPECT_GE(stat("ctx_logging_debug_refused_total"), refused + 25);
}

TEST_F(LogPolicies, a_request_has_so_many_debug_lines_and_no_more) {
    ctx::log::set_line_policy(
        {.minimum = Level::info, .debug = {.enabled = true, .lines_per_request = 5}});
    const auto used_up = stat("ctx_logging_debug_used_up_total");
    const auto logger = all_kinds().front();
    for (int request = 0; request < 2; ++request) {
        const ctx::Scope scope{ctx::Context{}.with_span(
            {ctx::new_trace_id(), ctx::new_span_id(), ctx::TraceFlags{1}.with_debug(), {}, false})};
        for (int i = 0; i < 100; ++i)
            ctx::log::debug(*logger, "line");
        ctx::log::info(*logger, "like any other");
    }
    EXPECT_EQ(messages().size(), 2U * 6U);
    EXPECT_EQ(stat("ctx_logging_debug_used_up_total") - used_up, 2U);
}

class FakeSpan final : public ctx::RecordingSpan {
public:
    explicit FakeSpan(std::vector<std::string>& events) : events_(events) {}
    bool keep() noexcept override { return true; }
    void add_event(std::string_view name,
                   std::span<const ctx::Attribute> attributes) noexcept override {
        std::string text{name};
        for (const ctx::Attribute& attribute : attributes) {
            text += ' ';
            text += attribute.key;
            if (const auto* value = std::get_if<std::string_view>(&attribute.value)) {
                text += '=';
                text += *value;
            }
        }
        events_.push_back(text);
    }

private:
    std::vector<std::string>& events_;
};

TEST_F(LogPolicies, lines_are_events_of_the_span_that_is_recorded) {
    ctx::log::set_line_policy({.span_events = ctx::log::SpanEvents::error});
    for (const auto& logger : all_kinds()) {
        std::vector<std::string> events;
        const ctx::Scope scope{ctx::Context{}.with_span(
            ctx::test::span_context(), ctx::RecordingSpanPtr::adopt(new FakeSpan(events)))};
        logger->info("no");
        logger->error("one");
        ctx::log::error(*logger, "two", kv("sku", "A-7"), kv("password", "x"));
        EXPECT_THAT(events, ElementsAre("log level=error message=one",
                                        "log level=error message=two sku=A-7"));
        messages();
    }
}

TEST_F(LogPolicies, a_span_has_so_many_lines_and_no_more) {
    ctx::log::set_line_policy({.span_events = ctx::log::SpanEvents::all, .max_span_events = 3});
    const auto dropped = stat("ctx_logging_span_events_dropped_total");
    const auto logger = all_kinds().front();
    std::vector<std::string> events;
    const ctx::Scope scope{ctx::Context{}.with_span(
        ctx::test::span_context(), ctx::RecordingSpanPtr::adopt(new FakeSpan(events)))};
    for (int i = 0; i < 50; ++i)
        logger->info("line");
    EXPECT_EQ(events.size(), 3U);
    EXPECT_EQ(stat("ctx_logging_span_events_dropped_total") - dropped, 47U);
    EXPECT_EQ(ctx::log::LinePolicy{}.max_span_events, 32U);
}

std::map<std::string, std::size_t> volume;

TEST_F(LogPolicies, an_observer_hears_of_each_line_under_its_context) {
    volume.clear();
    ctx::log::set_line_policy(
        {.minimum = Level::info,
         .observe = [](ctx::ContextView context, Level, std::size_t bytes) noexcept {
             volume[std::string{context.baggage().find("tenant").value_or("none")}] += bytes;
         }});
    for (const auto& logger : all_kinds()) {
        const ctx::Scope scope{
            ctx::test::request().with_baggage(ctx::Baggage{}.set("tenant", "acme"))};
        logger->info("four");
        ctx::log::info(*logger, "more {}", 1);
        ctx::log::debug(*logger, "not written");
        messages();
    }
    EXPECT_EQ(volume, (std::map<std::string, std::size_t>{{"acme", 3 * (4 + 6)}}));
}

TEST_F(LogPolicies, may_change_while_eight_threads_log) {
    const auto logger = backend();
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t) {
        threads.emplace_back([&logger] {
            for (int i = 0; i < 500; ++i) {
                const ctx::Scope scope{ctx::test::request()};
                ctx::log::info(*logger, "line {}", i);
                SPDLOG_LOGGER_INFO(logger, "line");
            }
        });
    }
    for (int i = 0; i < 50; ++i) {
        ctx::log::set_line_policy({.keep = i % 2 == 0 ? 1.0 : 0.5, .per_site = {.burst = 3}});
        std::this_thread::yield();
    }
    threads.clear();
    EXPECT_FALSE(messages().empty());
}

TEST_F(LogPolicies, lines_of_one_time_are_told_apart_by_their_place) {
    ctx::log::set_line_policy({.per_site = {.interval = for_ever, .burst = 1}});
    const auto other = std::make_shared<MemorySink>();
    const auto logger = sync(other);
    const spdlog::log_clock::time_point time{};
    for (const int line : {1, 1, 77})
        logger->log(time, spdlog::source_loc{"a.cpp", line, "f"}, spdlog::level::err, "same text");
    EXPECT_EQ(messages().size(), 2U);
    EXPECT_EQ(other->messages().size(), 2U);
}

class LoggingSink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    explicit LoggingSink(std::shared_ptr<spdlog::logger> logger) : logger_(std::move(logger)) {}

protected:
    void sink_it_(const spdlog::details::log_msg&) override {
        SPDLOG_LOGGER_INFO(logger_, "from a sink");
    }
    void flush_() override {}

private:
    std::shared_ptr<spdlog::logger> logger_;
};

TEST_F(LogPolicies, a_sink_that_logs_takes_nothing_from_the_sinks_behind_it) {
    ctx::log::set_line_policy({.per_site = {.interval = for_ever, .burst = 1}});
    const auto other = std::make_shared<MemorySink>();
    const auto inner = ctx::log::with_context(std::make_shared<spdlog::logger>("in", other));
    const auto logger = sync(std::make_shared<LoggingSink>(inner));
    SPDLOG_LOGGER_INFO(logger, "outer");
    EXPECT_THAT(messages(), ElementsAre("outer"));
    EXPECT_THAT(other->messages(), ElementsAre("from a sink"));
}

ctx::Context debug_request(std::uint64_t high, std::uint64_t low) {
    return ctx::Context{}.with_span(
        {ctx::TraceId{high, low}, ctx::new_span_id(), ctx::TraceFlags{1}.with_debug(), {}, false});
}

TEST_F(LogPolicies, the_cap_of_debug_requests_counts_requests_and_keeps_its_word) {
    ctx::log::set_line_policy({.debug = {.enabled = true, .requests_per_second = 1}});
    const auto logger = backend();
    const ctx::Scope first{debug_request(1, 5)};
    ctx::log::debug(*logger, "first");
    for (std::uint64_t i = 2; i < 3000; ++i) {
        const ctx::Scope scope{debug_request(i, 5)};
        ctx::log::debug(*logger, "other");
    }
    ctx::log::debug(*logger, "first again");
    const auto all = messages();
    EXPECT_EQ(all.front(), "first");
    EXPECT_EQ(all.back(), "first again");
    EXPECT_LT(all.size(), 30U);  // others as seconds pass
    ctx::log::set_line_policy({.debug = {.enabled = true, .requests_per_second = 0}});
    sink_->clear();
    ctx::log::debug(*logger, "none");
    EXPECT_THAT(messages(), IsEmpty());
}

TEST_F(LogPolicies, the_longest_intervals_are_limits_too) {
    const auto logger = backend();
    for (const auto interval : {std::chrono::nanoseconds{24h}, std::chrono::nanoseconds::max()}) {
        ctx::log::set_line_policy({.per_site = {.interval = interval, .burst = 200'000}});
        sink_->clear();
        ctx::log::info(*logger, "admitted");
        EXPECT_THAT(messages(), ElementsAre("admitted"));
    }
    ctx::log::set_line_policy(
        {.per_site = {.interval = std::chrono::nanoseconds::max(), .burst = 1}});
    sink_->clear();
    for (int i = 0; i < 3; ++i)
        ctx::log::info(*logger, "once");
    EXPECT_THAT(messages(), ElementsAre("once"));
}

TEST_F(LogPolicies, secrets_are_on_no_span_whatever_they_are_called) {
    ctx::log::install({.secret_names = {"IBAN"}});
    ctx::log::set_line_policy({.span_events = ctx::log::SpanEvents::error});
    std::vector<std::string> events;
    const ctx::Scope scope{ctx::Context{}.with_span(
        ctx::test::span_context(), ctx::RecordingSpanPtr::adopt(new FakeSpan(events)))};
    ctx::log::error(*backend(), "m", kv("iban", "DE1"), kv("level", "x"), kv("IBANs", "DE2"));
    EXPECT_THAT(events, ElementsAre("log level=error message=m"));
    ASSERT_TRUE(ctx::log::flush(30s));
    EXPECT_THAT(sink_->lines(), ElementsAre(testing::Not(testing::HasSubstr("DE"))));
}

}  // namespace
