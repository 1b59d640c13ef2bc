// ctx/metrics/prometheus_exemplars.hpp: exemplars for counters and histograms of prometheus-cpp.
//
//     auto source = std::make_shared<ctx::PrometheusSource>();
//     source->add(registry);                                    // on the page, as before
//     auto wait = source->with_exemplars(family, {{"route", "/rides"}}, {0.1, 1, 10});
//     wait.Observe(0.25);             // counts in the registry; the trace is current()'s
//
// What is updated directly, without the wrapper, counts as ever and has no exemplar.
//
// Threads   Everything is safe from any thread.
// Errors    As prometheus-cpp's own: NaN and negative increments are its business. Counters need a
//           name in `_total` for their exemplars to show. A series that is removed from its family
//           leaves the wrapper dangling, as it leaves prometheus-cpp's references.
// Cost      prometheus-cpp's update, and in sampled requests a gate of a few nanoseconds.

#pragma once

#include <ctx/context/current.hpp>
#include <ctx/export.hpp>
#include <ctx/metrics/detail/exemplar_rules.hpp>

#include <prometheus/counter.h>
#include <prometheus/histogram.h>

#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace ctx {

namespace detail {

/// The places of one series: one for a counter, one per bucket of a histogram.
struct CTX_EXPORT SeriesExemplars {
    SeriesExemplars(std::shared_ptr<const ExemplarRules> rules, std::vector<double> bounds);
    SeriesExemplars(const SeriesExemplars&) = delete;
    SeriesExemplars& operator=(const SeriesExemplars&) = delete;
    ~SeriesExemplars();

    /// After the observation was counted.
    void offer(std::size_t index, double value) noexcept {
        const Node* node = current().node();
        if (node == nullptr || !node->flags.sampled()) return;
        std::atomic<ExemplarSlot*>& place = places[index];
        const std::uint64_t draw = draws.fetch_add(1, std::memory_order_relaxed);
        if (may_be_exemplar(enabled, node, place, draw)) rules->offer(place, *node, value);
    }
    [[nodiscard]] std::size_t bucket_of(double value) const noexcept;

    std::shared_ptr<const ExemplarRules> rules;
    const ExemplarRules* enabled;  // null when the policy or the process has none
    std::vector<double> bounds;    // ascending, without +Inf
    std::unique_ptr<std::atomic<ExemplarSlot*>[]> places;  // one more than bounds
    std::atomic<std::uint64_t> draws{0};
};

}  // namespace detail

/// A counter of prometheus-cpp whose increments may become exemplars.
class CounterWithExemplars {
public:
    void Increment() { Increment(1); }
    void Increment(double amount) {
        counter_->Increment(amount);
        if (amount >= 0) exemplars_->offer(0, amount);
    }
    [[nodiscard]] double Value() const { return counter_->Value(); }

private:
    friend class PrometheusSource;
    CounterWithExemplars(prometheus::Counter& counter,
                         std::shared_ptr<detail::SeriesExemplars> exemplars) noexcept
        : counter_(&counter), exemplars_(std::move(exemplars)) {}

    prometheus::Counter* counter_;
    std::shared_ptr<detail::SeriesExemplars> exemplars_;
};

/// A histogram of prometheus-cpp whose observations may become exemplars, one per bucket.
class HistogramWithExemplars {
public:
    void Observe(double value) {
        histogram_->Observe(value);
        if (!std::isnan(value)) exemplars_->offer(exemplars_->bucket_of(value), value);
    }

private:
    friend class PrometheusSource;
    HistogramWithExemplars(prometheus::Histogram& histogram,
                           std::shared_ptr<detail::SeriesExemplars> exemplars) noexcept
        : histogram_(&histogram), exemplars_(std::move(exemplars)) {}

    prometheus::Histogram* histogram_;
    std::shared_ptr<detail::SeriesExemplars> exemplars_;
};

}  // namespace ctx
