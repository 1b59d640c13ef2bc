// ctx/propagation/quality.hpp: how well context arrives and leaves, per carrier and edge.
//
//     ctx::PropagationQuality& quality = ctx::PropagationQuality::of("http", "checkout");
//     const auto propagators = ctx::Propagators::from_environment().counted_by(quality);
//     …
//     quality.counts().without_context;       // callers that do not propagate
//
// ctx::stats(), and so every metrics page, shows them as ctx_propagation_…_total with the labels
// `carrier` and `edge`.
//
// Threads   Everything is safe from any thread.
// Errors    of() never fails: beyond 64 pairs of names, and for texts that are empty or longer than
//           64 bytes, it answers with the pair "other", "other".
// Cost      Counting: one relaxed increment of a counter that few threads share, per request.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/context/detail/striped_count.hpp>
#include <ctx/context/stats.hpp>
#include <ctx/export.hpp>
#include <ctx/propagation/format.hpp>
#include <ctx/propagation/policy.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ctx {

/// A reading of a PropagationQuality.
struct QualityCounts {
    std::uint64_t with_context = 0;     // requests that brought a trace
    std::uint64_t without_context = 0;  // requests that did not, nor anything that looked like one
    std::uint64_t malformed = 0;        // requests that brought something, and no trace came of it
    std::uint64_t decision_only = 0;    // requests that brought a sampling decision alone
    std::uint64_t restarted = 0;        // traces that the policy made begin anew
    std::uint64_t conflicts = 0;        // requests with more than one trace
    std::uint64_t ids_128_bit = 0;      // by the width of their trace ids
    std::uint64_t ids_64_bit = 0;
    std::uint64_t dropped_members = 0;    // baggage members that were left out on the way in
    std::uint64_t sent_with_context = 0;  // calls with a trace
    std::uint64_t sent_without_context = 0;
    /// Requests by what was wrong with a header of theirs, also where another one was right.
    std::array<std::uint64_t, rejection_count> rejected{};
};

/// `repeated`, `too_long`, … as the label `reason` shows it.
[[nodiscard]] CTX_EXPORT std::string_view name_of(Rejection reason) noexcept;

/// The counters of one edge. Lives as long as the process.
class CTX_EXPORT PropagationQuality : private StatGroup {
public:
    /// The counters of that pair of names: the same object each time.
    /// @param carrier  what the context travels in: "http", "kafka".
    /// @param edge     who is at the other end, or which part of this process it is.
    [[nodiscard]] static PropagationQuality& of(std::string_view carrier, std::string_view edge);

    [[nodiscard]] const std::string& carrier() const noexcept { return carrier_; }
    [[nodiscard]] const std::string& edge() const noexcept { return edge_; }

    [[nodiscard]] QualityCounts counts() const noexcept;

    /// What Propagators::extract() found. For carriers that do without Propagators.
    void received(const Extraction& extraction, Incoming incoming) noexcept;
    /// What Propagators::inject() sends.
    void sent(ContextView context) noexcept;

private:
    enum Count : std::size_t {
        with_context,
        without_context,
        malformed,
        decision_only,
        restarted,
        conflicts,
        ids_128_bit,
        ids_64_bit,
        dropped_members,
        sent_with_context,
        sent_without_context,
        first_rejection,
        count_size = first_rejection + rejection_count,
    };

    PropagationQuality(std::string_view carrier, std::string_view edge);
    void append_to(std::vector<StatSample>& samples) const override;

    std::string carrier_;
    std::string edge_;
    std::vector<std::string> labels_;  // one text per sample
    detail::StripedCounts<count_size> counts_;
};

}  // namespace ctx
