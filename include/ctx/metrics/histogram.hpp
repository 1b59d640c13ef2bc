// ctx/metrics/histogram.hpp: how values are distributed, with an exemplar in every bucket.
//
//     auto latency = *ctx::HistogramFamily::create({
//         .name = "dispatch_seconds", .help = "Time to find a driver.", .unit = "seconds",
//         .labels = {"outcome"}});
//     ctx::Histogram ok = latency->with({"ok"});
//     ok.observe(0.0123);                        // the exemplar's trace is current()'s
//
// Threads   Everything is safe from any thread.
// Errors    create() explains what it refuses. NaN is never observed, nor a negative value unless a
//           bound is negative: both are counted (`ctx_metrics_invalid_observations_total`).
// Cost      observe(): two relaxed atomic operations, no lock; a clock of 3 ns in sampled
//           requests; an allocation when a bucket gets its first exemplar.
//           bench/metrics_bench.cpp.

#pragma once

#include <ctx/export.hpp>
#include <ctx/metrics/detail/exponential_buckets.hpp>
#include <ctx/metrics/detail/family.hpp>
#include <ctx/metrics/detail/series.hpp>
#include <ctx/metrics/dimension.hpp>
#include <ctx/metrics/exemplar.hpp>

#include <absl/status/statusor.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ctx {

/// Exponential buckets, which need no bounds: Prometheus' native histograms. They are shown in
/// protobuf pages and in OTLP; text pages have no form for them and show `bounds`.
struct NativeHistogramOptions {
    /// 2^schema buckets per power of two, -4 to 8: at 3 a bucket is 9 % wide.
    int schema = 3;
    /// Neighbours are merged when the values would need more, per sign; 16 to 1024.
    std::size_t max_buckets = 160;
    /// Values of at most this magnitude count as zero. Finite, not negative.
    double zero_threshold = 0x1p-128;
};

namespace detail {

/// What a series of a native histogram has beside its classic buckets.
struct CTX_EXPORT NativeCounts {
    explicit NativeCounts(const NativeHistogramOptions& options) noexcept;

    /// Anything but NaN. Counts a lost update when there was no memory.
    void add(double value) noexcept;
    [[nodiscard]] NativeHistogramSnapshot read() const;
    void move_into(NativeCounts& target) noexcept;

    const double zero_threshold;
    std::atomic<std::uint64_t> zero{0};
    ExponentialBuckets positive;
    ExponentialBuckets negative;
};

struct CTX_EXPORT HistogramSeries final : Series {
    struct Bucket {
        std::atomic<std::uint64_t> count{0};
        std::atomic<ExemplarSlot*> exemplar{nullptr};
    };

    HistogramSeries(std::span<const double> bounds, std::unique_ptr<NativeCounts> native);
    ~HistogramSeries() override;
    [[nodiscard]] const void* exemplars_at() const noexcept override { return buckets.get(); }
    void move_into(Series& target) noexcept override;
    void reset() noexcept override;

    alignas(64) std::atomic<double> sum{0};
    std::span<const double> bounds;        // of the family, ascending, without +Inf
    std::unique_ptr<Bucket[]> buckets;     // one more than bounds
    std::unique_ptr<NativeCounts> native;  // null: classic buckets only

    [[nodiscard]] static std::size_t bucket_of(double value,
                                               std::span<const double> bounds) noexcept {
        if (bounds.size() <= 16) return count_below(value, bounds);
        return static_cast<std::size_t>(std::lower_bound(bounds.begin(), bounds.end(), value) -
                                        bounds.begin());
    }

    /// How many of a few bounds are smaller: two at a time, and without a branch that depends on
    /// the value, since durations are hard to predict.
    [[nodiscard]] static std::size_t count_below(double value,
                                                 std::span<const double> bounds) noexcept {
        using Pair [[gnu::vector_size(16)]] = double;
        using Counts [[gnu::vector_size(16)]] = std::int64_t;
        const Pair values{value, value};
        Counts below{0, 0};
        std::size_t i = 0;
        for (; i + 1 < bounds.size(); i += 2)
            below -= Pair{bounds[i], bounds[i + 1]} < values;  // true is -1
        const auto pairs = static_cast<std::size_t>(below[0] + below[1]);
        return pairs + (i < bounds.size() && value > bounds[i] ? 1U : 0U);
    }
};

}  // namespace detail

