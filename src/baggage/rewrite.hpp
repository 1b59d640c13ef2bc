// Makes a Baggage from another one with changes to its string entries and without some bags.

#pragma once

#include "baggage/filter.hpp"
#include <ctx/baggage/baggage.hpp>

#include <vector>

namespace ctx::detail {

/// `from` with the changes, which stand in the order of the list. Header members of entries that
/// do not change keep their spelling and order. `from` itself when nothing changes.
[[nodiscard]] Baggage rewrite(const Baggage& from, const std::vector<EntryChange>& changes,
                              const BagRules& bags);

}  // namespace ctx::detail
