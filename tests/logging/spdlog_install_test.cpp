#include "logging/contexts.hpp"
#include "logging/logger_kinds.hpp"
#include <ctx/context.hpp>
#include <ctx/logging/spdlog.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <spdlog/sinks/dist_sink.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using ctx::log::AsyncMode;
using ctx::log::Format;
using ctx::test::MemorySink;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class SpdlogInstall : public testing::TestWithParam<AsyncMode>, protected ctx::test::ReadsLines {
protected:
    ~SpdlogInstall() override { ctx::log::uninstall(); }

    static ctx::log::InstallReport install(ctx::log::Options options = {}) {
        options.async = GetParam();
        return ctx::log::install(options);
    }

    /// A logger as programs have them before they know of ctx.
    void add_sync(const std::string& name) {
        spdlog::register_logger(std::make_shared<spdlog::logger>(name, sink_));
    }
    void add_async(const std::string& name) {
        if (spdlog::thread_pool() == nullptr) spdlog::init_thread_pool(128, 1);
        spdlog::register_logger(
            std::make_shared<spdlog::async_logger>(name, sink_, spdlog::thread_pool()));
    }
};

TEST_P(SpdlogInstall, a_synchronous_logger_that_somebody_holds_carries_the_context) {
    add_sync("held");
    const auto held = spdlog::get("held");
    const auto report = install();
    EXPECT_THAT(report.wrapped, ElementsAre("held"));
    EXPECT_TRUE(report.complete()) << report.to_string();
    const ctx::Scope scope{ctx::test::request()};
    held->info("order {} accepted", 17);
    const auto line = only_line();
    EXPECT_EQ(line["message"], "order 17 accepted");
    EXPECT_EQ(line["logger"], "held");
    EXPECT_EQ(line["trace_id"], ctx::test::trace_hex);
    EXPECT_EQ(line["span_id"], ctx::test::span_hex);
}

TEST_P(SpdlogInstall, an_asynchronous_default_logger_is_replaced_and_call_sites_stay) {
    add_async("svc");
    spdlog::set_default_logger(spdlog::get("svc"));
    const auto report = install();
    EXPECT_THAT(report.replaced, ElementsAre("svc"));
    EXPECT_THAT(report.unreachable, IsEmpty()) << report.to_string();
    {
        const ctx::Scope scope{ctx::test::request()};
        spdlog::info("order {} accepted", 17);
    }
    const auto line = only_line();
    EXPECT_EQ(line["message"], "order 17 accepted");
    EXPECT_EQ(line["logger"], "svc");
    EXPECT_EQ(line["trace_id"], ctx::test::trace_hex);
    EXPECT_EQ(line["trace_flags"], "01");
    EXPECT_EQ(spdlog::default_logger(), spdlog::get("svc"));
}

TEST_P(SpdlogInstall, levels_handlers_and_flush_levels_of_a_replaced_logger_stay) {
    add_async("svc");
    std::string heard;
    const auto throwing = std::make_shared<ctx::test::ThrowingSink>();
    spdlog::get("svc")->sinks().push_back(throwing);
    spdlog::get("svc")->set_level(spdlog::level::debug);
    spdlog::get("svc")->flush_on(spdlog::level::err);
    spdlog::get("svc")->set_error_handler([&heard](const std::string& what) { heard = what; });
    install();
    EXPECT_EQ(spdlog::get("svc")->level(), spdlog::level::debug);
    EXPECT_EQ(spdlog::get("svc")->flush_level(), spdlog::level::err);
    spdlog::get("svc")->debug("a");
    EXPECT_EQ(lines().size(), 1U);
    EXPECT_EQ(heard, "disk full");
}

