// Writes JSON through loggers that carry contexts, of each kind, and dumps their backtraces within
// another request. Each message says want=<trace id or none>.
//
//   preload_carried FILE

#include "logging/contexts.hpp"
#include <ctx/context.hpp>
#include <ctx/logging/spdlog.hpp>

#include <spdlog/async.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>

namespace {

void log_and_remember(spdlog::logger& logger) {
    logger.enable_backtrace(16);
    const auto outer = ctx::test::fresh_request();
    const auto inner = ctx::test::fresh_request();
    {
        const ctx::Scope scope{outer};
        logger.info("want={}", outer.trace_id().to_string());
        logger.debug("want={}", outer.trace_id().to_string());
        const ctx::Scope nested{inner};
        logger.debug("want={}", inner.trace_id().to_string());
    }
    logger.debug("want=none");
    const ctx::Scope dumper{ctx::test::fresh_request()};
    logger.dump_backtrace();
}

void write_lines(const char* path) {
    spdlog::init_thread_pool(8192, 1);
    const auto file = std::make_shared<spdlog::sinks::basic_file_sink_mt>(path, true);
    const auto synchronous =
        ctx::log::with_context(std::make_shared<spdlog::logger>("synchronous", file));
    const auto pooled = ctx::log::make_async_logger("pooled", {file}, spdlog::thread_pool());
    ctx::log::install({.async = ctx::log::AsyncMode::own_backend});
    const auto ringed = ctx::log::make_async_logger("ringed", {file}, spdlog::thread_pool());
    for (const auto& logger : {synchronous, pooled, ringed})
        log_and_remember(*logger);
    ctx::flush(std::chrono::minutes{1});
    spdlog::shutdown();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fputs("usage: preload_carried FILE\n", stderr);
        return 2;
    }
    try {
        write_lines(argv[1]);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "preload_carried: %s\n", error.what());
        return 1;
    }
}
