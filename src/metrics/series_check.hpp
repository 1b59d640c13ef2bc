// What plain data must be like to be shown: registries check less than a page demands.

#pragma once

#include <ctx/metrics/source.hpp>

#include <string>
#include <string_view>
#include <unordered_set>

namespace ctx::detail {

/// For the series of one family.
class SeriesCheck {
public:
    explicit SeriesCheck(MetricType type) noexcept : type_(type) {}

    /// Whether the series can be shown. If not, that is counted and reported under `family`.
    [[nodiscard]] bool passes(std::string_view family, const SeriesSnapshot& series);

private:
    /// Why the series must be left out; empty: it need not.
    [[nodiscard]] std::string_view problem_of(const SeriesSnapshot& series);

    MetricType type_;
    std::unordered_set<std::string> seen_;  // label sets
};

/// OpenMetrics 1.0 "Exemplars": proper names, each once, and 128 code points in all.
[[nodiscard]] bool is_writable(const Exemplar& exemplar);

}  // namespace ctx::detail
