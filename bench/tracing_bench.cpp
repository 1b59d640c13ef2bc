// A span from start to end beside its floor: two readings of the clock and an id.

#include "support/allocations.hpp"
#include <ctx/tracing.hpp>

#include <benchmark/benchmark.h>

#include <chrono>
#include <memory>
#include <utility>

namespace {

using ctx::Span;
using ctx::Tracer;

// The least that a sink can do: the recorder's own cost is what is measured.
class NullSink final : public ctx::SpanSink {
public:
    void consume(std::span<const ctx::SpanData> batch) override {
        benchmark::DoNotOptimize(batch.data());
    }
    bool keep(const ctx::SpanData& /*span*/) noexcept override { return true; }
    bool flush(Deadline /*deadline*/) noexcept override { return true; }
};

Tracer make_tracer(ctx::Sampler sampler) {
    auto recorder = ctx::Recorder::start({.sinks = {std::make_shared<NullSink>()}});
    return Tracer{{.scope_name = "bench", .sampler = sampler, .recorder = *std::move(recorder)}};
}

std::uint64_t dropped_spans() {
    for (const ctx::StatSample& stat : ctx::stats()) {
        if (stat.name == "ctx_tracing_dropped_spans_total") return stat.value;
    }
    return 0;
}

void floor_two_clock_reads_and_an_id(benchmark::State& state) {
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        const auto start = std::chrono::steady_clock::now();
        benchmark::DoNotOptimize(ctx::new_span_id());
        benchmark::DoNotOptimize(std::chrono::steady_clock::now() - start);
    }
}
BENCHMARK(floor_two_clock_reads_and_an_id);

void span_unsampled(benchmark::State& state) {
    const Tracer tracer = make_tracer(ctx::Sampler::always_off());
    const auto request = tracer.start_scoped("request");
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        Span span = tracer.start("work");
        benchmark::DoNotOptimize(span);
    }
}
BENCHMARK(span_unsampled);

// How many spans found the queue full, because the benchmark ends more of them per second than one
// thread can take in; a span that is dropped costs less than one that is handed over.
class DropShare {
public:
    explicit DropShare(benchmark::State& state) : state_(state) {}
    ~DropShare() {
        state_.counters["dropped"] = static_cast<double>(dropped_spans() - before_) /
                                     static_cast<double>(state_.iterations());
    }
    DropShare(const DropShare&) = delete;
    DropShare& operator=(const DropShare&) = delete;

private:
    benchmark::State& state_;
    std::uint64_t before_ = dropped_spans();
};

void span_sampled(benchmark::State& state) {
    const Tracer tracer = make_tracer(ctx::Sampler::always_on());
    const auto request = tracer.start_scoped("request");
    const DropShare drops{state};
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        Span span = tracer.start("work");
        benchmark::DoNotOptimize(span);
    }
}
BENCHMARK(span_sampled);

void span_sampled_with_four_attributes(benchmark::State& state) {
    const Tracer tracer = make_tracer(ctx::Sampler::always_on());
    const auto request = tracer.start_scoped("request");
    const DropShare drops{state};
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        Span span = tracer.start("work", {.kind = ctx::SpanKind::server});
        span.set_attribute("http.request.method", "GET");
        span.set_attribute("http.route", "/dispatch");
        span.set_attribute("http.response.status_code", 200);
        span.set_attribute("customer", 392);
    }
}
BENCHMARK(span_sampled_with_four_attributes);

void scoped_span_unsampled(benchmark::State& state) {
    const Tracer tracer = make_tracer(ctx::Sampler::always_off());
    const auto request = tracer.start_scoped("request");
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state)
        auto span = tracer.start_scoped("work");
}
BENCHMARK(scoped_span_unsampled);

}  // namespace

BENCHMARK_MAIN();