TEST_P(SpdlogInstall, a_pointer_to_an_asynchronous_logger_taken_before_is_reported_and_has_no_ids) {
    add_async("svc");
    const auto held = spdlog::get("svc");
    const auto report = install();
    ASSERT_EQ(report.unreachable.size(), 1U);
    EXPECT_EQ(report.unreachable[0].logger, "svc");
    EXPECT_THAT(report.unreachable[0].reason, HasSubstr("1 shared_ptr"));
    EXPECT_FALSE(report.complete());
    EXPECT_THAT(report.to_string(), HasSubstr("unreachable: svc"));
    const ctx::Scope scope{ctx::test::request()};
    held->info("stale");
    spdlog::details::registry::instance().set_tp(nullptr);  // which delivers what it has
    const auto line = only_line();
    EXPECT_EQ(line["message"], "stale");
    EXPECT_FALSE(line.contains("trace_id"));
}

TEST_P(SpdlogInstall, twice_changes_nothing_and_reaches_what_came_since) {
    add_sync("sync");
    add_async("async");
    install();
    const auto first = spdlog::get("async");
    add_sync("late");
    const auto late_sink = std::make_shared<MemorySink>();
    spdlog::get("sync")->sinks().push_back(late_sink);
    const auto report = install();
    EXPECT_THAT(report.wrapped, testing::UnorderedElementsAre("late", "sync"));
    EXPECT_THAT(report.unchanged, ElementsAre("async"));
    EXPECT_THAT(report.replaced, IsEmpty());
    EXPECT_EQ(spdlog::get("async"), first);
    const ctx::Scope scope{ctx::test::request()};
    spdlog::get("sync")->info("x");
    EXPECT_THAT(late_sink->lines(), ElementsAre(HasSubstr(ctx::test::trace_hex)));
    EXPECT_EQ(only_line()["trace_id"], ctx::test::trace_hex);
}

TEST_P(SpdlogInstall, again_reaches_sinks_added_to_a_replaced_logger) {
    add_async("svc");
    install();
    const auto late_sink = std::make_shared<MemorySink>();
    spdlog::get("svc")->sinks().push_back(late_sink);
    install();
    const ctx::Scope scope{ctx::test::request()};
    spdlog::get("svc")->info("x");
    EXPECT_EQ(lines().size(), 1U);
    EXPECT_THAT(late_sink->lines(), ElementsAre(HasSubstr(ctx::test::trace_hex)));
}

TEST_P(SpdlogInstall, a_pattern_set_later_keeps_json_and_does_not_lose_the_ids) {
    add_async("svc");
    install();
    spdlog::set_pattern("%v");
    const ctx::Scope scope{ctx::test::request()};
    spdlog::get("svc")->info("x");
    EXPECT_EQ(only_line()["trace_id"], ctx::test::trace_hex);
}

TEST_P(SpdlogInstall, as_text_keeps_patterns_and_puts_the_context_behind_the_message) {
    add_async("async");
    add_sync("sync");
    install({.format = Format::text});
    spdlog::set_pattern("%n|%v|%l");
    for (const char* name : {"async", "sync"}) {
        sink_->clear();
        spdlog::get(name)->info("idle");
        const ctx::Scope scope{ctx::test::request()};
        spdlog::get(name)->info("order {}", 17);
        EXPECT_THAT(lines(),
                    ElementsAre(name + std::string{"|idle|info\n"},
                                name + std::string{"|order 17 "
                                                   "trace_id=4bf92f3577b34da6a3ce929d0e0e4736 "
                                                   "span_id=00f067aa0ba902b7|info\n"}));
    }
}

TEST_P(SpdlogInstall, unchanged_leaves_the_sinks_alone_but_for_those_with_our_formatter) {
    add_async("svc");
    const auto json = std::make_shared<MemorySink>();
    json->set_formatter(ctx::log::json_formatter());
    spdlog::get("svc")->sinks().push_back(json);
    sink_->set_pattern("%v");
    install({.format = Format::unchanged});
    const ctx::Scope scope{ctx::test::request()};
    spdlog::get("svc")->info("x");
    EXPECT_THAT(lines(), ElementsAre("x\n"));
    EXPECT_THAT(json->lines(), ElementsAre(HasSubstr(ctx::test::trace_hex)));
    EXPECT_THAT(json->messages(), ElementsAre("x"));
}

