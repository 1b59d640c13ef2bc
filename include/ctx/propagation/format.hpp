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
// Cost      An Extraction lives on the stack; finish() makes at most one context node, and one more
//           each for links and for values that formats keep.

#pragma once

#include <ctx/baggage/baggage.hpp>
#include <ctx/baggage/field.hpp>
#include <ctx/context/context.hpp>
#include <ctx/export.hpp>
#include <ctx/propagation/carrier_view.hpp>
#include <ctx/propagation/policy.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace ctx {

/// Whether the keys of a format's baggage have the case that their writer gave them: names of
/// headers do not.
enum class KeyCase : std::uint8_t { kept, lost };

/// Gathers what the formats of one extract() find in a carrier.
///
/// Formats run in order. Of several traces the Conflict rule takes one, and others become links of
/// it, four at most; a format that finds nothing changes nothing. Baggage of several formats is
/// united: of different values of a key the later stays, of equal ones the entry that says more.
class CTX_EXPORT Extraction {
public:
    explicit Extraction(Conflict conflict = Conflict::last_wins) noexcept : conflict_(conflict) {}

    /// A caller's span. Of one trace in several formats each adds what the others cannot say:
    /// the left half of the trace id, tracestate, the random flag, the decision, a debug request.
    /// @param span  its trace id must be valid; a zero span id is a trace without a span.
    void found(SpanContext span) noexcept;

    /// A caller's baggage. Bags other than the string entries are merged with those found before.
    /// @param keys  whose case was lost are those that differ from them in nothing else.
    /// @throws std::bad_alloc
    void found(Baggage baggage, KeyCase keys = KeyCase::kept);

    /// A decision about a trace that is to begin here (`b3: 0`). When there is a trace after all,
    /// also one of the context that finish() starts from, only a debug request counts; no later
    /// decision takes that back.
    void decided(TraceFlags decision) noexcept;

    /// A span that led here in a way that ids of ctx cannot continue.
    void linked(const Link& link) noexcept;

    /// A value of the format's own that inject() will find in the context, in this process.
    template <typename T>
    void keep(const Key<T>& key, std::type_identity_t<T> value) {
        kept_ = kept_.with(key, std::move(value));
    }

    /// Something was there that is not of the format: for the quality counters.
    void rejected(Rejection reason) noexcept { rejections_ |= 1U << static_cast<unsigned>(reason); }
    /// So many members of the baggage were left out.
    void dropped_members(std::size_t count) noexcept { dropped_members_ += count; }

    [[nodiscard]] const SpanContext& span() const noexcept { return span_; }
    [[nodiscard]] const Baggage& baggage() const noexcept { return baggage_; }
    [[nodiscard]] TraceFlags decision() const noexcept { return decision_; }
    [[nodiscard]] bool has_rejected(Rejection reason) const noexcept {
        return (rejections_ >> static_cast<unsigned>(reason) & 1U) != 0;
    }
    [[nodiscard]] bool rejected_anything() const noexcept { return rejections_ != 0; }
    [[nodiscard]] std::size_t dropped_members() const noexcept { return dropped_members_; }
    /// Whether there was more than one trace.
    [[nodiscard]] bool has_conflict() const noexcept { return conflicting_; }

    /// `base` with what was found: the span, if there was one, and the baggage, if there was some,
    /// replace those of `base`, links are added. Nothing found: `base` itself.
    /// @throws std::bad_alloc
    /// @param from  who sent it: baggage that the published declaration does not admit from there
    ///              is left out.
    /// @param incoming  whether the caller's trace goes on here.
    [[nodiscard]] Context finish(Context base, Destination from = Destination::inside,
                                 Incoming incoming = Incoming::continue_trace) &&;

private:
    void merge_same_trace(const SpanContext& earlier, const SpanContext& later) noexcept;
    void set_aside(const SpanContext& loser) noexcept;
    void take_back_what_was_set_aside() noexcept;
    void unlink(const SpanContext& span) noexcept;
    void begin_anew() noexcept;
    [[nodiscard]] Context with_decision(Context base) const;
    [[nodiscard]] Context with_found_links(Context base) const;

    static constexpr std::size_t max_links = 4;

    SpanContext span_;
    SpanContext set_aside_;  // a trace that was replaced, with what only W3C can say of it
    Baggage baggage_;
    Context kept_;
    std::array<Link, max_links> links_;
    std::uint32_t rejections_ = 0;
    std::uint32_t link_count_ = 0;
    std::size_t dropped_members_ = 0;
    TraceFlags decision_;
    Conflict conflict_;
    KeyCase key_case_ = KeyCase::kept;  // of the baggage
    bool conflicting_ = false;
};

/// A wire format: how it is called, which headers it owns, how it reads and writes them.
struct Format {
    /// As in OTEL_PROPAGATORS, in lower case.
    std::string_view name;
    /// The headers it may write, in lower case: all of them are replaced or removed by inject.
    std::span<const std::string_view> fields;
    void (*extract)(const CarrierReader& from, Extraction& into);
    void (*inject)(ContextView context, const CarrierWriter& into);
    /// What the names of further headers begin with, one header per baggage entry.
    std::span<const std::string_view> prefixes = {};
    /// Headers that it reads and never writes.
    std::span<const std::string_view> also_reads = {};
    /// inject() where `baggage` is written as well; null: no difference.
    void (*inject_beside_baggage)(ContextView context, const CarrierWriter& into) = nullptr;
};

}  // namespace ctx
