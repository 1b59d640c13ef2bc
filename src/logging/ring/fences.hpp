// Two threads that each announce something and then look for the announcement of the other: one of
// them sees the other's. Who announces often pays nothing, who does so rarely pays for both.

#pragma once

#include <atomic>

namespace ctx::log::detail {

/// Whether the kernel makes other threads' fences (membarrier, Linux 4.14). Without it light
/// fences cost as much as others.
[[nodiscard]] bool has_asymmetric_fences() noexcept;

/// Decided before the first thread logs.
extern std::atomic<bool> light_fences_are_free;

inline void light_fence() noexcept {
    if (light_fences_are_free.load(std::memory_order_relaxed)) [[likely]] {
        std::atomic_signal_fence(std::memory_order_seq_cst);
    } else {
        std::atomic_thread_fence(std::memory_order_seq_cst);
    }
}

/// A full fence on this thread and on every other of the process.
void heavy_fence() noexcept;

}  // namespace ctx::log::detail
