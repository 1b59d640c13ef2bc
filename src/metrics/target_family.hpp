// The resource as a page shows it.

#pragma once

#include <ctx/context/resource.hpp>
#include <ctx/metrics/source.hpp>

#include <optional>

namespace ctx::detail {

/// `target_info`; nothing when the resource has no attributes that can be labels.
[[nodiscard]] std::optional<FamilySnapshot> target_family(const Resource& resource);

}  // namespace ctx::detail
