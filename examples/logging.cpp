// Existing spdlog call sites, asynchronous and synchronous, say which request they belong to.
//
//   $ ./logging
//   {"timestamp":"…","level":"info","logger":"orders","message":"starting"}
//   {"timestamp":"…","message":"order 17 accepted","trace_id":"4bf9…","span_id":"00f0…",…}
//   [audit] order 17 paid trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7 …

#include <ctx/context.hpp>
#include <ctx/logging/spdlog.hpp>

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>

int main() {
    // Of the baggage, only what is declared is ever logged.
    ctx::publish_fields(*ctx::FieldSet::create({ctx::Field{"tenant"}.log()}));

    spdlog::set_default_logger(spdlog::create_async<spdlog::sinks::stdout_sink_mt>("orders"));
    ctx::log::install();  // loggers that are there
    spdlog::info("starting");

    const ctx::Scope scope{
        ctx::Context{}
            .with_span({*ctx::TraceId::parse("4bf92f3577b34da6a3ce929d0e0e4736"),
                        *ctx::SpanId::parse("00f067aa0ba902b7"),
                        ctx::TraceFlags{1},
                        {},
                        true})
            .with_baggage(ctx::Baggage{}.set("tenant", "acme").set("password", "hush"))};
    spdlog::info("order {} accepted", 17);
    ctx::flush(std::chrono::seconds{1});

    auto audit = spdlog::stdout_logger_mt("audit");
    ctx::log::install({.format = ctx::log::Format::text});  // and those that came since
    audit->set_pattern("[%n] %v");
    audit->info("order {} paid", 17);
    spdlog::shutdown();
}
