// Counts the nodes that are alive without a shared cache line on the way.

#pragma once

#include <cstdint>

namespace ctx::detail {

void count_node(std::int64_t change) noexcept;

}  // namespace ctx::detail
