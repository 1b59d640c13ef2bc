// ctx/metrics/prometheus_collectable.hpp: a family of ctx where prometheus-cpp expects its own.
//
//     auto collectable = std::make_shared<ctx::PrometheusCollectable>(rides);
//     exposer.RegisterCollectable(collectable);     // plain text, no exemplars
//
// For the stock Exposer, the Gateway and whoever else consumes prometheus::Collectable. To have
// exemplars use exposer_bridge.hpp.
//
// Threads   Collect() may be called from any thread.
// Errors    std::bad_alloc.
// Cost      A copy of every series, as prometheus-cpp makes of its own.

#pragma once

#include <ctx/export.hpp>
#include <ctx/metrics/source.hpp>

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <memory>
#include <vector>

namespace ctx {

/// Shows a MetricSource to prometheus-cpp. Counters keep `_total` in their names, as they do there.
class CTX_EXPORT PrometheusCollectable final : public prometheus::Collectable {
public:
    explicit PrometheusCollectable(std::shared_ptr<const MetricSource> source);

    [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;

    [[nodiscard]] const MetricSource& source() const noexcept { return *source_; }

private:
    std::shared_ptr<const MetricSource> source_;
};

}  // namespace ctx
