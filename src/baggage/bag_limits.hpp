// The declared size limits of fields of typed bags.

#pragma once

#include <ctx/baggage/governance.hpp>

namespace ctx::detail {

// Text over its limit is cut between characters; what cannot be cut, a collection or a number with
// more digits, is dropped whole.
[[nodiscard]] Baggage within_bag_limits(Baggage baggage, const FieldSet& fields,
                                        FieldReport* report);

}  // namespace ctx::detail
