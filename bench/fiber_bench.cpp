// A round trip into a fiber and back, with contexts and exception state, beside the bare one; the
// same for a value out of a coroutine. The unit of what is added is an uncontended locked addition.

#include "support/allocations.hpp"
#include "support/xadd.hpp"
#include <ctx/context.hpp>
#include <ctx/executors/coroutine2.hpp>
#include <ctx/executors/fiber.hpp>

#include <benchmark/benchmark.h>
#include <boost/context/fiber.hpp>
#include <boost/coroutine2/coroutine.hpp>

#include <cstdint>
#include <utility>

namespace {

ctx::Context request() {
    return ctx::Context{}
        .with_span({ctx::new_trace_id(), ctx::new_span_id(), ctx::TraceFlags{3}, {}, false})
        .with_baggage(ctx::Baggage{}.set("tenant", "acme"));
}

template <typename Fiber>
Fiber endless() {
    return Fiber{[](Fiber&& from) {
        for (;;)
            from = std::move(from).resume();
        return std::move(from);
    }};
}

template <typename Fiber>
void round_trips(benchmark::State& state) {
    Fiber fiber = endless<Fiber>();
    fiber = std::move(fiber).resume();
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        fiber = std::move(fiber).resume();
        benchmark::DoNotOptimize(fiber);
    }
}

void bare_fiber_round_trip(benchmark::State& state) {
    round_trips<boost::context::fiber>(state);
}
BENCHMARK(bare_fiber_round_trip);

void fiber_round_trip(benchmark::State& state) {
    const ctx::Scope scope{request()};
    round_trips<ctx::fiber>(state);
}
BENCHMARK(fiber_round_trip);

using ctx::bench::floor_xadd;
BENCHMARK(floor_xadd);

template <typename Fiber>
void make_and_run(benchmark::State& state) {
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        Fiber fiber{[](Fiber&& from) { return std::move(from); }};
        fiber = std::move(fiber).resume();
        benchmark::DoNotOptimize(fiber);
    }
}

void bare_fiber_make_and_run(benchmark::State& state) {
    make_and_run<boost::context::fiber>(state);
}
BENCHMARK(bare_fiber_make_and_run);

void fiber_make_and_run(benchmark::State& state) {
    const ctx::Scope scope{request()};
    make_and_run<ctx::fiber>(state);
}
BENCHMARK(fiber_make_and_run);

template <typename Coroutine>
void pull(benchmark::State& state) {
    typename Coroutine::pull_type numbers{[](typename Coroutine::push_type& sink) {
        for (std::uint32_t i = 0;; ++i)
            sink(i);
    }};
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        numbers();
        const std::uint32_t got = numbers.get();
        benchmark::DoNotOptimize(got);
    }
}

void bare_coroutine_pull(benchmark::State& state) {
    pull<boost::coroutines2::coroutine<std::uint32_t>>(state);
}
BENCHMARK(bare_coroutine_pull);

void coroutine_pull(benchmark::State& state) {
    const ctx::Scope scope{request()};
    pull<ctx::coroutines2::coroutine<std::uint32_t>>(state);
}
BENCHMARK(coroutine_pull);

}  // namespace

BENCHMARK_MAIN();
