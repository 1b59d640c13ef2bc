// A program that knows ctx and spdlog and nothing of the two together. It writes N lines of text
// from T threads whose contexts nest and change at random: through spdlog's functions, a pointer
// that was taken before, a synchronous logger, and a backtrace that another request dumps. Each
// message says want=<trace id or none>.

#include "logging/preload_torture.hpp"

#include "logging/nested_contexts.hpp"
#include <ctx/context.hpp>

#include <spdlog/async.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

using LoggerPtr = std::shared_ptr<spdlog::logger>;

struct Loggers {
    LoggerPtr cached;
    LoggerPtr synchronous;
    LoggerPtr traced;

    void say(const std::string& want, std::uint64_t left, std::uint64_t random) const {
        const std::string padding(random % 64 == 0 ? 2000 : random % 7, '.');
        const auto text = fmt::format("want={} left={} {}", want, left, padding);
        switch (random / 64 % 4) {
            case 0:
                spdlog::info("{}", text);
                break;
            case 1:
                cached->log(std::chrono::system_clock::now(), {}, spdlog::level::warn, text);
                break;
            case 2:
                synchronous->error(text);
                break;
            default:
                traced->debug("{}", text);
        }
    }
};

Loggers make_loggers(const char* path, std::uint64_t lines) {
    spdlog::init_thread_pool(8192, 1);
    const auto file = std::make_shared<spdlog::sinks::basic_file_sink_mt>(path, true);
    file->set_pattern("%v");
    const auto queued =
        std::make_shared<spdlog::async_logger>("queued", file, spdlog::thread_pool());
    spdlog::set_default_logger(queued);
    Loggers all{queued, std::make_shared<spdlog::logger>("synchronous", file),
                std::make_shared<spdlog::logger>("traced", file)};
    all.traced->enable_backtrace(lines);
    return all;
}

ctx::Context a_request() {
    return ctx::Context{}.with_span(ctx::child_of(ctx::Context{}));
}

std::size_t allocations_per_line(AllocationCount* allocations) {
    spdlog::logger logger{"nowhere", std::make_shared<spdlog::sinks::null_sink_mt>()};
    const ctx::Scope scope{a_request()};
    logger.info("the first line of a request");
    const std::size_t before = allocations();
    logger.info("the second line of {}", "a request");
    return allocations() - before;
}

void write_lines(const char* path, std::uint64_t lines, std::uint64_t threads) {
    const Loggers loggers = make_loggers(path, lines);
    const auto say = [&loggers](const std::string& want, std::uint64_t left, std::uint64_t random) {
        loggers.say(want, left, random);
    };
    std::vector<std::thread> running;
    for (std::uint64_t t = 0; t < threads; ++t) {
        const std::uint64_t share = lines / threads + (t < lines % threads ? 1 : 0);
        running.emplace_back([&say, t, share] { ctx::test::NestedContexts{t, share, say}.run(); });
    }
    for (auto& thread : running)
        thread.join();
    const ctx::Scope scope{a_request()};
    loggers.traced->dump_backtrace();
}

}  // namespace

int preload_torture(const char* path, std::uint64_t lines, std::uint64_t threads,
                    AllocationCount* allocations) {
    try {
        ctx::publish_fields(*ctx::FieldSet::create({ctx::Field{"tenant"}.log()}));
        if (allocations != nullptr) {
            std::printf("allocations=%zu\n", allocations_per_line(allocations));
        }
        write_lines(path, lines, threads);
        spdlog::shutdown();
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "preload_torture: %s\n", error.what());
        return 1;
    }
}
