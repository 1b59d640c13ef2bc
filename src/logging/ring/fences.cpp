#include "logging/ring/fences.hpp"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace ctx::log::detail {
namespace {

long membarrier(int command) noexcept {
    return syscall(SYS_membarrier, command, 0, 0);
}

}  // namespace

std::atomic<bool> light_fences_are_free{false};

bool has_asymmetric_fences() noexcept {
    // A registration lasts as long as the process; a child inherits it.
    return membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) == 0;
}

void heavy_fence() noexcept {
    if (light_fences_are_free.load(std::memory_order_relaxed)) {
        membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
    }
    std::atomic_thread_fence(std::memory_order_seq_cst);
}

}  // namespace ctx::log::detail
