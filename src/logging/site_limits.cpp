#include "logging/site_limits.hpp"

namespace ctx::log::detail {

SiteLimits::Site* SiteLimits::find(std::uint64_t key) noexcept {
    for (std::size_t i = 0; i < probes; ++i) {
        Site& site = sites_[(key + i) % sites_.size()];
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

SiteLimits::Answer SiteLimits::ask(const char* file, int line) noexcept {
    const std::uint64_t place = mixed(reinterpret_cast<std::uintptr_t>(file));
    Site* site = find(mixed(place + static_cast<unsigned>(line)));
    if (site == nullptr) return {};
    if (!gate_.lets_through(site->caught_up)) {
        site->suppressed.fetch_add(1, std::memory_order_relaxed);
        return {false, 0};
    }
    return {true, site->suppressed.exchange(0, std::memory_order_relaxed)};
}

}  // namespace ctx::log::detail
