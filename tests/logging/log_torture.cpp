// Writes N JSON lines through asynchronous loggers of spdlog from T threads whose contexts nest and
// change at random. Each message holds want=<trace id or none>, passed by hand: whoever reads the
// file can tell whether each line carries the id it should.
//
//   log_torture --lines N --threads T --out FILE [--seed S] [--backend pool|own]

#include "logging/nested_contexts.hpp"
#include <ctx/context.hpp>
#include <ctx/logging/spdlog.hpp>

#include <spdlog/async.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

struct Options {
    std::uint64_t lines = 100'000;
    std::uint64_t threads = 8;
    std::uint64_t seed = 1;
    std::string out;
    ctx::log::AsyncMode backend = ctx::log::AsyncMode::own_backend;
};

bool parse(int argc, char** argv, Options& options) {
    for (int i = 1; i < argc; i += 2) {
        const std::string_view name = argv[i];
        if (i + 1 == argc) return false;
        const std::string_view value = argv[i + 1];
        if (name == "--out") {
            options.out = value;
            continue;
        }
        if (name == "--backend") {
            if (value != "own" && value != "pool") return false;
            if (value == "pool") options.backend = ctx::log::AsyncMode::keep_pool;
            continue;
        }
        std::uint64_t* number = name == "--lines"     ? &options.lines
                                : name == "--threads" ? &options.threads
                                : name == "--seed"    ? &options.seed
                                                      : nullptr;
        if (number == nullptr) return false;
        const auto [end, error] =
            std::from_chars(value.data(), value.data() + value.size(), *number);
        if (error != std::errc{} || end != value.data() + value.size()) return false;
    }
    return !options.out.empty() && options.threads > 0 && options.threads <= 1000;
}

void write_lines(const Options& options) {
    // Small rings: they are to be full now and then.
    const ctx::log::Options installed{.async = options.backend, .ring_bytes = 8192};
    ctx::log::install(installed);
    spdlog::init_thread_pool(8192, 1);
    const auto file = std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.out, true);
    spdlog::set_default_logger(
        std::make_shared<spdlog::async_logger>("stock", file, spdlog::thread_pool()));
    const auto factory_made = ctx::log::make_async_logger("made", {file}, spdlog::thread_pool());
    const auto report = ctx::log::install(installed);
    if (!report.complete()) std::fputs(report.to_string().c_str(), stderr);

    std::vector<std::thread> threads;
    for (std::uint64_t t = 0; t < options.threads; ++t) {
        const std::uint64_t share =
            options.lines / options.threads + (t < options.lines % options.threads ? 1 : 0);
        threads.emplace_back([&, t, share] {
            const auto say = [&](const std::string& want, std::uint64_t left,
                                 std::uint64_t random) {
                if (random % 2 == 0) {
                    spdlog::info("want={} left={}", want, left);
                } else {
                    factory_made->warn("want={} left={}", want, left);
                }
            };
            ctx::test::NestedContexts{options.seed * 1000 + t, share, say}.run();
        });
    }
    for (auto& thread : threads)
        thread.join();
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    if (!parse(argc, argv, options)) {
        std::fputs(
            "usage: log_torture --lines N --threads T --out FILE [--seed S] [--backend pool|own]\n",
            stderr);
        return 2;
    }
    try {
        ctx::publish_fields(*ctx::FieldSet::create({ctx::Field{"tenant"}.log()}));
        write_lines(options);
        const bool flushed = ctx::flush(std::chrono::minutes{2});
        spdlog::shutdown();
        std::printf("lines=%llu threads=%llu flushed=%s\n",
                    static_cast<unsigned long long>(options.lines),
                    static_cast<unsigned long long>(options.threads), flushed ? "yes" : "no");
        return flushed ? 0 : 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "log_torture: %s\n", error.what());
        return 1;
    }
}
