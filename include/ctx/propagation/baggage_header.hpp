// ctx/propagation/baggage_header.hpp: the format `baggage`: the W3C header of that name.
//
//     ctx::Propagators only_baggage{ctx::baggage_format};
//     ctx::Context caller = only_baggage.extract(headers);
//     caller.baggage().find("tenant");
//
// All lines are one list. A member that breaks the grammar is dropped alone; members that nobody
// changed are forwarded byte for byte. Baggage does not depend on a trace.
//
// Threads   Pure functions of the carrier.
// Errors    Counted: ctx_propagation_baggage_malformed_members_total, …_duplicate_members_total,
//           …_over_limit_members_total, …_mended_values_total and, on the way out,
//           …_unsendable_entries_total, …_unsent_members_total.
// Cost      In: one allocation. Out, unchanged: none of ctx's own.

#pragma once

#include <ctx/export.hpp>
#include <ctx/propagation/format.hpp>

#include <string>
#include <string_view>

namespace ctx {

/// Reads `baggage` within the default BaggageLimits (W3C Baggage 3.2, 3.3).
CTX_EXPORT void extract_baggage(const CarrierReader& from, Extraction& into);

/// Writes `baggage`, or removes it when there are no entries.
CTX_EXPORT void inject_baggage(ContextView context, const CarrierWriter& into);

/// The header that inject_baggage() would write; empty: none. What cannot be sent is counted.
[[nodiscard]] CTX_EXPORT std::string write_baggage_header(const Baggage& baggage);

inline constexpr std::string_view baggage_fields[] = {"baggage"};
inline constexpr Format baggage_format{"baggage", baggage_fields, &extract_baggage,
                                       &inject_baggage};

}  // namespace ctx
