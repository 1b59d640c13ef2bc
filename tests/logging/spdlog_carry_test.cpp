#include "logging/contexts.hpp"
#include "logging/lines.hpp"
#include "logging/sinks.hpp"
#include "support/counting_allocator.hpp"
#include <ctx/context.hpp>
#include <ctx/logging/capture.hpp>
#include <ctx/logging/spdlog.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <spdlog/sinks/null_sink.h>

#include <atomic>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using ctx::test::dump_in_another_request;
using ctx::test::expect_all_right;
using ctx::test::GateSink;
using ctx::test::log_everywhere;
using ctx::test::MemorySink;
using ctx::test::stat;
using ctx::test::trace_in;
using testing::HasSubstr;

/// Loggers that keep the pool of spdlog, and synchronous ones.
class SpdlogCarry : public testing::Test {
protected:
    SpdlogCarry() { ctx::log::install({.async = ctx::log::AsyncMode::keep_pool}); }
    ~SpdlogCarry() override { ctx::log::uninstall(); }

    std::shared_ptr<MemorySink> sink_ = std::make_shared<MemorySink>();

    std::shared_ptr<spdlog::logger> async(
        std::vector<spdlog::sink_ptr> sinks, std::size_t queue = 128,
        spdlog::async_overflow_policy overflow = spdlog::async_overflow_policy::block) {
        spdlog::init_thread_pool(queue, 1);
        auto logger =
            ctx::log::make_async_logger("svc", std::move(sinks), spdlog::thread_pool(), overflow);
        spdlog::register_logger(logger);
        return logger;
    }
    std::shared_ptr<spdlog::logger> sync(std::vector<spdlog::sink_ptr> sinks) {
        auto logger = ctx::log::with_context(
            std::make_shared<spdlog::logger>("svc", sinks.begin(), sinks.end()));
        spdlog::register_logger(logger);
        return logger;
    }
    std::vector<std::string> lines() {
        EXPECT_TRUE(ctx::log::flush(30s));
        return sink_->lines();
    }

private:
    ctx::test::CleanSpdlog clean_;
};

TEST_F(SpdlogCarry, every_line_of_eight_threads_through_a_queue_has_its_own_id) {
    log_everywhere(*async({sink_}), 8, 250);
    expect_all_right(lines(), 8 * 250 * 5);
}

TEST_F(SpdlogCarry, every_line_of_eight_threads_through_several_workers_has_its_own_id) {
    auto pool = std::make_shared<spdlog::details::thread_pool>(64, 3);
    spdlog::details::registry::instance().set_tp(pool);
    const auto logger = ctx::log::make_async_logger("svc", {sink_}, pool);
    log_everywhere(*logger, 8, 100);
    spdlog::details::registry::instance().set_tp(nullptr);
    pool.reset();  // joins the workers
    expect_all_right(sink_->lines(), 8 * 100 * 5);
}

TEST_F(SpdlogCarry, every_line_of_eight_threads_without_a_queue_has_its_own_id) {
    log_everywhere(*sync({sink_}), 8, 250);
    expect_all_right(lines(), 8 * 250 * 5);
}

TEST_F(SpdlogCarry, every_sink_gets_the_original_message_within_its_own_level) {
    const auto warnings = std::make_shared<MemorySink>();
    warnings->set_level(spdlog::level::warn);
    const auto logger = async({sink_, warnings});
    const ctx::Scope scope{ctx::test::request()};
    logger->info("quiet");
    logger->warn("loud");
    EXPECT_EQ(lines().size(), 2U);
    EXPECT_THAT(sink_->messages(), testing::ElementsAre("quiet", "loud"));
    EXPECT_THAT(warnings->messages(), testing::ElementsAre("loud"));
}

TEST_F(SpdlogCarry, a_queue_that_overruns_drops_whole_lines_counts_them_and_confuses_none) {
    const auto gate = std::make_shared<GateSink>();
    const auto logger = async({gate, sink_}, 16, spdlog::async_overflow_policy::overrun_oldest);
    const std::uint64_t before = stat("ctx_logging_overrun_total");
    logger->info("want=none");
    gate->wait_until_reached();  // the worker has it; from here on the queue fills up
    for (int i = 0; i < 1000; ++i) {
        const auto request = ctx::test::fresh_request();
        const ctx::Scope scope{request};
        logger->info("want={}", request.trace_id().to_string());
    }
    EXPECT_EQ(ctx::log::overrun_lines(), 1000U - 16U);
    gate->open();
    expect_all_right(lines(), 17);
    EXPECT_EQ(stat("ctx_logging_overrun_total"), before + 1000 - 16);
}

