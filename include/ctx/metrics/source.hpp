// ctx/metrics/source.hpp: where metrics come from: a family, or an adapter for somebody's registry.
//
//     for (const ctx::FamilySnapshot& family : rides->read()) {
//         for (const ctx::SeriesSnapshot& series : family.series) total += series.value;
//     }
//
// Threads   Both functions may be called from any thread, also while others update.
// Errors    std::bad_alloc, and what an adapter's registry throws.
// Cost      write() is the fast way to text; read() makes a copy of everything.

#pragma once

#include <ctx/export.hpp>
#include <ctx/metrics/exemplar.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ctx {

class PageWriter;

/// The metric types of OpenMetrics 1.0 that are written here.
enum class MetricType : std::uint8_t { counter, gauge, histogram, summary, info, unknown };

/// One bucket of a histogram: how many observations were <= upper_bound.
struct BucketSnapshot {
    double upper_bound = 0;
    std::uint64_t cumulative_count = 0;
    std::optional<Exemplar> exemplar{};
};

/// The buckets of a native histogram on one side of zero: `counts[i]` observations have index
/// `first + i`. In a positive bucket of index i are values in (base^(i-1), base^i], where base is
/// 2^(2^-schema); a negative one is its mirror.
struct NativeBuckets {
    std::int32_t first = 0;
    std::vector<std::uint64_t> counts{};
};

/// What a histogram also counted in exponential buckets (Prometheus' native histograms,
/// OpenTelemetry's exponential ones): more precise, and without bounds to choose.
struct NativeHistogramSnapshot {
    std::int32_t schema = 0;    ///< -4 to 8: there are 2^schema buckets per power of two
    double zero_threshold = 0;  ///< values of at most this magnitude are in zero_count
    std::uint64_t zero_count = 0;
    NativeBuckets positive{};
    NativeBuckets negative{};

    /// Observations in all buckets. A reader wants this beside them, and not a count that was read
    /// at another moment.
    [[nodiscard]] std::uint64_t count() const noexcept {
        std::uint64_t sum = zero_count;
        for (const NativeBuckets* side : {&positive, &negative}) {
            for (const std::uint64_t observations : side->counts)
                sum += observations;
        }
        return sum;
    }
};

/// One series and its value.
struct SeriesSnapshot {
    std::vector<std::pair<std::string, std::string>> labels{};
    double value = 0;                                    ///< counter, gauge, unknown, info (1)
    std::uint64_t count = 0;                             ///< histogram, summary
    double sum = 0;                                      ///< histogram, summary
    std::int64_t unix_ms = 0;                            ///< 0: now, as it should be
    std::optional<Exemplar> exemplar{};                  ///< counter
    std::vector<BucketSnapshot> buckets{};               ///< histogram, by bound, the last +Inf
    std::optional<NativeHistogramSnapshot> native{};     ///< histogram; no text format shows it
    std::vector<std::pair<double, double>> quantiles{};  ///< summary: quantile and value
};

/// One family: `name` without the suffix that its type adds (`rides`, not `rides_total`).
struct FamilySnapshot {
    std::string name{};
    MetricType type = MetricType::unknown;
    std::string unit{};
    std::string help{};
    std::vector<SeriesSnapshot> series{};
};

/// Something that can be put on a MetricsPage.
class CTX_EXPORT MetricSource {
public:
    MetricSource() = default;
    MetricSource(const MetricSource&) = delete;
    MetricSource& operator=(const MetricSource&) = delete;
    virtual ~MetricSource() = default;

    /// Appends all families to the page.
    virtual void write(PageWriter& page) const = 0;
    /// All families as plain data.
    [[nodiscard]] virtual std::vector<FamilySnapshot> read() const = 0;
};

}  // namespace ctx
