// One request of another service: what comes in, what is written here, what goes on.
//
//   $ ./first_request
//   {"timestamp":"…","level":"info","logger":"orders","message":"order 17 accepted","trace_id":"…
//   # TYPE orders counter …
//   orders_total{tenant="acme"} 1
//   order_seconds_bucket{le="0.1"} 1 # {trace_id="…",span_id="…"} 0.042 1795192028.095
//   baggage: tenant=acme,build=7
//   traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-…-01

#include <ctx/context.hpp>
#include <ctx/logging/spdlog.hpp>
#include <ctx/metrics.hpp>
#include <ctx/propagation.hpp>
#include <ctx/tracing.hpp>

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <iostream>
#include <map>
#include <memory>
#include <string>

namespace {

using Headers = std::map<std::string, std::string>;

// Set up once: which baggage may be logged and may be a label, the tracer, the metrics.
// [snippet fields]
const auto fields = ctx::publish_fields(
    *ctx::FieldSet::create({ctx::Field{"tenant"}.log().label("tenant"), ctx::Field{"user"}.log()}));
// [end]
const auto traces = std::make_shared<ctx::TraceStore>();
const ctx::Tracer tracer{{.recorder = *ctx::Recorder::start({.sinks = {traces}})}};
const auto orders = *ctx::CounterFamily::create(
    {.name = "orders", .help = "Orders accepted.", .dimensions = {ctx::Dimension{"tenant"}}});
const auto latency = *ctx::HistogramFamily::create(
    {.name = "order_seconds", .help = "Time to accept.", .unit = "seconds", .bounds = {0.1, 1}});

// [snippet handle]
void handle(const Headers& request, Headers& next) {
    ctx::Scope scope{ctx::extract(request)};          // the caller's trace id and baggage
    auto span = tracer.start_scoped("POST /orders");  // a child span, current from here on
    spdlog::info("order {} accepted", 17);            // a call site like any other
    orders->with({}).add();                           // {tenant="acme"}, from the baggage
    latency->with({}).observe(0.042);                 // with an exemplar that names the trace
    ctx::inject(ctx::current(), next);                // for the next service
}
// [end]

}  // namespace

int main() {
    spdlog::set_default_logger(spdlog::create_async<spdlog::sinks::stdout_sink_mt>("orders"));
    ctx::log::install();

    Headers next;
    handle({{"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
            {"baggage", "tenant=acme,build=7"}},
           next);
    ctx::flush(std::chrono::seconds{1});

    ctx::MetricsPage page{{.self_metrics = false}};
    page.add(orders);
    page.add(latency);
    std::cout << page.render(ctx::PageFormat::openmetrics_1_0_0);
    for (const auto& [name, value] : next)
        std::cout << name << ": " << value << '\n';
    spdlog::shutdown();
}