TEST_P(SpdlogInstall, uninstall_puts_back_what_was_there) {
    add_sync("sync");
    add_async("async");
    const auto* const async_before = spdlog::get("async").get();
    const auto sync_sinks = spdlog::get("sync")->sinks();
    install();
    spdlog::set_pattern("%v");
    spdlog::get("async")->set_level(spdlog::level::warn);
    ctx::log::uninstall();
    EXPECT_EQ(spdlog::get("async").get(), async_before);
    EXPECT_EQ(spdlog::get("async")->level(), spdlog::level::warn);
    EXPECT_EQ(spdlog::get("sync")->sinks(), sync_sinks);
    const ctx::Scope scope{ctx::test::request()};
    spdlog::get("async")->warn("a");
    spdlog::get("sync")->warn("b");
    spdlog::details::registry::instance().set_tp(nullptr);  // which delivers what it has
    EXPECT_THAT(lines(), testing::UnorderedElementsAre("a\n", "b\n"));
}

TEST_P(SpdlogInstall, says_which_fields_the_format_has_no_place_for) {
    ctx::publish_fields(*ctx::FieldSet::create({ctx::Field{"stamp"}.log().log_as("ts")}));
    ctx::log::Options options;
    options.format = ctx::log::Format::logfmt;
    EXPECT_THAT(install(options).refused_fields, ElementsAre("ts"));
}

TEST_P(SpdlogInstall, shows_declared_fields_and_asked_for_attributes_of_the_resource) {
    ctx::publish_fields(
        *ctx::FieldSet::create({ctx::Field{"tenant"}.log(), ctx::Field{"tier"}.log(),
                                ctx::Field{"x"}.log().log_as("message")}));
    add_async("svc");
    ctx::log::Options options;
    options.fields = {"tenant"};
    options.resource_attributes = {"service.name", "mine"};
    options.resource = ctx::Resource{{{"service.name", "rides"}, {"mine", "x"}}};
    const auto report = install(options);
    EXPECT_THAT(report.refused_fields, ElementsAre("message"));
    EXPECT_THAT(report.refused_resource_attributes, ElementsAre("mine"));
    const ctx::Scope scope{ctx::test::request().with_baggage(
        ctx::Baggage{}.set("tenant", "acme").set("tier", "gold").set("x", "y").set("z", "secret"))};
    spdlog::get("svc")->info("hi");
    const auto line = only_line();
    EXPECT_EQ(line.size(), 9U) << line;
    EXPECT_EQ(line["message"], "hi");
    EXPECT_EQ(line["tenant"], "acme");
    EXPECT_EQ(line["service.name"], "rides");
    ctx::publish_fields({});
}

TEST_P(SpdlogInstall, factories_make_registered_loggers_that_carry_contexts) {
    const auto async = ctx::log::async_factory::create<MemorySink>("async");
    const auto sync = ctx::log::sync_factory::create<MemorySink>("sync");
    EXPECT_EQ(spdlog::get("async"), async);
    EXPECT_EQ(spdlog::get("sync"), sync);
    EXPECT_THAT(install().unchanged, testing::UnorderedElementsAre("async", "sync"));
    const ctx::Scope scope{ctx::test::request()};
    async->info("a");
    sync->info("b");
    EXPECT_TRUE(ctx::flush(10s));  // every layer's
    spdlog::apply_all(
        [](const std::shared_ptr<spdlog::logger>& logger) { logger->sinks()[0]->flush(); });
    EXPECT_THROW(ctx::log::async_factory::create<MemorySink>("async"), spdlog::spdlog_ex);
}

