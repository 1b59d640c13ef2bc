// ctx/metrics/prometheus_source.hpp: what the user's own prometheus-cpp metrics look like on the
// page of ctx.
//
//     auto registry = std::make_shared<prometheus::Registry>();    // as it always was
//     auto source = std::make_shared<ctx::PrometheusSource>();
//     source->add(registry);
//     page.add(source);                                            // one page for both
//
// Threads   Everything is safe from any thread. Collecting takes the locks of prometheus-cpp.
// Errors    What would make the whole page unreadable is mended or left out, counted and reported:
//           names, labels and values that OpenMetrics does not allow, two families of one name with
//           different types, a series that appears twice. Collectables that are gone are skipped.
// Cost      One Collect() per collectable and scrape, then a copy.

#pragma once

#include <ctx/export.hpp>
#include <ctx/metrics/exemplar.hpp>
#include <ctx/metrics/page_writer.hpp>
#include <ctx/metrics/prometheus_exemplars.hpp>
#include <ctx/metrics/source.hpp>

#include <prometheus/collectable.h>
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/labels.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace ctx {

/// Metrics of prometheus-cpp as a source. Families of one name in several collectables become one.
///
/// Counters whose name does not end in `_total` are shown as `unknown` under their own name, as
/// Prometheus' own library does: renaming them would break dashboards. A PrometheusCollectable among
/// the collectables is shown as what it stands for, exemplars included.
class CTX_EXPORT PrometheusSource final : public MetricSource {
public:
    /// @param exemplars  of with_exemplars(). Extras that the published FieldSet does not declare
    /// are reported as a programming error and left out.
    explicit PrometheusSource(LeStyle style = LeStyle::canonical, ExemplarPolicy exemplars = {});

    void add(std::weak_ptr<prometheus::Collectable> collectable);

    /// The counter that `family.Add(labels)` gives, and a place for its exemplar.
    [[nodiscard]] CounterWithExemplars with_exemplars(
        prometheus::Family<prometheus::Counter>& family, const prometheus::Labels& labels);
    /// The histogram that `family.Add(labels, bounds)` gives, and a place for each bucket's
    /// exemplar.
    [[nodiscard]] HistogramWithExemplars with_exemplars(
        prometheus::Family<prometheus::Histogram>& family, const prometheus::Labels& labels,
        const prometheus::Histogram::BucketBoundaries& bounds);

    void write(PageWriter& page) const override;
    [[nodiscard]] std::vector<FamilySnapshot> read() const override;

private:
    using ExemplarTable = std::map<std::string, std::shared_ptr<detail::SeriesExemplars>>;
    [[nodiscard]] std::shared_ptr<detail::SeriesExemplars> places_of(
        const std::string& family, const prometheus::Labels& constant_labels,
        const prometheus::Labels& labels, std::vector<double> bounds);

    LeStyle style_;
    std::shared_ptr<const detail::ExemplarRules> rules_;
    bool has_exemplars_;
    mutable std::mutex mutex_;  // of the lists only
    std::vector<std::weak_ptr<prometheus::Collectable>> collectables_;
    mutable ExemplarTable exemplars_;  // by family and labels
};

}  // namespace ctx
