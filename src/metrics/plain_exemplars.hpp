// Exemplars of series that prometheus-cpp counts, found again by family and labels.

#pragma once

#include <ctx/metrics/prometheus_exemplars.hpp>
#include <ctx/metrics/source.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ctx::detail {

using LabelPairs = std::vector<std::pair<std::string, std::string>>;

/// The same for equal labels in any order.
[[nodiscard]] std::string series_key(std::string_view family, LabelPairs labels);

/// What a page shows: read once, before the counts.
class PlainExemplars {
public:
    /// @return false when there is nothing to show.
    bool read(const std::string& key, const SeriesExemplars& places);

    /// @param name  of the family in prometheus-cpp.
    void attach(std::string_view name, FamilySnapshot& family) const;

private:
    using Exemplars = std::vector<std::optional<Exemplar>>;
    static void attach(const Exemplars& found, SeriesSnapshot& series);

    std::unordered_map<std::string, Exemplars> by_series_;
};

}  // namespace ctx::detail
