// ctx/propagation/xray.hpp: the format `xray`: AWS X-Ray's `X-Amzn-Trace-Id`.
//
//     ctx::Propagators aws{ctx::xray_format};
//     ctx::Context caller = aws.extract(headers);   // Root=1-5759e988-bd86…;Parent=…;Sampled=1
//
// Rules: "Tracing header" of the AWS X-Ray developer guide. Fields come in any order and unknown
// ones (`Self`, `Lineage`, those of applications) are skipped. A `Root` alone, as a load balancer
// sends it, keeps its trace id: the span that begins here is its root. Without `Sampled`, or with
// `Sampled=?`, the decision stays open and is passed on in the words it came in.
//
// Threads   Pure functions of the carrier.
// Errors    Counted in ctx_propagation_xray_malformed_total: no `Root`, or not of version 1 with 8
//           and 24 digits; a `Parent` that is not 16 digits or zero; another `Sampled` than 0, 1,
//           ?.
// Cost      One look-up and one walk over the value. No allocation, but for `Sampled=?`.

#pragma once

#include <ctx/export.hpp>
#include <ctx/propagation/format.hpp>

#include <string_view>

namespace ctx {

CTX_EXPORT void extract_xray(const CarrierReader& from, Extraction& into);
CTX_EXPORT void inject_xray(ContextView context, const CarrierWriter& into);

inline constexpr std::string_view xray_fields[] = {"x-amzn-trace-id"};
inline constexpr Format xray_format{"xray", xray_fields, &extract_xray, &inject_xray};

}  // namespace ctx
