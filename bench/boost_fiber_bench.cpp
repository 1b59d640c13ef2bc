// A yield to another fiber and back, and a fiber from start to join, with Boost.Fiber's round robin
// bare and with contexts. The unit of what is added is an uncontended locked addition.

#include "support/allocations.hpp"
#include "support/xadd.hpp"
#include <ctx/context.hpp>
#include <ctx/executors/boost_fiber.hpp>

#include <benchmark/benchmark.h>
#include <boost/fiber/all.hpp>

#include <thread>

namespace {

namespace bf = boost::fibers;
using Bare = bf::algo::round_robin;
using WithContexts = ctx::fibers::algo<bf::algo::round_robin>;

ctx::Context request() {
    return ctx::Context{}
        .with_span({ctx::new_trace_id(), ctx::new_span_id(), ctx::TraceFlags{3}, {}, false})
        .with_baggage(ctx::Baggage{}.set("tenant", "acme"));
}

// A scheduler lives as long as its thread: each benchmark takes a thread of its own. Three switches
// per iteration: to the other fiber, to the dispatcher, and back.
template <typename Algo>
void yields(benchmark::State& state) {
    std::thread([&] {
        bf::use_scheduling_algorithm<Algo>();
        const ctx::Scope scope{request()};
        bool stop = false;
        bf::fiber other{[&stop] {
            while (!stop)
                boost::this_fiber::yield();
        }};
        boost::this_fiber::yield();
        {
            const ctx::bench::AllocationsPerIteration allocations{state};
            for (auto _ : state) {
                boost::this_fiber::yield();
            }
        }
        stop = true;
        other.join();
    }).join();
}

void bare_boost_fiber_yield(benchmark::State& state) {
    yields<Bare>(state);
}
BENCHMARK(bare_boost_fiber_yield)->UseRealTime();

void boost_fiber_yield(benchmark::State& state) {
    yields<WithContexts>(state);
}
BENCHMARK(boost_fiber_yield)->UseRealTime();

using ctx::bench::floor_xadd;
BENCHMARK(floor_xadd)->UseRealTime();

template <typename Algo>
void spawn_and_join(benchmark::State& state) {
    std::thread([&] {
        bf::use_scheduling_algorithm<Algo>();
        const ctx::Scope scope{request()};
        const ctx::bench::AllocationsPerIteration allocations{state};
        for (auto _ : state) {
            bf::fiber{[] {}}.join();
        }
    }).join();
}

void bare_boost_fiber_spawn_and_join(benchmark::State& state) {
    spawn_and_join<Bare>(state);
}
BENCHMARK(bare_boost_fiber_spawn_and_join)->UseRealTime();

void boost_fiber_spawn_and_join(benchmark::State& state) {
    spawn_and_join<WithContexts>(state);
}
BENCHMARK(boost_fiber_spawn_and_join)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
