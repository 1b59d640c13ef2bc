#include "metrics/series_check.hpp"

#include "metrics/dropped.hpp"
#include "metrics/metric_text.hpp"
#include <ctx/baggage/utf8.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace ctx::detail {
namespace {

/// The same for equal label sets in any order, and only for them.
std::string identity_of(const SeriesSnapshot& series) {
    std::vector<const std::pair<std::string, std::string>*> sorted;
    sorted.reserve(series.labels.size());
    for (const auto& label : series.labels) {
        if (!label.second.empty()) sorted.push_back(&label);
    }
    std::sort(sorted.begin(), sorted.end(),
              [](const auto* a, const auto* b) { return a->first < b->first; });
    std::string identity;
    for (const auto* label : sorted) {
        // As it will be on the page: what is mended may become the same.
        const std::size_t size = valid_utf8_size(label->second);
        identity.append(label->first).append("=").append(std::to_string(size)).append(":");
        append_valid_utf8(identity, label->second);
    }
    return identity;
}

}  // namespace

bool SeriesCheck::passes(std::string_view family, const SeriesSnapshot& series) {
    const std::string_view problem = problem_of(series);
    if (problem.empty()) return true;
    std::string labels;
    for (const auto& [name, value] : series.labels)
        append_label(labels, name, value);
    drop_series(family, labels, problem);
    return false;
}

std::string_view SeriesCheck::problem_of(const SeriesSnapshot& series) {
    std::vector<std::string_view> names;
    for (const auto& label : series.labels) {
        const std::string_view name = label.first;
        if (!is_label_name(name)) return "a label's name is not allowed";
        if ((type_ == MetricType::histogram && name == "le") ||
            (type_ == MetricType::summary && name == "quantile")) {
            return "it has a label of its own named le or quantile";
        }
        if (std::find(names.begin(), names.end(), name) != names.end()) {
            return "a label's name appears twice";
        }
        names.push_back(name);
    }
    if (!seen_.insert(identity_of(series)).second) return "another series has the same labels";
    if (type_ == MetricType::counter && !(series.value >= 0)) {
        return "a counter cannot be negative or NaN";
    }
    return {};
}

bool is_writable(const Exemplar& exemplar) {
    constexpr std::size_t max_code_points = 128;
    std::size_t code_points = 0;
    std::unordered_set<std::string_view> names;
    for (const auto& [name, value] : exemplar.labels) {
        if (!is_label_name(name) || !names.insert(name).second) return false;
        code_points += name.size() + count_code_points(value);
    }
    return code_points <= max_code_points;
}

}  // namespace ctx::detail
