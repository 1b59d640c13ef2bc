// The list of contexts that are alive, for whoever looks for a leak.

#pragma once

#include <ctx/context/detail/node.hpp>

namespace ctx::detail {

/// Lists a node that is complete and not shared yet, if the census is on.
void enter_census(Node& node) noexcept;

/// The node is about to be freed.
void leave_census(const Node& node) noexcept;

}  // namespace ctx::detail
