// The baggage of two formats of one request as one.

#pragma once

#include <ctx/baggage/baggage.hpp>
#include <ctx/propagation/format.hpp>

namespace ctx::detail {

struct FoundBaggage {
    Baggage baggage;
    KeyCase keys = KeyCase::kept;
};

/// All entries and bags of both. Of different values of a key the later stays. An equal value is
/// the same entry twice: the one stays that says more, or else the earlier. Where one side lost the
/// case of its keys, keys that differ in case only are the same, spelled as the other side has it.
[[nodiscard]] Baggage unite_baggage(FoundBaggage earlier, FoundBaggage later);

}  // namespace ctx::detail
