// Which names the families of one page have taken.

#pragma once

#include <ctx/metrics/source.hpp>

#include <string>
#include <string_view>
#include <unordered_set>

namespace ctx::detail {

class PageNames {
public:
    /// @return false when the family must not be on the page: a bad name, or a name or sample name
    /// that another family has; counted and reported.
    [[nodiscard]] bool claim(std::string_view name, MetricType type);

private:
    std::unordered_set<std::string> taken_;
};

}  // namespace ctx::detail
