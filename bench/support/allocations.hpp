// Tells how many allocations an iteration of a benchmark makes.
//
//     void extract(benchmark::State& state) {
//         const ctx::bench::AllocationsPerIteration allocations{state};
//         for (auto _ : state) …
//     }

#pragma once

#include <benchmark/benchmark.h>
#include <support/counting_allocator.hpp>

namespace ctx::bench {

/// Counts on the benchmark's thread from here to the end of the function, and reports the result
/// as the counter `allocs`. Declare it just before the loop, after everything that is set-up.
class AllocationsPerIteration {
public:
    explicit AllocationsPerIteration(benchmark::State& state) noexcept : state_(state) {}
    ~AllocationsPerIteration() {
        const auto made = static_cast<double>(counter_.allocations());
        const auto iterations = static_cast<double>(state_.iterations());
        state_.counters["allocs"] = benchmark::Counter{iterations > 0 ? made / iterations : 0,
                                                       benchmark::Counter::kAvgThreads};
    }

    AllocationsPerIteration(const AllocationsPerIteration&) = delete;
    AllocationsPerIteration& operator=(const AllocationsPerIteration&) = delete;

private:
    benchmark::State& state_;
    test::AllocationCounter counter_;
};

}  // namespace ctx::bench
