// A clock for what may be some milliseconds late.

#pragma once

#include <time.h>

#include <cstdint>

namespace ctx::detail {

[[nodiscard]] inline std::int64_t coarse_steady_ms() noexcept {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

}  // namespace ctx::detail
