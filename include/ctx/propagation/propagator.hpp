// ctx/propagation/propagator.hpp: takes a context out of headers, and puts one into headers.
//
//     ctx::Scope scope{ctx::extract(request)};             // server: what the caller sent
//     ctx::inject(ctx::current(), outgoing);               // client: send it on
//
//     auto propagators = ctx::Propagators::from_environment();   // OTEL_PROPAGATORS
//     propagators.inject(ctx::current(), outgoing);
//
//     ctx::inject(ctx::current(), outgoing, ctx::Destination::outside);     // not one of ours
//     const auto partner_api = ctx::Propagators{}.at(ctx::Destination::partner);
//
// The declaration of fields (ctx/context/fields.hpp) is enforced here: what may not go to a
// destination is not sent there, nor taken from there; a ttl is counted down; sizes and types are
// checked. The other side is inside if not given.
//
// The free functions speak W3C `traceparent`, `tracestate` and `baggage`; Propagators speaks a list
// of formats. inject() sends the ids of the context as they are: make a child span first (Span, or
// child_of()), so that each call has a span id of its own.
//
// Threads   Propagators is an immutable value; the carrier belongs to the calling thread.
// Errors    No header makes extract() fail: broken ones are counted in ctx::stats() and left out,
//           broken trace headers leave the baggage alone and the other way round. std::bad_alloc
//           and what the carrier throws pass through.
// Cost      extract: one allocation for the context, one for the baggage, one walk over the headers
//           per name. inject, baggage unchanged: none of ctx's own. bench/propagation_bench. What
//           the declaration changes on the way costs a few more; one that restricts nothing, a
//           load.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/export.hpp>
#include <ctx/propagation/carrier.hpp>
#include <ctx/propagation/carrier_view.hpp>
#include <ctx/propagation/format.hpp>

#include <initializer_list>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace ctx {

/// An ordered list of formats, without duplicates.
class CTX_EXPORT Propagators {
public:
    /// `tracecontext` and `baggage`.
    Propagators();

    /// These formats, in this order; of formats with one name the first stays. May be empty.
    /// Formats are copied; what their views refer to must have static storage duration.
    Propagators(std::initializer_list<Format> formats);
    explicit Propagators(std::vector<Format> formats);

    /// The formats that a list names as OTEL_PROPAGATORS does: separated by ',', white space
    /// and case ignored, repeated names once, empty means the default, a `none` among them means
    /// none at all. A name that is not known is left out and reported to the diagnostics callback.
    /// @param also  formats beside those of ctx; of equal names they win.
    [[nodiscard]] static Propagators named(std::string_view names,
                                           std::span<const Format> also = {});

    /// named() with the value of the environment variable OTEL_PROPAGATORS, read now.
    [[nodiscard]] static Propagators from_environment(std::span<const Format> also = {});

    /// These formats at a boundary: who is at the other end of extract() and inject() when the
    /// call does not say. For adapters that are configured once.
    [[nodiscard]] Propagators at(Destination boundary) const;
    [[nodiscard]] Destination boundary() const noexcept { return boundary_; }

    /// In the order in which they run.
    [[nodiscard]] std::span<const Format> formats() const noexcept { return formats_; }

    /// What the caller sent, as a context: its span, marked remote, and its baggage. All formats
    /// run in order; the last that finds a span wins.
    /// @param base  keeps its local values, and all that the headers do not replace; returned
    ///              as it is when they hold nothing.
    template <typename Carrier>
    [[nodiscard]] Context extract(const Carrier& carrier, Context base = {}) const {
        return extract(carrier, std::move(base), boundary_);
    }

    /// The same of somebody who is not at the usual boundary().
    template <typename Carrier>
    [[nodiscard]] Context extract(const Carrier& carrier, Context base, Destination from) const {
        detail::require_readable<Carrier>();
        if constexpr (ReadableCarrier<Carrier>) {
            return extract_from(CarrierReader{carrier}, std::move(base), from);
        }
    }

    /// Sends `context` along. Headers of these formats that a reused carrier still holds are
    /// replaced or removed; other headers stay.
    template <typename Carrier>
    void inject(ContextView context, Carrier& carrier) const {
        inject(context, carrier, boundary_);
    }

    /// The same to somebody who is not at the usual boundary().
    template <typename Carrier>
    void inject(ContextView context, Carrier& carrier, Destination to) const {
        detail::require_writable<Carrier>();
        if constexpr (WritableCarrier<Carrier>) {
            inject_into(context, CarrierWriter{carrier}, to);
        }
    }

private:
    [[nodiscard]] Context extract_from(const CarrierReader& from, Context base,
                                       Destination sender) const;
    void inject_into(ContextView context, const CarrierWriter& into, Destination receiver) const;

    std::vector<Format> formats_;
    Destination boundary_ = Destination::inside;
};

namespace detail {
[[nodiscard]] CTX_EXPORT Context extract_default(const CarrierReader& from, Context base,
                                                 Destination sender);
CTX_EXPORT void inject_default(ContextView context, const CarrierWriter& into,
                               Destination receiver);
}  // namespace detail

/// Propagators{}.extract(), without the list.
template <typename Carrier>
[[nodiscard]] Context extract(const Carrier& carrier, Context base = {},
                              Destination from = Destination::inside) {
    detail::require_readable<Carrier>();
    if constexpr (ReadableCarrier<Carrier>) {
        return detail::extract_default(CarrierReader{carrier}, std::move(base), from);
    }
}

/// Propagators{}.inject(), without the list.
template <typename Carrier>
void inject(ContextView context, Carrier& carrier, Destination to = Destination::inside) {
    detail::require_writable<Carrier>();
    if constexpr (WritableCarrier<Carrier>) {
        detail::inject_default(context, CarrierWriter{carrier}, to);
    }
}

}  // namespace ctx
