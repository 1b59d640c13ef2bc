// What a page shows of itself: the resource and what ctx counted.

#pragma once

#include <ctx/context/resource.hpp>
#include <ctx/metrics/source.hpp>

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace ctx::detail {

/// `target_info`; nothing when the resource has no attributes that can be labels.
[[nodiscard]] std::optional<FamilySnapshot> target_family(const Resource& resource);

/// ctx::stats() by family.
[[nodiscard]] std::vector<FamilySnapshot> stats_families();

/// `a="1",b="2"` as pairs; what does not look so is left out.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> parse_labels(std::string_view text);

}  // namespace ctx::detail
