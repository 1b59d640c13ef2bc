// What measuring adds to a server's span: beside the span alone, and two readings of the clock.

#include "support/allocations.hpp"
#include <ctx/integrations/http.hpp>
#include <ctx/integrations/http_metrics.hpp>

#include <benchmark/benchmark.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace {

struct Message : std::map<std::string, std::string> {};

}  // namespace

template <>
struct ctx::HttpMessage<Message> {
    static std::string_view method(const Message& /*message*/) { return "GET"; }
    static std::string_view target(const Message& /*message*/) { return "/orders/17"; }
};

namespace {

ctx::HttpTracing make_tracing(std::shared_ptr<ctx::HttpMetrics> metrics) {
    return ctx::HttpTracing{{.tracer = ctx::Tracer{{}},
                             .propagators = ctx::Propagators::named("none"),
                             .edge = {},
                             .metrics = std::move(metrics)}};
}

void serve(benchmark::State& state, const ctx::HttpTracing& tracing) {
    const Message request;
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        auto served = tracing.serve(request, {.route = "/orders/{id}", .url_scheme = "http"});
        served.finish(200);
        benchmark::DoNotOptimize(served);
    }
}

void floor_http_span_and_two_clock_reads(benchmark::State& state) {
    const auto tracing = make_tracing(nullptr);
    const Message request;
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        const auto start = std::chrono::steady_clock::now();
        auto served = tracing.serve(request, {.route = "/orders/{id}", .url_scheme = "http"});
        served.finish(200);
        benchmark::DoNotOptimize(served);
        benchmark::DoNotOptimize(std::chrono::steady_clock::now() - start);
    }
}
BENCHMARK(floor_http_span_and_two_clock_reads);

void http_span_alone(benchmark::State& state) {
    serve(state, make_tracing(nullptr));
}
BENCHMARK(http_span_alone);

void http_span_measured(benchmark::State& state) {
    serve(state, make_tracing(*ctx::HttpMetrics::create({})));
}
BENCHMARK(http_span_measured);

}  // namespace

BENCHMARK_MAIN();
