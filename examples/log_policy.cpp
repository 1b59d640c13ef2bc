// Fewer lines: one request in ten, places that log too often; and the volume of each tenant.
//
//   {…,"message":"order 17 accepted",…}
//   log_bytes_total{tenant="acme"} 17

#include <ctx/context.hpp>
#include <ctx/logging/policy.hpp>
#include <ctx/logging/spdlog.hpp>
#include <ctx/metrics.hpp>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <iostream>

using namespace std::chrono_literals;

int main() {
    spdlog::set_default_logger(spdlog::stdout_logger_mt("orders"));
    ctx::log::install();
    ctx::publish_fields(*ctx::FieldSet::create({ctx::Field{"tenant"}.label("tenant")}));
    // [snippet policy]
    ctx::log::LinePolicy policy;
    policy.keep = 0.1;                                  // of all requests; warnings always
    policy.per_site = {.interval = 100ms, .burst = 5};  // the next line says "suppressed":N
    policy.debug = {.enabled = true, .field = "debug"};
    policy.span_events = ctx::log::SpanEvents::error;
    // [end]
    policy.keep = 1;

    // [snippet volume]
    static const auto bytes =
        *ctx::CounterFamily::create({.name = "log_bytes_total",
                                     .help = "Log messages.",
                                     .dimensions = {ctx::Dimension{"tenant"}}});
    policy.observe = [](ctx::ContextView, ctx::log::Level, std::size_t size) noexcept {
        static ctx::Counter written = bytes->with();
        written.add(size);  // the tenant is the current request's
    };
    ctx::log::set_line_policy(policy);
    // [end]

    const ctx::Scope request{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", "acme"))};
    spdlog::info("order {} accepted", 17);

    ctx::MetricsPage page{{.self_metrics = false}};
    page.add(bytes);
    std::cout << page.render("application/openmetrics-text;version=1.0.0").body;
}
