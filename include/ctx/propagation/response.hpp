// ctx/propagation/response.hpp: tells the caller which span answered him.
//
//     ctx::inject_response(span.context(), response);           // server: when he asked for it
//     if (auto answered = ctx::extract_response(response)) …    // client: both spellings
//
// W3C Trace Context Level 2 had `traceresponse`, with the grammar of `traceparent`; its successor
// says the same as a metric of Server-Timing (RFC 9110-style list, W3C Server Timing):
// `server-timing: trace;desc=00-<trace id>-<span id>-<flags>`. Both are optional on both sides.
//
// Threads   Pure functions of the carrier.
// Errors    What is malformed reads as nothing.
// Cost      Reading: two look-ups. Writing: a copy of the other metrics of Server-Timing.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/export.hpp>
#include <ctx/propagation/carrier_view.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ctx {

/// Which of the two is written.
enum class ResponseHeader : std::uint8_t { traceresponse, server_timing };

/// The metric `trace` of a Server-Timing value, quoted or not; the first one that is valid.
[[nodiscard]] CTX_EXPORT std::optional<SpanContext> parse_server_timing(
    std::string_view value) noexcept;

namespace detail {
[[nodiscard]] CTX_EXPORT std::optional<SpanContext> read_response(const CarrierReader& from);
CTX_EXPORT void write_traceresponse(ContextView context, const CarrierWriter& into);
/// @param others  the metrics that the response has already, separated by ','.
CTX_EXPORT void write_server_timing(ContextView context, std::string_view others,
                                    const CarrierWriter& into);
/// The metrics of all lines but `trace`, separated by ','.
[[nodiscard]] CTX_EXPORT std::string other_metrics(const CarrierReader& from);
}  // namespace detail

/// The span that answered: of `traceresponse`, else of `server-timing`; nothing when neither says.
template <typename Carrier>
[[nodiscard]] std::optional<SpanContext> extract_response(const Carrier& carrier) {
    detail::require_readable<Carrier>();
    if constexpr (ReadableCarrier<Carrier>) {
        return detail::read_response(CarrierReader{carrier});
    }
}

/// Tells about the span of `context`, in one of the two headers. Other metrics of Server-Timing
/// stay, where the carrier can be read; an empty context removes what was told before.
template <typename Carrier>
void inject_response(ContextView context, Carrier& carrier,
                     ResponseHeader header = ResponseHeader::server_timing) {
    detail::require_writable<Carrier>();
    if constexpr (WritableCarrier<Carrier>) {
        const CarrierWriter into{carrier};
        if (header == ResponseHeader::traceresponse) {
            return detail::write_traceresponse(context, into);
        }
        std::string others;
        if constexpr (ReadableCarrier<Carrier>) {
            others = detail::other_metrics(CarrierReader{carrier});
        }
        detail::write_server_timing(context, others, into);
    }
}

}  // namespace ctx
