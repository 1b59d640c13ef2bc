// The context layer beside its physical floors: a thread-local read, a thread-local swap, an
// uncontended atomic increment and decrement, one allocation; and beside a std::shared_ptr in
// thread-local storage.

#include "support/allocations.hpp"
#include "support/shared_ptr_peer.hpp"
#include "support/shared_read.hpp"
#include "support/xadd.hpp"
#include <ctx/context.hpp>

#include <benchmark/benchmark.h>

#include <atomic>
#include <memory>
#include <utility>

// Stands in for the smallest thinkable implementation: a pointer and what it points to.
struct Floor {
    std::uint64_t id_high = 1;
    std::uint64_t id_low = 2;
    std::atomic<std::uint32_t> references{1};
};
Floor floor_object;
// Not in an anonymous namespace: the optimiser must expect others to read them.
constinit thread_local Floor* floor_word = nullptr;
constinit thread_local void* floor_top = nullptr;

namespace {

using ctx::Context;
using ctx::bench::floor_xadd;
using ctx::bench::peer_current;
using ctx::bench::PeerContext;
using ctx::bench::PeerNode;
using ctx::bench::PeerScope;

Context request() {
    return Context{}
        .with_span({ctx::new_trace_id(), ctx::new_span_id(), ctx::TraceFlags{3}, {}, false})
        .with_baggage(ctx::Baggage{}.set("tenant", "acme"));
}

BENCHMARK(floor_xadd);

void floor_current_trace_id(benchmark::State& state) {
    floor_word = &floor_object;
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        benchmark::ClobberMemory();
        Floor* current = floor_word;
        // Into registers: an operand in memory would not be read.
        std::uint64_t high = current->id_high;
        std::uint64_t low = current->id_low;
        benchmark::DoNotOptimize(high);
        benchmark::DoNotOptimize(low);
    }
}
BENCHMARK(floor_current_trace_id);

void current_trace_id(benchmark::State& state) {
    const ctx::Scope scope{request()};
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        benchmark::ClobberMemory();
        const ctx::TraceId id = ctx::current().trace_id();
        benchmark::DoNotOptimize(id.high());
        benchmark::DoNotOptimize(id.low());
    }
}
BENCHMARK(current_trace_id);

void peer_current_trace_id(benchmark::State& state) {
    const ctx::bench::SecondThread second;
    const PeerScope scope{std::make_shared<const PeerNode>()};
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        benchmark::ClobberMemory();
        const PeerNode* current = peer_current.get();
        benchmark::DoNotOptimize(current->id_high);
        benchmark::DoNotOptimize(current->id_low);
    }
}
BENCHMARK(peer_current_trace_id);

constexpr int shared_reads = 1000;

void floor_current_in_shared_library(benchmark::State& state) {
    for (auto _ : state)
        benchmark::DoNotOptimize(ctx::bench::read_word_in_shared_library(shared_reads));
}
BENCHMARK(floor_current_in_shared_library);

void current_in_shared_library(benchmark::State& state) {
    const ctx::Scope scope{request()};
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state)
        benchmark::DoNotOptimize(ctx::bench::read_current_in_shared_library(shared_reads));
}
BENCHMARK(current_in_shared_library);

void floor_scope_moved(benchmark::State& state) {
    Floor* mine = &floor_object;
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        Floor* previous = std::exchange(floor_word, mine);
        void* top = std::exchange(floor_top, &mine);
        benchmark::ClobberMemory();
        mine = std::exchange(floor_word, previous);
        floor_top = top;
        benchmark::DoNotOptimize(mine);
    }
}
BENCHMARK(floor_scope_moved);

// The handle is moved in and taken back out, so that no count is touched: what an executor does
// for every task.
void scope_moved(benchmark::State& state) {
    const Context keep = request();
    const ctx::detail::Node* mine = Context{keep}.release();
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        {
            const ctx::Scope scope{Context::adopt(mine)};
            benchmark::ClobberMemory();
            mine = std::exchange(ctx::detail::word().node, nullptr);
        }
        benchmark::DoNotOptimize(mine);
    }
    static_cast<void>(Context::adopt(mine));
}
BENCHMARK(scope_moved);

void peer_scope_moved(benchmark::State& state) {
    const ctx::bench::SecondThread second;
    PeerContext mine = std::make_shared<const PeerNode>();
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        {
            const PeerScope scope{std::move(mine)};
            benchmark::ClobberMemory();
            mine = std::move(peer_current);
        }
        benchmark::DoNotOptimize(mine.get());
    }
}
BENCHMARK(peer_scope_moved);

void floor_scope_copied(benchmark::State& state) {
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        floor_object.references.fetch_add(1, std::memory_order_relaxed);
        Floor* previous = std::exchange(floor_word, &floor_object);
        void* top = std::exchange(floor_top, &previous);
        benchmark::ClobberMemory();
        Floor* mine = std::exchange(floor_word, previous);
        floor_top = top;
        mine->references.fetch_sub(1, std::memory_order_acq_rel);
    }
}
BENCHMARK(floor_scope_copied);

void scope_copied(benchmark::State& state) {
    const Context mine = request();
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        const ctx::Scope scope{mine};
        benchmark::ClobberMemory();
    }
}
BENCHMARK(scope_copied);

void peer_scope_copied(benchmark::State& state) {
    const ctx::bench::SecondThread second;
    const PeerContext mine = std::make_shared<const PeerNode>();
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        const PeerScope scope{mine};
        benchmark::ClobberMemory();
    }
}
BENCHMARK(peer_scope_copied);

struct FloorNode {
    char bytes[sizeof(ctx::detail::Node)];
};

void floor_derive_child(benchmark::State& state) {
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        auto* node = new FloorNode;
        benchmark::DoNotOptimize(node);
        floor_object.references.fetch_add(1, std::memory_order_relaxed);
        floor_object.references.fetch_sub(1, std::memory_order_acq_rel);
        delete node;
    }
}
BENCHMARK(floor_derive_child);

void derive_child(benchmark::State& state) {
    const Context parent = request();
    const ctx::SpanContext span = ctx::child_of(parent);
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        const Context child = parent.with_span(span);
        benchmark::DoNotOptimize(child.node());
    }
}
BENCHMARK(derive_child);

void new_span_id(benchmark::State& state) {
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state)
        benchmark::DoNotOptimize(ctx::new_span_id());
}
BENCHMARK(new_span_id);

}  // namespace

BENCHMARK_MAIN();
