#include "metrics/overflow_stats.hpp"

#include "metrics/metric_text.hpp"
#include <ctx/context/stats.hpp>

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace ctx::detail {
namespace {

class OverflowStats final : public StatGroup {
public:
    OverflowStats() { publish(); }

    std::atomic<std::uint64_t>& of(std::string_view family, std::string_view label) {
        constexpr std::size_t most = 1000;
        std::string labels;
        append_label(labels, "metric", family);
        append_label(labels, "label", label);
        const std::lock_guard lock{mutex_};
        if (counts_.size() >= most && !counts_.contains(labels)) labels.clear();
        return counts_[labels];
    }

private:
    void append_to(std::vector<StatSample>& samples) const override {
        const std::lock_guard lock{mutex_};
        for (const auto& [labels, count] : counts_) {
            samples.push_back({"ctx_metrics_overflow_total",
                               "Values that were looked up and are shown as the overflow value.",
                               count.load(std::memory_order_relaxed), labels});
        }
    }

    mutable std::mutex mutex_;
    // Nodes stay where they are and are never removed.
    std::map<std::string, std::atomic<std::uint64_t>> counts_;
};

}  // namespace

std::atomic<std::uint64_t>& overflow_count(std::string_view family, std::string_view label) {
    static auto* const stats = new OverflowStats;  // StatGroups live as long as the process
    return stats->of(family, label);
}

}  // namespace ctx::detail