/// The bounds that OpenTelemetry recommends for durations in seconds: 0.005 to 10.
[[nodiscard]] CTX_EXPORT std::vector<double> duration_bounds();
/// `count` bounds: start, start + width, …
[[nodiscard]] CTX_EXPORT std::vector<double> linear_bounds(double start, double width,
                                                           std::size_t count);
/// `count` bounds: start, start * factor, …
[[nodiscard]] CTX_EXPORT std::vector<double> exponential_bounds(double start, double factor,
                                                                std::size_t count);

struct HistogramOptions {
    /// [a-zA-Z_:][a-zA-Z0-9_:]*, ending in `_` and the unit if there is one.
    std::string name{};
    std::string help{};
    std::string unit{};
    /// Upper bounds, ascending, finite; +Inf is added.
    std::vector<double> bounds = duration_bounds();
    /// Exponential buckets too. An observation costs a second count, a series some 300 bytes to
    /// 1.5 KB more.
    std::optional<NativeHistogramOptions> native{};
    std::vector<std::string> labels{};
    /// Each admitted value costs bounds + 3 samples in every scrape: a warning is reported when
    /// that may exceed 10 000.
    std::vector<Dimension> dimensions{};
    std::size_t max_series = 2000;
    ExemplarPolicy exemplars{};
};

/// A handle to the histograms with certain static labels. Keeps its family alive.
class Histogram {
public:
    /// Counts `value` in the bucket of the smallest bound that is not below it.
    void observe(double value) noexcept {
        const detail::Node* node = current().node();
        if (!(value >= lowest_)) [[unlikely]] {
            detail::refuse_observation();
            return;
        }
        const std::size_t index = detail::HistogramSeries::bucket_of(value, bounds_);
        detail::Series* series = row_->find(node);
        if (series == nullptr) [[unlikely]] {
            observe_slowly(node, index, value);
            return;
        }
        count(static_cast<detail::HistogramSeries&>(*series), node, index, value);
    }

private:
    friend class HistogramFamily;

    void count(detail::HistogramSeries& series, const detail::Node* node, std::size_t index,
               double value) noexcept {
        auto& bucket = series.buckets[index];
        const std::uint64_t before = bucket.count.fetch_add(1, std::memory_order_relaxed);
        detail::add_relaxed(series.sum, value);
        if (series.native != nullptr) series.native->add(value);
        if (detail::may_be_exemplar(row_->exemplars, node, bucket.exemplar, before)) {
            row_->exemplars->offer(bucket.exemplar, *node, value);
        }
    }

    CTX_EXPORT void observe_slowly(const detail::Node* node, std::size_t index,
                                   double value) noexcept;

    Histogram(detail::Row& row, double lowest, std::span<const double> bounds,
              std::shared_ptr<const void> family) noexcept
        : row_(&row), lowest_(lowest), bounds_(bounds), family_(std::move(family)) {}

    detail::Row* row_;
    double lowest_;                   // 0, or -Inf when a bound is negative
    std::span<const double> bounds_;  // here too, so that the search does not wait for the series
    std::shared_ptr<const void> family_;
};

/// A family of histograms with explicit bounds, exponential buckets or both.
class CTX_EXPORT HistogramFamily final : public detail::Family,
                                         public std::enable_shared_from_this<HistogramFamily> {
public:
    /// Refuses as CounterFamily::create(), and bounds that are not ascending and finite.
    [[nodiscard]] static absl::StatusOr<std::shared_ptr<HistogramFamily>> create(
        HistogramOptions options);

    /// As CounterFamily::with().
    [[nodiscard]] Histogram with(std::span<const std::string_view> values);
    [[nodiscard]] Histogram with(std::initializer_list<std::string_view> values = {}) {
        return with(std::span<const std::string_view>(values.begin(), values.size()));
    }

private:
    HistogramFamily(detail::FamilyDeclaration declaration, std::vector<double> bounds,
                    std::optional<NativeHistogramOptions> native);
    [[nodiscard]] std::unique_ptr<detail::Series> make_series() const override;
    void write_series(PageWriter& page, const detail::Series& series) const override;
    void read_series(const detail::Series& series, SeriesSnapshot& snapshot) const override;
    [[nodiscard]] bool has_sum() const noexcept { return bounds_.empty() || bounds_[0] >= 0; }

    std::vector<double> bounds_;
    std::optional<NativeHistogramOptions> native_;
    std::vector<std::string> le_;  // `le="0.005"} `, one per bucket
};

}  // namespace ctx
