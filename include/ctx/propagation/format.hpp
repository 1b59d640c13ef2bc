// ctx/propagation/format.hpp: one wire format, and what the formats find together.
//
//     void extract_mine(const ctx::CarrierReader& from, ctx::Extraction& into);
//     void inject_mine(ctx::ContextView context, const ctx::CarrierWriter& into);
//     inline constexpr std::string_view my_headers[] = {"x-my-trace"};
//     inline constexpr ctx::Format mine{"mine", my_headers, &extract_mine, &inject_mine};
//     ctx::Propagators propagators{ctx::tracecontext_format, mine};
//
// A Format is data: the ones of ctx and those of users are composed alike.
//
// Threads   Formats are constants. An Extraction belongs to one call of extract().
// Errors    A format never fails the request: what it cannot read it counts (ctx::stats()) and
//           leaves out. std::bad_alloc and what the carrier throws pass through.
// Cost      An Extraction lives on the stack; finish() makes at most one context node.

#pragma once

#include <ctx/baggage/baggage.hpp>
#include <ctx/baggage/field.hpp>
#include <ctx/context/context.hpp>
#include <ctx/export.hpp>
#include <ctx/propagation/carrier_view.hpp>

#include <span>
#include <string_view>

namespace ctx {

/// Gathers what the formats of one extract() find in a carrier.
///
/// Formats run in order and each success replaces the one before (OpenTelemetry, composite
/// propagators); a format that finds nothing changes nothing. Baggage of several formats is
/// united, the later value of equal keys stays.
class CTX_EXPORT Extraction {
public:
    /// A caller's span. When an earlier format found the same trace, a missing tracestate and the
    /// random flag are taken over from it: other formats cannot say them.
    /// @param span  its trace id must be valid; a zero span id is a trace without a span.
    void found(SpanContext span) noexcept;

    /// A caller's baggage. Bags other than the string entries are merged with those found before.
    /// @throws std::bad_alloc
    void found(Baggage baggage);

    [[nodiscard]] const SpanContext& span() const noexcept { return span_; }
    [[nodiscard]] const Baggage& baggage() const noexcept { return baggage_; }

    /// `base` with what was found: the span, if there was one, and the baggage, if there was some,
    /// replace those of `base`. Nothing found: `base` itself. @throws std::bad_alloc
    /// @param from  who sent it: baggage that the published declaration does not admit from there
    ///              is left out.
    [[nodiscard]] Context finish(Context base, Destination from = Destination::inside) &&;

private:
    SpanContext span_;
    Baggage baggage_;
};

/// A wire format: how it is called, which headers it owns, how it reads and writes them.
struct Format {
    /// As in OTEL_PROPAGATORS, in lower case.
    std::string_view name;
    /// The headers it may write, in lower case: all of them are replaced or removed by inject.
    std::span<const std::string_view> fields;
    void (*extract)(const CarrierReader& from, Extraction& into);
    void (*inject)(ContextView context, const CarrierWriter& into);
};

}  // namespace ctx
