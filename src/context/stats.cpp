#include <ctx/context/stats.hpp>

#include <algorithm>

namespace ctx {
namespace {

constinit std::atomic<Stat*> first_stat{nullptr};

}  // namespace

Stat::Stat(const char* name, const char* help) noexcept : name_(name), help_(help) {
    next_ = first_stat.load(std::memory_order_relaxed);
    while (!first_stat.compare_exchange_weak(next_, this, std::memory_order_release,
                                             std::memory_order_relaxed)) {
    }
}

std::vector<StatSample> stats() {
    std::vector<StatSample> samples;
    for (const Stat* stat = first_stat.load(std::memory_order_acquire); stat != nullptr;
         stat = stat->next_) {
        samples.push_back({stat->name_, stat->help_, stat->value()});
    }
    std::sort(samples.begin(), samples.end(),
              [](const StatSample& a, const StatSample& b) { return a.name < b.name; });
    return samples;
}

}  // namespace ctx
