#include "metrics/dropped.hpp"
#include "metrics/plain_exemplars.hpp"
#include <ctx/metrics/prometheus_collectable.hpp>
#include <ctx/metrics/prometheus_source.hpp>

#include <prometheus/metric_family.h>

#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace ctx {
namespace {

constexpr std::string_view total = "_total";

MetricType type_of(const prometheus::MetricFamily& family) {
    switch (family.type) {
        case prometheus::MetricType::Counter:
            return family.name.ends_with(total) ? MetricType::counter : MetricType::unknown;
        case prometheus::MetricType::Gauge:
            return MetricType::gauge;
        case prometheus::MetricType::Summary:
            return MetricType::summary;
        case prometheus::MetricType::Histogram:
            return MetricType::histogram;
        default:  // Untyped, and what later versions add
            return MetricType::unknown;
    }
}

double value_of(const prometheus::MetricFamily& family, const prometheus::ClientMetric& metric) {
    switch (family.type) {
        case prometheus::MetricType::Counter:
            return metric.counter.value;
        case prometheus::MetricType::Gauge:
            return metric.gauge.value;
        default:
            return metric.untyped.value;
    }
}

SeriesSnapshot convert(const prometheus::MetricFamily& family,
                       const prometheus::ClientMetric& metric) {
    SeriesSnapshot series;
    for (const auto& label : metric.label)
        series.labels.emplace_back(label.name, label.value);
    series.value = value_of(family, metric);
    series.unix_ms = metric.timestamp_ms;
    if (family.type == prometheus::MetricType::Histogram) {
        series.count = metric.histogram.sample_count;
        series.sum = metric.histogram.sample_sum;
        for (const auto& bucket : metric.histogram.bucket)
            series.buckets.push_back({bucket.upper_bound, bucket.cumulative_count});
    } else if (family.type == prometheus::MetricType::Summary) {
        series.count = metric.summary.sample_count;
        series.sum = metric.summary.sample_sum;
        for (const auto& quantile : metric.summary.quantile)
            series.quantiles.emplace_back(quantile.quantile, quantile.value);
    }
    return series;
}

FamilySnapshot convert(const prometheus::MetricFamily& family) {
    FamilySnapshot converted;
    converted.name = family.name;
    converted.type = type_of(family);
    converted.help = family.help;
    if (converted.type == MetricType::counter) {
        converted.name.resize(converted.name.size() - total.size());
    }
    for (const auto& metric : family.metric)
        converted.series.push_back(convert(family, metric));
    return converted;
}

std::vector<FamilySnapshot> collect(const prometheus::Collectable& collectable,
                                    const detail::PlainExemplars& exemplars) {
    const auto* ours = dynamic_cast<const PrometheusCollectable*>(&collectable);
    if (ours != nullptr) return ours->source().read();
    std::vector<FamilySnapshot> families;
    for (const prometheus::MetricFamily& collected : collectable.Collect()) {
        FamilySnapshot& family = families.emplace_back(convert(collected));
        exemplars.attach(collected.name, family);
    }
    return families;
}

/// One of several families of a name, as a page wants it.
class Merged {
public:
    void add(FamilySnapshot family) {
        const auto [place, is_new] = places_.try_emplace(family.name, families_.size());
        if (is_new) {
            families_.push_back(std::move(family));
            return;
        }
        FamilySnapshot& first = families_[place->second];
        if (first.type != family.type) {
            detail::drop_family(family.name, "another collectable has it with another type");
            return;
        }
        std::move(family.series.begin(), family.series.end(), std::back_inserter(first.series));
    }
    [[nodiscard]] std::vector<FamilySnapshot> take() && { return std::move(families_); }

private:
    std::vector<FamilySnapshot> families_;
    std::map<std::string, std::size_t, std::less<>> places_;
};

}  // namespace

void PrometheusSource::add(std::weak_ptr<prometheus::Collectable> collectable) {
    const std::lock_guard lock{mutex_};
    collectables_.push_back(std::move(collectable));
}

std::vector<FamilySnapshot> PrometheusSource::read() const {
    std::vector<std::weak_ptr<prometheus::Collectable>> collectables;
    // Before anything is collected: an exemplar must not be of an observation not yet counted.
    detail::PlainExemplars exemplars;
    {
        const std::lock_guard lock{mutex_};
        collectables = collectables_;
        std::erase_if(exemplars_, [&](const auto& entry) {
            const auto& [key, places] = entry;
            // Without a wrapper, and with nothing left to show.
            return !exemplars.read(key, *places) && places.use_count() == 1;
        });
    }
    Merged merged;
    for (const auto& weak : collectables) {
        const auto collectable = weak.lock();
        if (collectable == nullptr) continue;
        for (FamilySnapshot& family : collect(*collectable, exemplars))
            merged.add(std::move(family));
    }
    return std::move(merged).take();
}

void PrometheusSource::write(PageWriter& page) const {
    for (const FamilySnapshot& family : read())
        page.family(family, style_);
}

}  // namespace ctx
