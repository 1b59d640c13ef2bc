#include "logging/site_limits.hpp"

#include "logging/log_stats.hpp"

#include <algorithm>
#include <chrono>

namespace ctx::log::detail {
namespace {

std::uint64_t mixed(std::uint64_t value) noexcept {
    value ^= value >> 32;
    value *= 0x9E3779B97F4A7C15;
    value ^= value >> 29;
    return value == 0 ? 1 : value;
}

// Decades, so that sums stay numbers.
constexpr std::int64_t for_ever = INT64_MAX / 4;

std::int64_t now_nanos() noexcept {
    return std::chrono::steady_clock::now().time_since_epoch().count();
}

}  // namespace

SiteLimits::Site* SiteLimits::find(std::uint64_t key) noexcept {
    for (std::size_t i = 0; i < probes; ++i) {
        Site& site = sites_[(key + i) % size];
        std::uint64_t there = site.key.load(std::memory_order_relaxed);
        if (there == key) return &site;
        if (there != 0) continue;
        if (site.key.compare_exchange_strong(there, key, std::memory_order_relaxed) ||
            there == key) {
            return &site;
        }
    }
    return nullptr;
}

/// Each line moves the time at which all is caught up; one that would move it too far ahead is one
/// too many.
bool SiteLimits::take(std::atomic<std::int64_t>& caught_up) noexcept {
    const std::int64_t now = now_nanos();
    const std::int64_t interval = std::clamp<std::int64_t>(limit_.interval.count(), 0, for_ever);
    const std::int64_t ahead =
        interval > for_ever / std::max(limit_.burst, 1U) ? for_ever : interval * limit_.burst;
    std::int64_t before = caught_up.load(std::memory_order_relaxed);
    for (;;) {
        const std::int64_t after = (before > now ? before : now) + interval;
        if (after - now > ahead) return false;
        if (caught_up.compare_exchange_weak(before, after, std::memory_order_relaxed)) return true;
    }
}

SiteLimits::Answer SiteLimits::ask(const char* file, int line) noexcept {
    const std::uint64_t place = mixed(reinterpret_cast<std::uintptr_t>(file));
    Site* site = find(mixed(place + static_cast<unsigned>(line)));
    if (site == nullptr) return {};
    if (!take(site->caught_up)) {
        site->suppressed.fetch_add(1, std::memory_order_relaxed);
        return {false, 0};
    }
    return {true, site->suppressed.exchange(0, std::memory_order_relaxed)};
}

// Requests come and go: a place in the table is taken over by the next one that falls there, but
// one that was refused leaves an admitted one its second.
bool SiteLimits::admits_request(std::uint64_t id) noexcept {
    if (limit_.burst == 0) return false;
    const std::uint64_t key = mixed(id) | 1;
    Site& site = sites_[key / 2 % size];
    if (site.key.load(std::memory_order_relaxed) == key) {
        return site.suppressed.load(std::memory_order_relaxed) == 0;
    }
    const bool admitted = take(requests_caught_up_);
    const std::int64_t now = now_nanos();
    if (!admitted) {
        refused_debug_requests.add();
        const bool is_in_use = site.suppressed.load(std::memory_order_relaxed) == 0 &&
                               now - site.caught_up.load(std::memory_order_relaxed) <
                                   std::chrono::nanoseconds{std::chrono::seconds{1}}.count();
        if (is_in_use) return false;
    }
    site.suppressed.store(admitted ? 0 : 1, std::memory_order_relaxed);
    site.caught_up.store(now, std::memory_order_relaxed);
    site.key.store(key, std::memory_order_relaxed);
    return admitted;
}

}  // namespace ctx::log::detail
