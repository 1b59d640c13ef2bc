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
#include <ctx/metrics/page_writer.hpp>
#include <ctx/metrics/source.hpp>

#include <prometheus/collectable.h>

#include <memory>
#include <mutex>
#include <vector>

namespace ctx {

/// Metrics of prometheus-cpp as a source. Families of one name in several collectables become one.
///
/// Counters whose name does not end in `_total` are shown as `unknown` under their own name, as
/// Prometheus' own library does: renaming them would break dashboards.
class CTX_EXPORT PrometheusSource final : public MetricSource {
public:
    explicit PrometheusSource(LeStyle style = LeStyle::canonical) : style_(style) {}

    void add(std::weak_ptr<prometheus::Collectable> collectable);

    void write(PageWriter& page) const override;
    [[nodiscard]] std::vector<FamilySnapshot> read() const override;

private:
    LeStyle style_;
    mutable std::mutex mutex_;  // of the list only
    std::vector<std::weak_ptr<prometheus::Collectable>> collectables_;
};

}  // namespace ctx
