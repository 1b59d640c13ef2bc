// A log line with its context beside the same line of spdlog without one.
//
// Asynchronous loggers overrun here, so that the caller's side is measured and not the worker's.

#include "support/allocations.hpp"
#include <ctx/context.hpp>
#include <ctx/logging.hpp>
#include <ctx/logging/spdlog.hpp>

#include <benchmark/benchmark.h>
#include <spdlog/async.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/null_sink.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>

namespace {

using spdlog::async_overflow_policy;

constexpr std::size_t queue_size = 8192;

ctx::Context some_request() {
    static const bool declared = [] {
        ctx::publish_fields(
            *ctx::FieldSet::create({ctx::Field{"tenant"}.log(), ctx::Field{"session"}.log()}));
        return true;
    }();
    static_cast<void>(declared);
    return ctx::Context{}
        .with_span({ctx::new_trace_id(), ctx::new_span_id(), ctx::TraceFlags{3}, {}, false})
        .with_baggage(ctx::Baggage{}.set("tenant", "acme").set("session", "b2c9f1"));
}

/// Formats as a file sink does, and drops the line.
class FormattingSink final : public spdlog::sinks::base_sink<std::mutex> {
protected:
    void sink_it_(const spdlog::details::log_msg& message) override {
        line_.clear();
        formatter_->format(message, line_);
        benchmark::DoNotOptimize(line_.data());
    }
    void flush_() override {}

private:
    spdlog::memory_buf_t line_;
};

void log_lines(benchmark::State& state, spdlog::logger& logger) {
    const ctx::Scope scope{some_request()};
    int i = 0;
    logger.info("request {} done in {} us", i, 417);  // renders the request's fields
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state)
        logger.info("request {} done in {} us", ++i, 417);
}

void floor_line_into_null_sink(benchmark::State& state) {
    spdlog::logger logger{"svc", std::make_shared<spdlog::sinks::null_sink_mt>()};
    log_lines(state, logger);
}
BENCHMARK(floor_line_into_null_sink);

void peer_sync_line_default_pattern(benchmark::State& state) {
    spdlog::logger logger{"svc", std::make_shared<FormattingSink>()};
    log_lines(state, logger);
}
BENCHMARK(peer_sync_line_default_pattern);

void sync_line_json_with_context(benchmark::State& state) {
    const auto logger = ctx::log::with_context(
        std::make_shared<spdlog::logger>("svc", std::make_shared<FormattingSink>()));
    log_lines(state, *logger);
}
BENCHMARK(sync_line_json_with_context);

void peer_async_line_default_pattern(benchmark::State& state) {
    const auto pool = std::make_shared<spdlog::details::thread_pool>(queue_size, 1);
    const auto logger = std::make_shared<spdlog::async_logger>(
        "svc", std::make_shared<FormattingSink>(), pool, async_overflow_policy::overrun_oldest);
    log_lines(state, *logger);
}
BENCHMARK(peer_async_line_default_pattern);

void async_line_json_with_context(benchmark::State& state) {
    ctx::log::install({.async = ctx::log::AsyncMode::keep_pool});
    const auto pool = std::make_shared<spdlog::details::thread_pool>(queue_size, 1);
    const auto logger = ctx::log::make_async_logger("svc", {std::make_shared<FormattingSink>()},
                                                    pool, async_overflow_policy::overrun_oldest);
    log_lines(state, *logger);
    ctx::log::uninstall();
}
BENCHMARK(async_line_json_with_context);

/// What the caller of a line waits for while there is room: bursts, and all is delivered between.
/// A short one is mostly the way to a thread that sleeps.
template <typename Log, typename Drain>
void call_in_bursts(benchmark::State& state, const Log& log, const Drain& drain) {
    const auto burst = static_cast<int>(state.range(0));
    const ctx::Scope scope{some_request()};
    log(0);
    drain();
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        const auto begin = std::chrono::steady_clock::now();
        for (int i = 0; i < burst; ++i)
            log(i);
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
        state.SetIterationTime(took.count() / static_cast<double>(burst));
        drain();
    }
}

template <typename Drain>
void log_bursts(benchmark::State& state, spdlog::logger& logger, const Drain& drain) {
    call_in_bursts(
        state, [&logger](int i) { logger.info("request {} done in {} us", i, 417); }, drain);
}

void floor_burst_into_null_sink(benchmark::State& state) {
    spdlog::logger logger{"svc", std::make_shared<spdlog::sinks::null_sink_mt>()};
    log_bursts(state, logger, [] {});
}
BENCHMARK(floor_burst_into_null_sink)->Arg(64)->UseManualTime()->Iterations(5000);
BENCHMARK(floor_burst_into_null_sink)->Arg(1024)->UseManualTime()->Iterations(300);

void peer_burst_default_pattern(benchmark::State& state) {
    const auto pool = std::make_shared<spdlog::details::thread_pool>(queue_size, 1);
    spdlog::async_logger like{"svc", std::make_shared<FormattingSink>(), pool,
                              async_overflow_policy::block};
    const auto logger = like.clone("svc");
    log_bursts(state, *logger, [&pool] {
        while (pool->queue_size() != 0)
            std::this_thread::yield();
    });
}
BENCHMARK(peer_burst_default_pattern)->Arg(64)->UseManualTime()->Iterations(5000);
BENCHMARK(peer_burst_default_pattern)->Arg(1024)->UseManualTime()->Iterations(300);

