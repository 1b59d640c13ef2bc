// ctx/propagation/propagator.hpp: takes a context out of headers, and puts one into headers.
//
//     ctx::Scope scope{ctx::extract(request)};             // server: what the caller sent
//     ctx::inject(ctx::current(), outgoing);               // client: send it on
//
//     auto propagators = ctx::Propagators::from_environment();   // OTEL_PROPAGATORS
//     propagators.inject(ctx::current(), outgoing);
//
//     const auto migrating = ctx::Propagators{}                  // read much, write little
//                                .reading({ctx::b3_format, ctx::tracecontext_format})
//                                .writing({ctx::tracecontext_format, ctx::baggage_format})
//                                .conflict(ctx::Conflict::first_wins);
//
//     ctx::inject(ctx::current(), outgoing, ctx::Destination::outside);     // not one of ours
//     const auto partner_api = ctx::Propagators{}.at(ctx::Destination::partner);
//
// Boundaries. Who is at the other end decides what may pass: by the declaration of fields
// (ctx/context/fields.hpp), which says what of the baggage is sent and taken, counts a ttl down and
// checks sizes and types; and by a BoundaryPolicy, which says whether the caller's trace goes on
// and how much of a trace is told. If not given the other side is inside, where all passes; a
// caller from outside begins a new trace with a link to his, and is told ids only.
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
#include <ctx/propagation/policy.hpp>

#include <array>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ctx {

class PropagationQuality;

/// Inside: everything, both ways. Partner: the same. Outside: the trace begins anew, ids only.
inline constexpr std::array<BoundaryPolicy, 3> default_policies{
    BoundaryPolicy{}, BoundaryPolicy{},
    BoundaryPolicy{.incoming = Incoming::restart_with_link, .sending = TraceSending::ids_only}};

/// An ordered list of formats without duplicates, and the rules they run by. The functions that
/// set something return a changed copy.
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

    /// Reads these formats, in this order, and goes on writing the others.
    [[nodiscard]] Propagators reading(std::initializer_list<Format> formats) const;
    /// Writes these formats, in this order, and goes on reading the others.
    [[nodiscard]] Propagators writing(std::initializer_list<Format> formats) const;

    /// Which of several traces in one carrier goes on; the last if not given.
    [[nodiscard]] Propagators conflict(Conflict rule) const;

    /// How traces cross the boundary to that destination; default_policies if not given.
    [[nodiscard]] Propagators policy(Destination boundary, BoundaryPolicy policy) const;
    [[nodiscard]] const BoundaryPolicy& policy(Destination boundary) const noexcept {
        return policies_[static_cast<std::size_t>(boundary)];
    }

    /// These formats at a boundary: who is at the other end of extract() and inject() when the
    /// call does not say. For adapters that are configured once.
    [[nodiscard]] Propagators at(Destination boundary) const;
    [[nodiscard]] Destination boundary() const noexcept { return boundary_; }

    /// Headers that calls to the inside carry on verbatim, such as mesh_headers
    /// (mesh_headers.hpp). Those that a format writes are left to it. Those that tell a trace stay
    /// behind where policy() makes it begin anew, or does not send all of it. Of one request at
    /// most 32 headers and 16 KiB are kept; what is beyond, or no legal text of a header, is
    /// counted and left out.
    [[nodiscard]] Propagators passing(std::span<const std::string_view> names) const;

    /// Counts what extract() and inject() meet; see quality.hpp.
    [[nodiscard]] Propagators counted_by(PropagationQuality& quality) const;

    /// The formats that inject() runs, in their order.
    [[nodiscard]] std::span<const Format> formats() const noexcept { return write_; }
    /// The formats that extract() runs, in their order.
    [[nodiscard]] std::span<const Format> read_formats() const noexcept { return read_; }

    /// What the caller sent, as a context: its span, marked remote, and its baggage. All formats
    /// run in order; of several traces conflict() takes one.
    /// @param base  keeps its local values, and all that the headers do not replace; returned
    ///              as it is when they hold nothing. Where the policy makes a trace begin anew,
    ///              that is the trace of `base`, if it has one.
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
            detail::write_to(carrier,
                             [&](const CarrierWriter& into) { inject_into(context, into, to); });
        }
    }

    /// For a proxy that records nothing: `to` gets the headers of these formats, read or written,
    /// and those of passing(), as they came, each copied once. Several lines become one list where
    /// the header is a list, of others the first counts. Bytes become the text that a carrier
    /// without bytes takes. Stale headers of `to` are removed. At another boundary() than inside,
    /// what may not pass is held back, so the headers are read and written like those of any
    /// service.
    template <typename From, typename To>
    void forward(const From& from, To& to) const {
        detail::require_readable<From>();
        detail::require_writable<To>();
        if constexpr (ReadableCarrier<From> && WritableCarrier<To>) {
            detail::write_to(
                to, [&](const CarrierWriter& into) { forward_headers(CarrierReader{from}, into); });
        }
    }

private:
    [[nodiscard]] Context extract_from(const CarrierReader& from, Context base,
                                       Destination sender) const;
    void inject_into(ContextView context, const CarrierWriter& into, Destination receiver) const;
    void forward_headers(const CarrierReader& from, const CarrierWriter& into) const;
    [[nodiscard]] bool owns(std::string_view header) const noexcept;
    void leave_out_what_formats_write();

    std::vector<Format> read_;
    std::vector<Format> write_;
    std::vector<std::string> asked_to_pass_;                  // names, in lower case
    std::shared_ptr<const std::vector<std::string>> passed_;  // those that no format writes
    PropagationQuality* quality_ = nullptr;
    std::array<BoundaryPolicy, 3> policies_ = default_policies;
    Conflict conflict_ = Conflict::last_wins;
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
        detail::write_to(
            carrier, [&](const CarrierWriter& into) { detail::inject_default(context, into, to); });
    }
}

}  // namespace ctx
