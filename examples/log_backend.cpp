// Asynchronous loggers on the backend of ctx: one thread writes for all, in the order of time.
//
//   {"timestamp":"…","level":"info","logger":"orders","message":"order 17 accepted","trace_id":"4bf9…",…}
//   {"timestamp":"…","level":"info","logger":"bills","message":"order 17 billed","trace_id":"4bf9…",…}
//   {"timestamp":"…","level":"info","logger":"orders","message":"idle"}

#include <ctx/context.hpp>
#include <ctx/executors.hpp>
#include <ctx/logging/spdlog.hpp>

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>

int main() {
    // [snippet install]
    spdlog::set_default_logger(spdlog::create_async<spdlog::sinks::stdout_sink_mt>("orders"));

    ctx::log::Options options;
    options.overflow = ctx::log::Overflow::drop_below_warn;  // rather lose lines than time
    ctx::log::install(options);
    ctx::log::drain_on_fatal_signals();
    // [end]

    // [snippet factory]
    auto bills = ctx::log::async_factory::create<spdlog::sinks::stdout_sink_mt>("bills");
    // [end]
    {
        const ctx::SpanContext span{*ctx::TraceId::parse("4bf92f3577b34da6a3ce929d0e0e4736"),
                                    *ctx::SpanId::parse("00f067aa0ba902b7"),
                                    ctx::TraceFlags{1},
                                    {},
                                    true};
        const ctx::Scope request{ctx::Context{}.with_span(span)};
        spdlog::info("order {} accepted", 17);
        ctx::thread([&bills] { bills->info("order {} billed", 17); }).join();
    }
    spdlog::info("idle");
    ctx::log::flush(std::chrono::seconds{1});
}
