// ctx/propagation/tracing_plane.hpp: typed bags on the wire: the header `x-baggage`, or a member
// `tp` of the W3C header.
//
//     ctx::Propagators all{ctx::tracecontext_format, ctx::baggage_format,
//                          ctx::tracing_plane_format};           // x-baggage: AvgKAvALAgAD
//     ctx::Propagators through_w3c{ctx::tracecontext_format,
//                                  ctx::tracing_plane_member_format};
//                                                   // baggage: tenant=acme,tp=AvgKAvALAgAD
//
// The serialized atoms of the Tracing Plane, base64url. Every bag travels, also those that nobody
// here knows, and is merged with what other formats brought. String entries are in `x-baggage` too,
// unless `baggage` is written beside it. Where only W3C headers get through, `tp` carries the typed
// bags as one member; proxies cannot merge it, so prefer `x-baggage`.
//
// Threads   Pure functions of the carrier.
// Errors    Counted: ctx_propagation_tracing_plane_malformed_total (no base64),
//           …_cut_total (atoms that did not fit into a header: the list is trimmed and marked).
// Cost      Reading: two allocations. Writing: base64 and, beside `baggage`, a copy without the
//           string entries.

#pragma once

#include <ctx/export.hpp>
#include <ctx/propagation/format.hpp>

#include <cstddef>
#include <string_view>

namespace ctx {

/// Bytes of atoms in one header: 8192 characters of base64.
inline constexpr std::size_t tracing_plane_max_atoms = 6144;

/// Reads `x-baggage`; base64 of either alphabet, padded or not. Several lists, in lines of their
/// own or with "," between, are merged: at most 64, of 16384 characters together.
CTX_EXPORT void extract_tracing_plane(const CarrierReader& from, Extraction& into);
CTX_EXPORT void inject_tracing_plane(ContextView context, const CarrierWriter& into);
/// The same without the string entries.
CTX_EXPORT void inject_tracing_plane_bags(ContextView context, const CarrierWriter& into);

/// Reads `baggage`, the member `tp` of it as typed bags.
CTX_EXPORT void extract_tracing_plane_member(const CarrierReader& from, Extraction& into);
/// Writes `baggage` with a member `tp` if there are typed bags. String entries have the first call
/// on the room.
CTX_EXPORT void inject_tracing_plane_member(ContextView context, const CarrierWriter& into);

inline constexpr std::string_view tracing_plane_fields[] = {"x-baggage"};
inline constexpr Format tracing_plane_format{.name = "tracingplane",
                                             .fields = tracing_plane_fields,
                                             .extract = &extract_tracing_plane,
                                             .inject = &inject_tracing_plane,
                                             .inject_beside_baggage = &inject_tracing_plane_bags};

/// In place of baggage_format: with both, the one that is listed last writes the header.
inline constexpr std::string_view tracing_plane_member_fields[] = {"baggage"};
inline constexpr Format tracing_plane_member_format{
    "tp", tracing_plane_member_fields, &extract_tracing_plane_member, &inject_tracing_plane_member};

}  // namespace ctx
