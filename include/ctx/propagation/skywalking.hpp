// ctx/propagation/skywalking.hpp: the format `sw8`: Apache SkyWalking's headers, passed through.
//
//     ctx::Propagators beside_skywalking{ctx::tracecontext_format, ctx::skywalking_format};
//
// Rules: "Cross Process Propagation Headers v3" and "… Correlation Headers v1" of SkyWalking. Its
// ids are texts and not numbers of 128 bits, so a trace cannot be continued; but it need not be
// lost: `sw8`, `sw8-x` and `sw8-correlation` are sent on as they came, the caller's segment becomes
// a link of the span that begins here, and its sampling decision counts for a trace that does.
//
// The link's ids: the trace id is the UUID that SkyWalking's agents put in front of theirs, where
// it is one, else a hash of it; the span id is a hash of segment id and span index. The same input
// gives the same ids at every node.
//
// Threads   Pure functions of the carrier.
// Errors    Counted in ctx_propagation_skywalking_malformed_total: not eight fields, base64 or
//           numbers that are none, 2048 bytes and more. What is malformed is not sent on.
// Cost      Three look-ups; a few allocations for what is kept.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/export.hpp>
#include <ctx/propagation/format.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace ctx {

/// The parts of `sw8` that name the caller, decoded.
struct SkyWalkingHeader {
    bool sampled = false;
    std::string trace_id;
    std::string segment_id;
    std::uint32_t span_index = 0;
    std::string service;
    std::string instance;
    std::string endpoint;
    std::string peer;
};

/// Reads `sw8`. @return nothing when it is malformed.
[[nodiscard]] CTX_EXPORT std::optional<SkyWalkingHeader> parse_sw8(std::string_view value);

/// The ids under which the caller's segment is linked.
[[nodiscard]] CTX_EXPORT Link link_of(const SkyWalkingHeader& header) noexcept;

CTX_EXPORT void extract_skywalking(const CarrierReader& from, Extraction& into);
CTX_EXPORT void inject_skywalking(ContextView context, const CarrierWriter& into);

inline constexpr std::string_view skywalking_fields[] = {"sw8", "sw8-x", "sw8-correlation"};
inline constexpr Format skywalking_format{"sw8", skywalking_fields, &extract_skywalking,
                                          &inject_skywalking};

}  // namespace ctx
