#include "metrics/metric_text.hpp"
#include <ctx/metrics/histogram.hpp>
#include <ctx/metrics/page_writer.hpp>

#include <cmath>
#include <limits>

namespace ctx {
namespace {

using detail::HistogramSeries;

absl::Status refuse(const HistogramOptions& options, const char* reason) {
    return absl::InvalidArgumentError("family " + options.name + ": " + reason);
}

absl::Status check_native(const HistogramOptions& options) {
    if (!options.native) return absl::OkStatus();
    const NativeHistogramOptions& native = *options.native;
    if (native.schema < detail::min_native_schema || native.schema > detail::max_native_schema) {
        return refuse(options, "the schema is not -4 to 8");
    }
    if (native.max_buckets < 16 || native.max_buckets > 1024) {
        return refuse(options, "max_buckets is not 16 to 1024");
    }
    if (!std::isfinite(native.zero_threshold) || native.zero_threshold < 0) {
        return refuse(options, "the zero threshold is negative or not finite");
    }
    return absl::OkStatus();
}

absl::Status check_bounds(const HistogramOptions& options) {
    for (std::size_t i = 0; i < options.bounds.size(); ++i) {
        if (!std::isfinite(options.bounds[i]) ||
            (i > 0 && options.bounds[i] <= options.bounds[i - 1])) {
            return refuse(options, "the bounds are not ascending and finite");
        }
    }
    return absl::OkStatus();
}

}  // namespace

detail::HistogramSeries::HistogramSeries(std::span<const double> upper_bounds,
                                         std::unique_ptr<NativeCounts> counts)
    : bounds(upper_bounds),
      buckets(std::make_unique<Bucket[]>(upper_bounds.size() + 1)),
      native(std::move(counts)) {}

detail::HistogramSeries::~HistogramSeries() {
    reset();
}

void detail::HistogramSeries::move_into(Series& target) noexcept {
    auto& other = static_cast<HistogramSeries&>(target);
    for (std::size_t i = 0; i <= bounds.size(); ++i) {
        other.buckets[i].count.fetch_add(buckets[i].count.exchange(0, std::memory_order_relaxed),
                                         std::memory_order_relaxed);
    }
    add_relaxed(other.sum, sum.exchange(0, std::memory_order_relaxed));
    if (native != nullptr) native->move_into(*other.native);
}

void detail::HistogramSeries::reset() noexcept {
    for (std::size_t i = 0; i <= bounds.size(); ++i)
        ExemplarSlot::destroy(buckets[i].exemplar.exchange(nullptr, std::memory_order_acq_rel));
    if (native == nullptr) return;
    native->positive.reset();
    native->negative.reset();
}

std::vector<double> duration_bounds() {
    // OpenTelemetry semantic conventions, "http.server.request.duration".
    return {0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10};
}

std::vector<double> linear_bounds(double start, double width, std::size_t count) {
    std::vector<double> bounds;
    for (std::size_t i = 0; i < count; ++i)
        bounds.push_back(start + width * static_cast<double>(i));
    return bounds;
}

std::vector<double> exponential_bounds(double start, double factor, std::size_t count) {
    std::vector<double> bounds;
    for (std::size_t i = 0; i < count; ++i, start *= factor)
        bounds.push_back(start);
    return bounds;
}

absl::StatusOr<std::shared_ptr<HistogramFamily>> HistogramFamily::create(HistogramOptions options) {
    if (auto status = check_bounds(options); !status.ok()) return status;
    if (auto status = check_native(options); !status.ok()) return status;
    detail::FamilyDeclaration declaration{.name = std::move(options.name),
                                          .type = MetricType::histogram,
                                          .help = std::move(options.help),
                                          .unit = std::move(options.unit),
                                          .labels = std::move(options.labels),
                                          .dimensions = std::move(options.dimensions),
                                          .max_series = options.max_series,
                                          .exemplars = std::move(options.exemplars),
                                          .samples_per_series = options.bounds.size() + 3};
    if (auto status = check(declaration); !status.ok()) return status;
    std::shared_ptr<HistogramFamily> family{
        new HistogramFamily{std::move(declaration), std::move(options.bounds), options.native}};
    family->make_first_series();
    return family;
}

HistogramFamily::HistogramFamily(detail::FamilyDeclaration declared, std::vector<double> bounds,
                                 std::optional<NativeHistogramOptions> native)
    : Family(std::move(declared)), bounds_(std::move(bounds)), native_(native) {
    for (const double bound : bounds_)
        le_.push_back("le=\"" + detail::canonical_number(bound) + "\"} ");
    le_.emplace_back("le=\"+Inf\"} ");
}

Histogram HistogramFamily::with(std::span<const std::string_view> values) {
    const double lowest = has_sum() ? 0 : -std::numeric_limits<double>::infinity();
    return Histogram{row(values), lowest, bounds_, shared_from_this()};
}

void Histogram::observe_slowly(const detail::Node* node, std::size_t index, double value) noexcept {
    detail::Series* series = row_->find_slowly(node);
    if (series == nullptr) return;
    const detail::Unpin unpin{*row_, *series};
    count(static_cast<HistogramSeries&>(*series), node, index, value);
}

std::unique_ptr<detail::Series> HistogramFamily::make_series() const {
    auto native = native_ ? std::make_unique<detail::NativeCounts>(*native_) : nullptr;
    return std::make_unique<HistogramSeries>(bounds_, std::move(native));
}

void HistogramFamily::write_series(PageWriter& page, const detail::Series& series) const {
    const auto& histogram = static_cast<const HistogramSeries&>(series);
    std::string& text = page.text();
    const std::size_t start = text.size();
    text.append(declaration().name).append("_bucket{").append(series.labels);
    if (!series.labels.empty()) text += ',';
    const std::size_t prefix = text.size() - start;
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < le_.size(); ++i) {
        // The prefix of the first line serves the others; the string may move while it grows.
        if (i > 0) text.append(text, start, prefix);
        const HistogramSeries::Bucket& bucket = histogram.buckets[i];
        // The exemplar before the count: it must not be of an observation not yet counted.
        detail::StoredExemplar exemplar;
        const bool shown =
            page.openmetrics() && exemplars().read(bucket.exemplar, page.unix_ms(), exemplar);
        count += bucket.count.load(std::memory_order_relaxed);
        text += le_[i];
        detail::append_number(text, count);
        if (shown) exemplars().append(text, exemplar);
        text += '\n';
    }
    // OpenMetrics 1.0 "Histogram": no sum with negative bounds, and no count without a sum.
    if (page.openmetrics() && !has_sum()) return;
    page.sample("_count", series.labels, count);
    page.sample("_sum", series.labels, histogram.sum.load(std::memory_order_relaxed));
}

void HistogramFamily::read_series(const detail::Series& series, SeriesSnapshot& snapshot) const {
    const auto& histogram = static_cast<const HistogramSeries&>(series);
    const std::int64_t now = detail::coarse_unix_ms();
    for (std::size_t i = 0; i < le_.size(); ++i) {
        const HistogramSeries::Bucket& bucket = histogram.buckets[i];
        BucketSnapshot& read = snapshot.buckets.emplace_back();
        detail::StoredExemplar exemplar;
        if (exemplars().read(bucket.exemplar, now, exemplar))
            read.exemplar = exemplars().to_public(exemplar);
        snapshot.count += bucket.count.load(std::memory_order_relaxed);
        read.cumulative_count = snapshot.count;
        read.upper_bound =
            i < bounds_.size() ? bounds_[i] : std::numeric_limits<double>::infinity();
    }
    snapshot.sum = histogram.sum.load(std::memory_order_relaxed);
    if (histogram.native != nullptr) snapshot.native = histogram.native->read();
}

}  // namespace ctx