TEST_F(SpdlogCarry, a_logger_that_is_dropped_delivers_what_it_accepted) {
    const auto gate = std::make_shared<GateSink>();
    auto logger = async({gate, sink_});
    const std::weak_ptr<spdlog::logger> watch = logger;
    const ctx::Scope scope{ctx::test::request()};
    for (int i = 0; i < 10; ++i)
        logger->info("{}", i);
    gate->wait_until_reached();
    spdlog::drop("svc");
    logger.reset();
    EXPECT_TRUE(watch.expired());
    gate->open();
    const auto all = lines();
    ASSERT_EQ(all.size(), 10U);
    for (const auto& line : all)
        EXPECT_EQ(trace_in(line), ctx::test::trace_hex);
}

TEST_F(SpdlogCarry, flush_waits_for_delivery_and_gives_up_in_time) {
    const auto gate = std::make_shared<GateSink>();
    // One line in the hands of the worker, and the queue full.
    ctx::test::expect_flush_waits_in_time(*async({gate, sink_}, 2), *gate, *sink_);
}

TEST_F(SpdlogCarry, flush_waits_for_clones_that_nobody_registered) {
    spdlog::init_thread_pool(128, 1);
    const auto gate = std::make_shared<ctx::test::GateSink>();
    const auto clone =
        ctx::log::make_async_logger("first", {gate}, spdlog::thread_pool())->clone("clone");
    clone->info("x");
    gate->wait_until_reached();
    EXPECT_FALSE(ctx::log::flush(1ms));
    gate->open();
    EXPECT_TRUE(ctx::log::flush(10s));
}

TEST_F(SpdlogCarry, a_sink_that_throws_takes_nothing_from_the_others) {
    std::atomic<int> heard{0};
    const auto throwing = std::make_shared<ctx::test::ThrowingSink>();
    for (const bool queued : {true, false}) {
        sink_->clear();
        const auto logger = queued ? async({throwing, sink_}) : sync({throwing, sink_});
        logger->set_error_handler([&heard](const std::string&) { ++heard; });
        const ctx::Scope scope{ctx::test::request()};
        for (int i = 0; i < 5; ++i)
            logger->info("x");
        const auto all = lines();
        ASSERT_EQ(all.size(), 5U);
        EXPECT_EQ(trace_in(all[4]), ctx::test::trace_hex);
        spdlog::drop("svc");
    }
    EXPECT_EQ(heard, 10);
}

TEST_F(SpdlogCarry, any_payload_comes_out_as_it_went_in) {
    ctx::test::expect_any_payload_survives(*async({sink_}), *sink_, [this] { return lines(); });
}

TEST_F(SpdlogCarry, a_message_that_imitates_a_capture_is_data_on_every_path) {
    // What an attacker would need to know: a capture of this very process, under other ids.
    ctx::log::RecordContext spoofed;
    spoofed.trace_id = ctx::TraceId{1, 1};
    spoofed.span_id = ctx::SpanId{1};
    std::string hostile(ctx::log::capture_trailer_bytes, '\0');
    ctx::log::append_capture(hostile.data(), spoofed);
    const spdlog::string_view_t text{hostile.data(), hostile.size()};
    for (const bool queued : {true, false}) {
        sink_->clear();
        const auto logger = queued ? async({sink_}) : sync({sink_});
        logger->info(text);
        const ctx::Scope scope{ctx::test::request()};
        logger->info(text);
        const auto all = lines();
        ASSERT_EQ(all.size(), 2U);
        EXPECT_EQ(trace_in(all[0]), "none");
        EXPECT_EQ(trace_in(all[1]), ctx::test::trace_hex);
        EXPECT_EQ(sink_->messages()[1], hostile);
        spdlog::drop("svc");
    }
}

TEST_F(SpdlogCarry, source_locations_survive) {
    const auto logger = async({sink_});
    SPDLOG_LOGGER_INFO(logger.get(), "here");
    const auto all = lines();
    ASSERT_EQ(all.size(), 1U);
    const auto json = nlohmann::json::parse(all[0]);
    EXPECT_THAT(json["code.file.path"].get<std::string>(), HasSubstr("spdlog_carry_test.cpp"));
    EXPECT_GT(json["code.line.number"].get<int>(), 0);
}

