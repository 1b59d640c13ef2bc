// The contract of adapters of loggers, kept by spdlog in each way that a line may take.

#include "logging/sinks.hpp"
#include "logging/wire.hpp"
#include <ctx/context.hpp>
#include <ctx/logging/capture.hpp>
#include <ctx/logging/spdlog.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace ctx::testing;  // NOLINT: as users do
using ctx::test::Wire;

class WireSink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    WireSink() { set_formatter(ctx::log::json_formatter()); }
    Wire wire;

protected:
    void sink_it_(const spdlog::details::log_msg& message) override {
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        wire.write({line.data(), line.size()});
    }
    void flush_() override {}
};

struct OnSpdlog {
    void log(std::string_view message) {
        logger->info(spdlog::string_view_t{message.data(), message.size()});
    }
    void flush() { EXPECT_TRUE(ctx::log::flush(patience())); }
    std::vector<LoggedLine> lines() { return sink->wire.lines(); }
    void fail_next() { sink->wire.fail_next(); }

    /// What the adapter puts behind a message that spdlog's queue is to carry.
    static std::string imitate(ctx::ContextView context) {
        ctx::log::FragmentBuffer buffer;
        const auto captured = ctx::log::record_context(context, buffer);
        std::string text(ctx::log::max_fields_bytes + ctx::log::capture_trailer_bytes, '\0');
        const char* end = ctx::log::append_capture(text.data(), captured);
        text.resize(static_cast<std::size_t>(end - text.data()));
        return text;
    }

    void use(std::shared_ptr<spdlog::logger> made) {
        logger = std::move(made);
        logger->set_error_handler([](const std::string&) {});
    }

    ctx::test::CleanSpdlog clean;
    std::shared_ptr<WireSink> sink = std::make_shared<WireSink>();
    std::shared_ptr<spdlog::logger> logger;
};

struct SpdlogSync : OnSpdlog {
    SpdlogSync() { use(ctx::log::with_context(std::make_shared<spdlog::logger>("svc", sink))); }
};

struct SpdlogAsync : OnSpdlog {
    void hold() { sink->wire.hold(); }
    void release() { sink->wire.release(); }
};

struct SpdlogPool : SpdlogAsync {
    SpdlogPool() {
        spdlog::init_thread_pool(128, 1);
        use(ctx::log::make_async_logger("svc", {sink}, spdlog::thread_pool()));
        spdlog::register_logger(logger);
    }
};

struct SpdlogBackend : SpdlogAsync {
    SpdlogBackend() {
        ctx::log::install({.async = ctx::log::AsyncMode::own_backend});
        use(ctx::log::make_async_logger("svc", {sink}, {}));
    }
    SpdlogBackend(const SpdlogBackend&) = delete;
    SpdlogBackend& operator=(const SpdlogBackend&) = delete;
    ~SpdlogBackend() { ctx::log::uninstall(); }
};

INSTANTIATE_TYPED_TEST_SUITE_P(SpdlogSync, LoggerContract, SpdlogSync);
INSTANTIATE_TYPED_TEST_SUITE_P(SpdlogSync, FailingLoggerContract, SpdlogSync);
INSTANTIATE_TYPED_TEST_SUITE_P(SpdlogPool, LoggerContract, SpdlogPool);
INSTANTIATE_TYPED_TEST_SUITE_P(SpdlogPool, FailingLoggerContract, SpdlogPool);
INSTANTIATE_TYPED_TEST_SUITE_P(SpdlogBackend, LoggerContract, SpdlogBackend);
INSTANTIATE_TYPED_TEST_SUITE_P(SpdlogBackend, FailingLoggerContract, SpdlogBackend);

}  // namespace
