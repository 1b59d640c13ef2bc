#include <ctx/metrics/prometheus_collectable.hpp>

#include <algorithm>
#include <utility>

namespace ctx {
namespace {

prometheus::MetricType type_of(MetricType type) {
    switch (type) {
        case MetricType::counter:
            return prometheus::MetricType::Counter;
        case MetricType::gauge:
        case MetricType::info:
            return prometheus::MetricType::Gauge;
        case MetricType::histogram:
            return prometheus::MetricType::Histogram;
        case MetricType::summary:
            return prometheus::MetricType::Summary;
        case MetricType::unknown:
            break;
    }
    return prometheus::MetricType::Untyped;
}

std::string name_of(const FamilySnapshot& family) {
    if (family.type == MetricType::counter) return family.name + "_total";
    if (family.type == MetricType::info) return family.name + "_info";
    return family.name;
}

prometheus::ClientMetric convert(const SeriesSnapshot& series) {
    prometheus::ClientMetric metric;
    for (const auto& [name, value] : series.labels)
        metric.label.push_back({name, value});
    // Each metric carries the fields of all types; the family's type says which count.
    metric.counter.value = series.value;
    metric.gauge.value = series.value;
    metric.untyped.value = series.value;
    metric.histogram.sample_count = series.count;
    metric.histogram.sample_sum = series.sum;
    for (const BucketSnapshot& bucket : series.buckets)
        metric.histogram.bucket.push_back({bucket.cumulative_count, bucket.upper_bound});
    metric.summary.sample_count = series.count;
    metric.summary.sample_sum = series.sum;
    for (const auto& [quantile, value] : series.quantiles)
        metric.summary.quantile.push_back({quantile, value});
    metric.timestamp_ms = series.unix_ms;
    return metric;
}

}  // namespace

PrometheusCollectable::PrometheusCollectable(std::shared_ptr<const MetricSource> source)
    : source_(std::move(source)) {}

std::vector<prometheus::MetricFamily> PrometheusCollectable::Collect() const {
    std::vector<prometheus::MetricFamily> converted;
    for (const FamilySnapshot& family : source_->read()) {
        prometheus::MetricFamily& out = converted.emplace_back();
        out.name = name_of(family);
        out.help = family.help;
        // The serializer of prometheus-cpp writes it as it is: a second line would end the page.
        std::replace(out.help.begin(), out.help.end(), '\n', ' ');
        out.type = type_of(family.type);
        for (const SeriesSnapshot& series : family.series)
            out.metric.push_back(convert(series));
    }
    return converted;
}

}  // namespace ctx
