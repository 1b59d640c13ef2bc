// Lines that a request keeps until it fails.

#include "logging/contexts.hpp"
#include "logging/lines.hpp"
#include "logging/logger_kinds.hpp"
#include <ctx/context.hpp>
#include <ctx/context/detail/request_failure.hpp>
#include <ctx/logging/spdlog.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using ctx::log::kv;
using ctx::log::Level;
using ctx::test::MemorySink;
using ctx::test::stat;
using testing::ElementsAre;
using testing::IsEmpty;

class RequestBuffer : public ctx::test::LoggerKinds {};

TEST_F(RequestBuffer, writes_the_debug_lines_of_a_request_that_fails) {
    for (const auto& logger : all_kinds()) {
        sink_->clear();
        {
            const ctx::Scope scope{ctx::log::with_request_buffer(ctx::test::request())};
            ctx::log::debug(*logger, "step {}", 1, kv("items", 3));
            ctx::log::info(*logger, "at once");
            ctx::log::trace(*logger, "not even kept");
            std::jthread{[&logger, request = ctx::Context{ctx::current()}] {
                const ctx::Scope there{request};
                ctx::log::debug(*logger, "elsewhere");
            }};
        }
        const ctx::Context failing = ctx::log::with_request_buffer(ctx::test::request());
        {
            const ctx::Scope scope{failing};
            ctx::log::debug(*logger, "step {}", 1, kv("items", 3));
            ctx::log::debug(*logger, "step {}", 2);
            const ctx::Scope child{ctx::current().with_span(ctx::test::span_context())};
            ctx::log::error(*logger, "failed");
            ctx::log::debug(*logger, "after");
        }
        EXPECT_THAT(messages(), ElementsAre("at once", "step 1", "step 2", "failed", "after"));
        const auto line = nlohmann::json::parse(sink_->lines()[1]);
        EXPECT_EQ(line["trace_id"], ctx::test::trace_hex);
        EXPECT_EQ(line["level"], "debug");
        EXPECT_EQ(line["items"], 3);
        EXPECT_THAT(line["code.file.path"], testing::HasSubstr("request_buffer_test.cpp"));
    }
}

TEST_F(RequestBuffer, writes_them_when_the_first_span_of_the_request_ends_in_error) {
    const auto logger = all_kinds().front();
    const ctx::Context failing = ctx::log::with_request_buffer(ctx::test::request());
    {
        const ctx::Scope scope{failing};
        ctx::log::debug(*logger, "kept");
        // Another request ends, whose context has no buffer.
        const ctx::Context other = ctx::Context{}.with_span(
            {ctx::new_trace_id(), ctx::new_span_id(), ctx::TraceFlags{1}, {}, false});
        ctx::detail::tell_request_failure(other);
        EXPECT_THAT(messages(), IsEmpty());
        // The buffer was put into a context made from the span's.
        ctx::detail::tell_request_failure(ctx::test::request());
        EXPECT_THAT(messages(), ElementsAre("kept"));
    }
    const ctx::Context second = ctx::log::with_request_buffer(ctx::test::request());
    {
        const ctx::Scope scope{second};
        ctx::log::debug(*logger, "of the second");
    }
    ctx::detail::tell_request_failure(second);
    EXPECT_THAT(messages(), ElementsAre("kept", "of the second"));
}

TEST_F(RequestBuffer, of_a_stock_logger_shows_text) {
    const auto stock = std::make_shared<spdlog::logger>("stock", sink_);
    stock->set_pattern("%l %v");
    spdlog::register_logger(stock);
    const ctx::Scope scope{ctx::log::with_request_buffer(ctx::test::request())};
    ctx::log::debug(*stock, "step", kv("items", 3));
    ctx::log::release_request_lines(ctx::current());
    ctx::log::release_request_lines(ctx::current());
    EXPECT_THAT(sink_->lines(),
                ElementsAre("debug step trace_id=" + std::string{ctx::test::trace_hex} +
                            " span_id=" + std::string{ctx::test::span_hex} + " items=3\n"));
}

TEST_F(RequestBuffer, a_line_goes_to_the_logger_of_its_name_or_to_the_default_one) {
    const auto other = std::make_shared<MemorySink>();
    spdlog::set_default_logger(backend());
    const ctx::Scope scope{ctx::log::with_request_buffer(ctx::test::request())};
    {
        const auto audit = ctx::log::async_factory::create<MemorySink>("audit");
        audit->sinks() = {other};
        other->set_formatter(ctx::log::json_formatter());
        ctx::log::debug(*audit, "for audit");
    }
    {
        const auto gone = std::make_shared<spdlog::logger>("gone", other);
        ctx::log::debug(*gone, "of a logger that has gone");
    }
    ctx::log::error("failed");
    EXPECT_THAT(messages(), ElementsAre("of a logger that has gone", "failed"));
    EXPECT_THAT(other->messages(), ElementsAre("for audit"));
}

