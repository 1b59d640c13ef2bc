// The self metrics of ctx as families, like those of any source.

#pragma once

#include <ctx/context/stats.hpp>
#include <ctx/export.hpp>
#include <ctx/metrics/source.hpp>

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ctx::detail {

/// `a="b",c="d\n"` in pieces, escapes undone. What is behind a mistake is left out.
[[nodiscard]] CTX_EXPORT std::vector<std::pair<std::string, std::string>> parse_labels(
    std::string_view text);

/// @param samples  sorted by name, as stats() gives them.
[[nodiscard]] CTX_EXPORT std::vector<FamilySnapshot> to_families(
    std::span<const StatSample> samples);

}  // namespace ctx::detail