TEST_F(SpdlogCarry, a_dumped_backtrace_never_shows_the_dumpers_id) {
    const std::string dumper = ctx::TraceId{0xd, 0xd}.to_string();
    for (const bool queued : {true, false}) {
        sink_->clear();
        const auto logger = queued ? async({sink_}) : sync({sink_});
        dump_in_another_request(*logger);
        const auto all = lines();
        ASSERT_EQ(all.size(), 2 + 5U);  // logged; start, three remembered, end
        const std::string own{ctx::test::trace_hex};
        EXPECT_EQ(trace_in(all[0]), own);
        EXPECT_EQ(trace_in(all[2]), dumper);  // "Backtrace Start": the dumper's own words
        // With a queue what was above the level keeps its id; what was below never had one.
        EXPECT_EQ(trace_in(all[3]), queued ? own : "none");
        EXPECT_EQ(trace_in(all[4]), "none");
        EXPECT_EQ(trace_in(all[5]), queued ? own : "none");
        EXPECT_EQ(trace_in(all[6]), dumper);
        EXPECT_EQ(sink_->messages()[3], "above");
        EXPECT_EQ(sink_->messages()[4], "below");
        spdlog::drop("svc");
    }
}

TEST_F(SpdlogCarry, a_logger_of_spdlog_that_install_never_saw_shows_no_ids_and_is_counted) {
    spdlog::init_thread_pool(128, 1);
    sink_->set_formatter(ctx::log::json_formatter());
    const auto logger = std::make_shared<spdlog::async_logger>("raw", sink_, spdlog::thread_pool());
    spdlog::register_logger(logger);
    const std::uint64_t before = stat("ctx_logging_foreign_thread_total");
    const ctx::Scope scope{ctx::test::request()};
    logger->info("x");
    const auto all = lines();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(trace_in(all[0]), "none");
    EXPECT_EQ(stat("ctx_logging_foreign_thread_total"), before + 1);
}

/// Says something of its own about each record it gets, through another logger.
class TalkingSink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    explicit TalkingSink(std::shared_ptr<spdlog::logger> other) : other_(std::move(other)) {}

protected:
    void sink_it_(const spdlog::details::log_msg& /*message*/) override { other_->info("mine"); }
    void flush_() override {}

private:
    std::shared_ptr<spdlog::logger> other_;
};

TEST_F(SpdlogCarry, what_a_sink_logs_itself_does_not_get_the_id_of_the_record_it_handles) {
    sink_->set_formatter(ctx::log::json_formatter());
    const auto plain = std::make_shared<spdlog::logger>("plain", sink_);
    const auto logger = async({std::make_shared<TalkingSink>(plain)});
    const ctx::Scope scope{ctx::test::request()};
    logger->info("outer");
    const auto all = lines();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(trace_in(all[0]), "none");
}

/// Formats as a file sink does, into memory that stays.
class FormattingSink final : public spdlog::sinks::base_sink<std::mutex> {
protected:
    void sink_it_(const spdlog::details::log_msg& message) override {
        line_.clear();
        formatter_->format(message, line_);
    }
    void flush_() override {}

private:
    fmt::basic_memory_buffer<char, 250> line_;
};

TEST_F(SpdlogCarry, nothing_is_allocated_after_the_first_line_of_a_request) {
    ctx::publish_fields(*ctx::FieldSet::create({ctx::Field{"tenant"}.log()}));
    const auto context = ctx::test::request().with_baggage(ctx::Baggage{}.set("tenant", "acme"));
    const ctx::Scope scope{context};
    const auto null = std::make_shared<spdlog::sinks::null_sink_mt>();
    const auto formatting = std::make_shared<FormattingSink>();
    {
        const std::string longest(250, 'x');
        const auto logger = sync({null, formatting});
        logger->info("{}", longest);
        const ctx::test::AllocationCounter counter;
        for (int i = 0; i < 100; ++i)
            logger->info("{}", longest);
        EXPECT_EQ(counter.allocations(), 0U);
    }
    spdlog::drop("svc");
    {
        // spdlog's queue holds 250 bytes of name and message in place; the rest is the context.
        const std::string longest(250 - 3 - 36 - std::string_view{R"(,"tenant":"acme")"}.size(),
                                  'x');
        const auto logger = async({null});
        logger->info("{}", longest);
        const ctx::test::AllocationCounter counter;
        for (int i = 0; i < 100; ++i)
            logger->info("{}", longest);
        EXPECT_EQ(counter.allocations(), 0U);
        const ctx::test::AllocationCounter longer;
        logger->info("{}x", longest);
        EXPECT_EQ(longer.allocations(), 1U);  // spdlog's, as for any message of that size
    }
    ctx::publish_fields({});
}

TEST_F(SpdlogCarry, leaks_no_context) {
    const auto before = ctx::live_contexts();
    log_everywhere(*async({sink_}, 16, spdlog::async_overflow_policy::overrun_oldest), 4, 200);
    EXPECT_TRUE(ctx::log::flush(30s));
    EXPECT_EQ(ctx::live_contexts(), before);
}

}  // namespace
