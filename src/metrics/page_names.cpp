#include "metrics/page_names.hpp"

#include "metrics/dropped.hpp"
#include "metrics/metric_text.hpp"

#include <initializer_list>
#include <span>
#include <vector>

namespace ctx::detail {
namespace {

// OpenMetrics 1.0 "Suffixes": what a family of each type may put behind its name. `_created` is
// never written, but belongs to the family all the same.
std::span<const std::string_view> sample_suffixes(MetricType type) noexcept {
    static constexpr std::string_view counter[] = {"_total", "_created"};
    static constexpr std::string_view histogram[] = {"_bucket", "_count", "_sum", "_created"};
    static constexpr std::string_view summary[] = {"_count", "_sum", "_created"};
    static constexpr std::string_view info[] = {"_info"};
    switch (type) {
        case MetricType::counter:
            return counter;
        case MetricType::histogram:
            return histogram;
        case MetricType::summary:
            return summary;
        case MetricType::info:
            return info;
        case MetricType::gauge:
        case MetricType::unknown:
            break;
    }
    return {};
}

}  // namespace

bool PageNames::claim(std::string_view name, MetricType type) {
    if (!is_metric_name(name)) {
        drop_family(name, "the name is not allowed");
        return false;
    }
    std::vector<std::string> wanted{std::string(name)};
    for (const std::string_view suffix : sample_suffixes(type))
        wanted.push_back(std::string(name) + std::string(suffix));
    for (const std::string& sample : wanted) {
        if (taken_.contains(sample)) {
            drop_family(name, "another family of the page has the name " + sample);
            return false;
        }
    }
    taken_.insert(wanted.begin(), wanted.end());
    return true;
}

}  // namespace ctx::detail
