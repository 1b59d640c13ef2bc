#include "propagation/unite_baggage.hpp"

#include "propagation/text.hpp"
#include <ctx/baggage/baggage_key.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ctx::detail {
namespace {

std::optional<std::string> find_ignoring_case(const Baggage& baggage, std::string_view key) {
    const std::string lower = lower_case(key);
    for (const BaggageEntry& entry : baggage) {
        if (equals_ignoring_case(entry.key, lower)) return std::string{entry.key};
    }
    return std::nullopt;
}

/// The key in `baggage` that names the same entry.
std::optional<std::string> same_key(const Baggage& baggage, std::string_view key,
                                    bool ignoring_case) {
    if (baggage.find(key)) return std::string{key};
    return ignoring_case ? find_ignoring_case(baggage, key) : std::nullopt;
}

/// `baggage` with the entry `from` under the key `to`.
Baggage renamed(const Baggage& baggage, const BaggageEntry& from, std::string_view to) {
    const auto key = BaggageKey::parse(to);
    return key ? baggage.remove(from.key).set(*key, from.value, from.properties) : baggage;
}

}  // namespace

Baggage unite_baggage(FoundBaggage earlier, FoundBaggage later) {
    const bool earlier_lost = earlier.keys == KeyCase::lost;
    const bool later_lost = later.keys == KeyCase::lost;
    Baggage& old = earlier.baggage;
    const Baggage entries = later.baggage;
    for (const BaggageEntry& entry : entries) {
        const auto known = same_key(old, entry.key, earlier_lost || later_lost);
        if (!known) continue;
        const bool says_more = (earlier_lost && !later_lost) ||
                               (!entry.properties.empty() && old.properties(*known).empty());
        if (old.find(*known) == entry.value && !says_more) {
            later.baggage = later.baggage.remove(entry.key);
            continue;
        }
        old = old.remove(*known);
        if (later_lost && *known != entry.key) {
            later.baggage = renamed(later.baggage, entry, *known);
        }
    }
    return later.baggage.empty() ? old : join(old, later.baggage);
}

}  // namespace ctx::detail
