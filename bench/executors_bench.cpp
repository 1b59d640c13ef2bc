// bind and call beside an uncontended increment and decrement; the same inside the function
// wrappers of others beside those wrappers alone; pools and their wrapper. bind also beside one that
// carries a std::shared_ptr.

#include "support/allocations.hpp"
#include "support/shared_ptr_peer.hpp"
#include "support/xadd.hpp"
#include <ctx/context.hpp>
#include <ctx/executors.hpp>

#include <absl/functional/any_invocable.h>
#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

namespace {

std::atomic<std::uint32_t> floor_count{1};

ctx::Context request() {
    return ctx::Context{}
        .with_span({ctx::new_trace_id(), ctx::new_span_id(), ctx::TraceFlags{3}, {}, false})
        .with_baggage(ctx::Baggage{}.set("tenant", "acme"));
}

using ctx::bench::floor_xadd;
BENCHMARK(floor_xadd);

void floor_bind_invoke(benchmark::State& state) {
    const ctx::bench::AllocationsPerIteration allocations{state};
    int value = 0;
    for (auto _ : state) {
        floor_count.fetch_add(1, std::memory_order_relaxed);
        benchmark::DoNotOptimize(++value);
        if (floor_count.load(std::memory_order_acquire) != 1)
            floor_count.fetch_sub(1, std::memory_order_acq_rel);
    }
}
BENCHMARK(floor_bind_invoke);

void bind_invoke(benchmark::State& state) {
    const ctx::Scope scope{request()};
    const ctx::bench::AllocationsPerIteration allocations{state};
    int value = 0;
    for (auto _ : state) {
        auto task = ctx::bind([&value] { benchmark::DoNotOptimize(++value); });
        std::move(task)();
    }
}
BENCHMARK(bind_invoke);

void peer_bind_invoke(benchmark::State& state) {
    using namespace ctx::bench;
    const SecondThread second;
    const PeerScope scope{std::make_shared<const PeerNode>()};
    const AllocationsPerIteration allocations{state};
    int value = 0;
    for (auto _ : state) {
        PeerBound task{peer_current, [&value] { benchmark::DoNotOptimize(++value); }};
        std::move(task)();
    }
}
BENCHMARK(peer_bind_invoke);

void floor_bind_any_invocable(benchmark::State& state) {
    const ctx::bench::AllocationsPerIteration allocations{state};
    int value = 0;
    for (auto _ : state) {
        absl::AnyInvocable<void()&&> task = [&value] { benchmark::DoNotOptimize(++value); };
        std::move(task)();
    }
}
BENCHMARK(floor_bind_any_invocable);

void bind_any_invocable(benchmark::State& state) {
    const ctx::Scope scope{request()};
    const ctx::bench::AllocationsPerIteration allocations{state};
    int value = 0;
    for (auto _ : state) {
        absl::AnyInvocable<void()&&> task =
            ctx::bind([&value] { benchmark::DoNotOptimize(++value); });
        std::move(task)();
    }
}
BENCHMARK(bind_any_invocable);

// A pool that runs at once: what is left is the price of the wrapper.
struct InlinePool {
    template <typename F>
    void post(F&& task) {
        benchmark::ClobberMemory();
        std::forward<F>(task)();
    }
};

void floor_wrapped_post(benchmark::State& state) {
    const ctx::bench::AllocationsPerIteration allocations{state};
    InlinePool pool;
    int value = 0;
    for (auto _ : state) {
        floor_count.fetch_add(1, std::memory_order_relaxed);
        pool.post([&value] { benchmark::DoNotOptimize(++value); });
        if (floor_count.load(std::memory_order_acquire) != 1)
            floor_count.fetch_sub(1, std::memory_order_acq_rel);
    }
}
BENCHMARK(floor_wrapped_post);

void wrapped_post(benchmark::State& state) {
    const ctx::Scope scope{request()};
    const ctx::bench::AllocationsPerIteration allocations{state};
    InlinePool pool;
    const auto executor = ctx::wrap(pool);
    int value = 0;
    for (auto _ : state) {
        executor.post([&value] { benchmark::DoNotOptimize(++value); });
    }
}
BENCHMARK(wrapped_post);

}  // namespace

BENCHMARK_MAIN();
