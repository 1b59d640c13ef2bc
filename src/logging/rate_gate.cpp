#include "logging/rate_gate.hpp"

#include <algorithm>
#include <chrono>

namespace ctx::log::detail {
namespace {

// Decades, so that sums stay numbers.
constexpr std::int64_t for_ever = INT64_MAX / 4;

}  // namespace

RateGate::RateGate(RateLimit limit) noexcept
    : interval_(std::clamp<std::int64_t>(limit.interval.count(), 0, for_ever)),
      ahead_(interval_ > for_ever / std::max(limit.burst, 1U) ? for_ever
                                                              : interval_ * limit.burst) {}

std::int64_t RateGate::now() noexcept {
    return std::chrono::steady_clock::now().time_since_epoch().count();
}

bool RateGate::lets_through(std::atomic<std::int64_t>& caught_up) const noexcept {
    const std::int64_t time = now();
    std::int64_t before = caught_up.load(std::memory_order_relaxed);
    for (;;) {
        const std::int64_t after = std::max(before, time) + interval_;
        if (after - time > ahead_) return false;
        if (caught_up.compare_exchange_weak(before, after, std::memory_order_relaxed)) return true;
    }
}

std::uint64_t mixed(std::uint64_t value) noexcept {
    value ^= value >> 32;
    value *= 0x9E3779B97F4A7C15;
    value ^= value >> 29;
    return value == 0 ? 1 : value;
}

}  // namespace ctx::log::detail