/// Makes loggers of ctx's own backend for as long as it lives.
class OwnBackend {
public:
    OwnBackend() {
        ctx::log::install({.ring_bytes = std::size_t{1} << 20});
        logger = ctx::log::make_async_logger("svc", {std::make_shared<FormattingSink>()}, {});
    }
    ~OwnBackend() { ctx::log::uninstall(); }
    OwnBackend(const OwnBackend&) = delete;
    OwnBackend& operator=(const OwnBackend&) = delete;

    std::shared_ptr<spdlog::logger> logger;
};

void backend_burst_json_with_context(benchmark::State& state) {
    const OwnBackend own;
    log_bursts(state, *own.logger, [] { ctx::log::flush(std::chrono::minutes{1}); });
}
BENCHMARK(backend_burst_json_with_context)->Arg(64)->UseManualTime()->Iterations(5000);
BENCHMARK(backend_burst_json_with_context)->Arg(1024)->UseManualTime()->Iterations(300);

void api_burst_with_values(benchmark::State& state) {
    const OwnBackend own;
    call_in_bursts(
        state,
        [&own](int i) {
            ctx::log::info(*own.logger, "request done", ctx::log::kv("id", i),
                           ctx::log::kv("us", 417));
        },
        [] { ctx::log::flush(std::chrono::minutes{1}); });
}
BENCHMARK(api_burst_with_values)->Arg(64)->UseManualTime()->Iterations(5000);
BENCHMARK(api_burst_with_values)->Arg(1024)->UseManualTime()->Iterations(300);

/// All that a line costs until it is formatted, on whichever thread: the queue is always full.
void log_delivered_lines(benchmark::State& state, spdlog::logger& logger) {
    const ctx::Scope scope{some_request()};
    int i = 0;
    for (auto _ : state)
        logger.info("request {} done in {} us", ++i, 417);
}

void peer_cpu_of_a_delivered_line(benchmark::State& state) {
    const auto pool = std::make_shared<spdlog::details::thread_pool>(queue_size, 1);
    const auto logger = std::make_shared<spdlog::async_logger>(
        "svc", std::make_shared<FormattingSink>(), pool, async_overflow_policy::block);
    log_delivered_lines(state, *logger);
}
BENCHMARK(peer_cpu_of_a_delivered_line)->MeasureProcessCPUTime();

void backend_cpu_of_a_delivered_line(benchmark::State& state) {
    const OwnBackend own;
    log_delivered_lines(state, *own.logger);
}
BENCHMARK(backend_cpu_of_a_delivered_line)->MeasureProcessCPUTime();

// A call below the logger's level.
void suppressed_line_with_values(benchmark::State& state) {
    const OwnBackend own;
    const ctx::Scope scope{some_request()};
    const ctx::bench::AllocationsPerIteration allocations{state};
    int i = 0;
    for (auto _ : state)
        ctx::log::debug(*own.logger, "request {} done", ++i, ctx::log::kv("us", 417));
}
BENCHMARK(suppressed_line_with_values);

void format_with(benchmark::State& state, spdlog::formatter& formatter) {
    const ctx::Scope scope{some_request()};
    const spdlog::details::log_msg message{"svc", spdlog::level::info, "request 17 done in 417 us"};
    spdlog::memory_buf_t line;
    formatter.format(message, line);
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        line.clear();
        formatter.format(message, line);
        benchmark::DoNotOptimize(line.data());
    }
}

void peer_format_default_pattern(benchmark::State& state) {
    spdlog::pattern_formatter formatter;
    format_with(state, formatter);
}
BENCHMARK(peer_format_default_pattern);

void format_json_with_context(benchmark::State& state) {
    format_with(state, *ctx::log::json_formatter());
}
BENCHMARK(format_json_with_context);

void floor_copy_of_a_line(benchmark::State& state) {
    const std::string line(300, 'x');
    std::string out(300, 'y');
    for (auto _ : state) {
        std::copy(line.begin(), line.end(), out.begin());
        benchmark::DoNotOptimize(out.data());
    }
}
BENCHMARK(floor_copy_of_a_line);

void first_line_of_a_request(benchmark::State& state) {
    const ctx::Context request = some_request();
    const ctx::Baggage baggage = request.baggage();
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        const ctx::Context fresh = request.with_baggage(baggage);  // nothing rendered yet
        ctx::log::FragmentBuffer buffer;
        benchmark::DoNotOptimize(ctx::log::record_context(fresh, buffer));
    }
}
BENCHMARK(first_line_of_a_request);

void escape_cyrillic(benchmark::State& state) {
    const std::string text = "заказ принят, водитель выехал, подача семь минут";
    std::string out;
    for (auto _ : state) {
        out.clear();
        ctx::log::append_json_text(out, text);
        benchmark::DoNotOptimize(out.data());
    }
}
BENCHMARK(escape_cyrillic);

}  // namespace

BENCHMARK_MAIN();
