#include <ctx/context/stats.hpp>

#include <algorithm>
#include <tuple>

namespace ctx {
namespace {

constinit std::atomic<Stat*> first_stat{nullptr};
constinit std::atomic<StatGroup*> first_group{nullptr};

/// Puts `item` before the first of the list.
template <typename T>
void enlist(std::atomic<T*>& first, T* item, T*& next) noexcept {
    next = first.load(std::memory_order_relaxed);
    while (!first.compare_exchange_weak(next, item, std::memory_order_release,
                                        std::memory_order_relaxed)) {
    }
}

}  // namespace

Stat::Stat(const char* name, const char* help) noexcept : name_(name), help_(help) {
    enlist(first_stat, this, next_);
}

StatGroup::~StatGroup() = default;

void StatGroup::publish() noexcept {
    enlist(first_group, this, next_);
}

std::vector<StatSample> stats() {
    std::vector<StatSample> samples;
    for (const Stat* stat = first_stat.load(std::memory_order_acquire); stat != nullptr;
         stat = stat->next_) {
        samples.push_back({stat->name_, stat->help_, stat->value()});
    }
    for (const StatGroup* group = first_group.load(std::memory_order_acquire); group != nullptr;
         group = group->next_) {
        group->append_to(samples);
    }
    std::sort(samples.begin(), samples.end(), [](const StatSample& a, const StatSample& b) {
        return std::tie(a.name, a.labels) < std::tie(b.name, b.labels);
    });
    return samples;
}

}  // namespace ctx
