// ctx/tracing/sampler.hpp: which traces are recorded.
//
//     ctx::Sampler tenth = ctx::Sampler::parent_based(0.1);   // follow the caller, else 10 %
//     ctx::Sampler all = ctx::Sampler::always_on();
//     ctx::Sampler configured = ctx::Sampler::from_environment();   // OTEL_TRACES_SAMPLER
//
// Threads   A plain immutable value.
// Errors    A ratio outside 0 … 1 is clamped, NaN is 0. An unknown OTEL_TRACES_SAMPLER or an
//           unreadable argument gives the default; the diagnostics callback hears of it.
// Cost      A decision is a comparison; nothing is drawn, the trace id is the randomness.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/context/ids.hpp>
#include <ctx/export.hpp>

#include <cstdint>

namespace ctx {

/// Decides by data alone: follow the parent or not, and which share of the other traces.
///
/// A share is taken by the right-most 56 bits of the trace id, which W3C Trace Context Level 2
/// makes random: a trace is sampled when they are at least `threshold()` (OpenTelemetry
/// probability sampling). So every service with the same ratio samples the same traces, and one
/// with a higher ratio samples a superset.
class Sampler {
public:
    /// parent_based(1): the default of OpenTelemetry (`parentbased_always_on`).
    constexpr Sampler() noexcept = default;

    [[nodiscard]] static constexpr Sampler always_on() noexcept { return Sampler{0, false}; }
    [[nodiscard]] static constexpr Sampler always_off() noexcept {
        return Sampler{threshold_end, false};
    }
    /// `ratio` of all traces, whatever the parent decided (`traceidratio`).
    [[nodiscard]] CTX_EXPORT static Sampler ratio(double ratio) noexcept;
    /// The parent's decision; `root_ratio` of the traces that begin here.
    [[nodiscard]] CTX_EXPORT static Sampler parent_based(double root_ratio) noexcept;

    /// OTEL_TRACES_SAMPLER: `always_on`, `always_off`, `traceidratio`, `parentbased_always_on`
    /// (default), `parentbased_always_off`, `parentbased_traceidratio`; the ratio from
    /// OTEL_TRACES_SAMPLER_ARG (default 1).
    [[nodiscard]] CTX_EXPORT static Sampler from_environment();

    /// Shall a new span below `parent` be recorded? `id` is the trace's, new when `parent` is
    /// empty. A parent that left the decision open is no parent in this respect; one without a
    /// trace may have decided all the same (`b3: 0`).
    [[nodiscard]] constexpr bool should_sample(ContextView parent, TraceId id) const noexcept {
        if (follow_parent_ && parent.flags().decided()) return parent.flags().sampled();
        return (id.low() & (threshold_end - 1)) >= threshold_;
    }

    [[nodiscard]] constexpr bool follows_parent() const noexcept { return follow_parent_; }
    /// 0 (all) … 2^56 (none).
    [[nodiscard]] constexpr std::uint64_t threshold() const noexcept { return threshold_; }

    friend constexpr bool operator==(const Sampler&, const Sampler&) noexcept = default;

private:
    static constexpr std::uint64_t threshold_end = std::uint64_t{1} << 56;

    constexpr Sampler(std::uint64_t threshold, bool follow_parent) noexcept
        : threshold_(threshold), follow_parent_(follow_parent) {}

    std::uint64_t threshold_ = 0;
    bool follow_parent_ = true;
};

}  // namespace ctx
