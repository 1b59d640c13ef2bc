// How often values of which family and label had no place: `ctx_metrics_overflow_total`.

#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

namespace ctx::detail {

/// The counter of a family's label; lives as long as the process. Beyond 1000 pairs all share one,
/// without labels.
[[nodiscard]] std::atomic<std::uint64_t>& overflow_count(std::string_view family,
                                                         std::string_view label);

}  // namespace ctx::detail