TEST_P(SpdlogInstall, with_context_reaches_loggers_that_nobody_registered) {
    spdlog::init_thread_pool(128, 1);
    const auto sync = std::make_shared<spdlog::logger>("sync", sink_);
    const auto async =
        std::make_shared<spdlog::async_logger>("async", sink_, spdlog::thread_pool());
    EXPECT_EQ(ctx::log::with_context(sync), sync);
    const auto carrying = ctx::log::with_context(async);
    EXPECT_NE(carrying, async);
    EXPECT_EQ(ctx::log::with_context(carrying), carrying);
    const auto clone = carrying->clone("clone");
    const ctx::Scope scope{ctx::test::request()};
    sync->info("x");
    carrying->info("x");
    clone->info("x");
    const auto all = lines();
    ASSERT_EQ(all.size(), 3U);
    EXPECT_THAT(all, testing::Each(HasSubstr(ctx::test::trace_hex)));
    EXPECT_THAT(all[2], HasSubstr(R"("logger":"clone")"));
}

TEST_P(SpdlogInstall, loggers_may_share_sinks_that_another_kind_of_logger_has_already) {
    add_async("async");
    add_sync("sync");
    install({.format = Format::unchanged});
    const auto of_async = spdlog::get("async")->sinks();
    const auto of_sync = spdlog::get("sync")->sinks();
    const auto async = ctx::log::make_async_logger("async on sync", of_sync, spdlog::thread_pool());
    const auto sync =
        std::make_shared<spdlog::logger>("sync on async", of_async.begin(), of_async.end());
    sink_->set_formatter(ctx::log::json_formatter());
    const ctx::Scope scope{ctx::test::request()};
    async->info("whole");
    ASSERT_TRUE(ctx::log::flush(10s));
    sync->info("whole");
    ctx::log::with_context(sync)->info("whole");
    EXPECT_THAT(sink_->messages(), ElementsAre("whole", "whole", "whole"));
    EXPECT_THAT(lines(), testing::Each(HasSubstr(ctx::test::trace_hex)));
}

TEST_P(SpdlogInstall, every_format_has_the_ids_and_gives_the_pattern_back) {
    using ctx::log::Format;
    add_async("svc");
    for (const Format format : {Format::logfmt, Format::ecs, Format::otlp_json, Format::gcp,
                                Format::datadog, Format::loki, Format::rfc5424}) {
        sink_->clear();
        install({.format = format});
        {
            const ctx::Scope scope{ctx::test::request()};
            ctx::log::info(*spdlog::get("svc"), "order accepted", ctx::log::kv("items", 3));
        }
        const auto all = lines();
        ASSERT_EQ(all.size(), 1U);
        EXPECT_THAT(all[0], HasSubstr(ctx::test::trace_hex));
        EXPECT_THAT(all[0], HasSubstr("items"));
        ctx::log::uninstall();
    }
    sink_->clear();
    install({.format = Format::console});
    spdlog::get("svc")->set_pattern("%v");
    spdlog::get("svc")->info("hi");
    EXPECT_THAT(lines(), ElementsAre(HasSubstr("INFO   svc  hi\n")));
    ctx::log::uninstall();
    sink_->clear();
    spdlog::get("svc")->info("as before");
    spdlog::details::registry::instance().set_tp(nullptr);  // which delivers what it has
    EXPECT_THAT(lines(), ElementsAre("as before\n"));
}

INSTANTIATE_TEST_SUITE_P(Through, SpdlogInstall,
                         testing::Values(AsyncMode::own_backend, AsyncMode::keep_pool),
                         [](const auto& mode) {
                             return mode.param == AsyncMode::own_backend ? "backend" : "pool";
                         });

TEST(SpdlogShutdown, delivers_what_was_logged_before) {
    const ctx::test::CleanSpdlog clean;
    const auto sink = std::make_shared<MemorySink>();
    spdlog::init_thread_pool(128, 1);
    ctx::log::install({.async = AsyncMode::keep_pool});
    const auto pool = ctx::log::make_async_logger("pool", {sink}, spdlog::thread_pool());
    ctx::log::install({.async = AsyncMode::own_backend});
    const auto backend = ctx::log::make_async_logger("backend", {sink}, {});
    for (int i = 0; i < 100; ++i) {
        pool->info("line {}", i);
        backend->info("line {}", i);
    }
    EXPECT_TRUE(ctx::shutdown(10s));
    EXPECT_EQ(sink->lines().size(), 200U);
    ctx::log::uninstall();
}

}  // namespace