TEST_F(RequestBuffer, keeps_the_newest_lines_and_counts_the_others) {
    const auto logger = backend();
    const auto before = stat("ctx_logging_held_dropped_total");
    const ctx::Scope scope{ctx::log::with_request_buffer(ctx::test::request(), {.max_lines = 3})};
    for (int i = 0; i < 10; ++i)
        ctx::log::debug(*logger, "{}", i);
    EXPECT_EQ(stat("ctx_logging_held_dropped_total"), before + 7);
    ctx::log::error(*logger, "failed");
    EXPECT_THAT(messages(), ElementsAre("7", "8", "9", "failed"));

    const ctx::Scope narrow{
        ctx::log::with_request_buffer(ctx::test::request(), {.max_bytes = 2000})};
    for (int i = 0; i < 10; ++i)
        ctx::log::debug(*logger, "{}", std::string(900, 'x'));
    EXPECT_GE(stat("ctx_logging_held_dropped_total"), before + 15);
}

TEST_F(RequestBuffer, keeps_what_sampling_would_leave_out) {
    ctx::log::set_line_policy({.keep = 0});
    const auto logger = backend();
    const ctx::Scope scope{ctx::log::with_request_buffer(ctx::test::request())};
    ctx::log::info(*logger, "unsampled");
    EXPECT_THAT(messages(), IsEmpty());
    ctx::log::error(*logger, "failed");
    EXPECT_THAT(messages(), ElementsAre("unsampled", "failed"));
}

TEST_F(RequestBuffer, ends_with_its_request) {
    const auto live = ctx::live_contexts();
    const auto logger = backend();
    {
        const ctx::Scope scope{ctx::log::with_request_buffer(ctx::test::request())};
        ctx::log::debug(*logger, "kept");
    }
    while (ctx::live_contexts() > live)
        std::this_thread::yield();
    EXPECT_LE(ctx::live_contexts(), live);
}

TEST_F(RequestBuffer, of_eight_threads_is_written_once) {
    const auto logger = backend();
    const ctx::Context request = ctx::log::with_request_buffer(ctx::test::request());
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t) {
        threads.emplace_back([&logger, &request, t] {
            const ctx::Scope scope{request};
            for (int i = 0; i < 8; ++i)
                ctx::log::debug(*logger, "{}", t * 8 + i);
            ctx::log::error(*logger, "failed");
        });
    }
    threads.clear();
    auto all = messages();
    EXPECT_EQ(std::count(all.begin(), all.end(), "failed"), 8);
    std::sort(all.begin(), all.end());
    EXPECT_EQ(std::unique(all.begin(), all.end()) - all.begin(), 65);
}

TEST_F(RequestBuffer, released_in_another_request_shows_no_foreign_ids) {
    const auto stock = std::make_shared<spdlog::logger>("stock", sink_);
    sink_->set_formatter(ctx::log::json_formatter());
    spdlog::register_logger(stock);
    const ctx::Context request = ctx::log::with_request_buffer(ctx::test::request());
    {
        const ctx::Scope scope{request};
        ctx::log::debug(*stock, "kept");
    }
    const ctx::Scope other{ctx::Context{}.with_span(
        {ctx::TraceId{7, 7}, ctx::SpanId{7}, ctx::TraceFlags{1}, {}, false})};
    ctx::log::release_request_lines(request);
    ASSERT_EQ(sink_->lines().size(), 1U);
    EXPECT_THAT(sink_->lines()[0], testing::HasSubstr(ctx::test::trace_hex));
    EXPECT_THAT(sink_->lines()[0], testing::Not(testing::HasSubstr("0000000000000007")));
}

TEST_F(RequestBuffer, a_sink_that_came_after_install_gets_text) {
    const auto logger = sync();
    const auto late = std::make_shared<MemorySink>();
    late->set_pattern("%v");
    logger->sinks().push_back(late);
    spdlog::register_logger(logger);
    const ctx::Scope scope{ctx::log::with_request_buffer(ctx::test::request())};
    ctx::log::debug(*logger, "kept", kv("n", 1));
    ctx::log::error(*logger, "failed", kv("n", 2));
    ASSERT_EQ(late->lines().size(), 2U);
    EXPECT_THAT(late->lines()[0], testing::MatchesRegex("kept trace_id=.* n=1\n"));
    EXPECT_EQ(late->lines()[1], "failed n=2\n");
}

TEST_F(RequestBuffer, an_error_of_a_call_site_of_spdlog_releases) {
    for (const auto& logger : {backend(), sync()}) {
        sink_->clear();
        spdlog::drop_all();
        spdlog::register_logger(logger);
        const ctx::Scope scope{ctx::log::with_request_buffer(ctx::test::request())};
        ctx::log::debug(*logger, "kept");
        logger->error("failed");
        EXPECT_THAT(messages(), ElementsAre("kept", "failed"));
    }
}

TEST_F(RequestBuffer, a_logger_that_is_off_writes_nothing_and_a_backtrace_gets_what_is_not_kept) {
    const auto logger = sync();
    const ctx::Scope scope{ctx::log::with_request_buffer(ctx::test::request())};
    logger->set_level(spdlog::level::off);
    ctx::log::debug(*logger, "no");
    ctx::log::error(*logger, "no");
    EXPECT_THAT(messages(), IsEmpty());
    logger->set_level(spdlog::level::info);
    logger->enable_backtrace(4);
    const ctx::Scope fresh{ctx::log::with_request_buffer(ctx::test::request())};
    ctx::log::trace(*logger, "for the backtrace");
    logger->dump_backtrace();
    EXPECT_THAT(messages(), testing::Contains("for the backtrace"));
}

}  // namespace
