// The unit of figures that consist of atomic counting: an uncontended `lock xadd`.

#pragma once

#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdint>

namespace ctx::bench {

inline std::atomic<std::uint64_t> xadd_counter{0};

inline void floor_xadd(benchmark::State& state) {
    for (auto _ : state)
        benchmark::DoNotOptimize(xadd_counter.fetch_add(1, std::memory_order_relaxed));
}

}  // namespace ctx::bench
