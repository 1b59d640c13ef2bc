#include "metrics/plain_exemplars.hpp"

#include <ctx/context/diagnostics.hpp>
#include <ctx/context/fields.hpp>
#include <ctx/context/resource.hpp>
#include <ctx/metrics/prometheus_source.hpp>

#include <algorithm>

namespace ctx {
namespace detail {

std::string series_key(std::string_view family, LabelPairs labels) {
    std::sort(labels.begin(), labels.end());
    std::string key{family};
    for (const auto& [name, value] : labels)
        key.append(1, '\0').append(name).append(1, '\0').append(value);
    return key;
}

SeriesExemplars::SeriesExemplars(std::shared_ptr<const ExemplarRules> shared,
                                 std::vector<double> upper_bounds)
    : rules(std::move(shared)),
      enabled(rules.get()),
      bounds(std::move(upper_bounds)),
      places(std::make_unique<std::atomic<ExemplarSlot*>[]>(bounds.size() + 1)) {}

SeriesExemplars::~SeriesExemplars() {
    for (std::size_t i = 0; i <= bounds.size(); ++i)
        ExemplarSlot::destroy(places[i].load(std::memory_order_acquire));
}

std::size_t SeriesExemplars::bucket_of(double value) const noexcept {
    return static_cast<std::size_t>(std::lower_bound(bounds.begin(), bounds.end(), value) -
                                    bounds.begin());
}

bool PlainExemplars::read(const std::string& key, const SeriesExemplars& places) {
    const std::int64_t now = coarse_unix_ms();
    Exemplars found(places.bounds.size() + 1);
    bool any = false;
    for (std::size_t i = 0; i < found.size(); ++i) {
        StoredExemplar exemplar;
        if (!places.rules->read(places.places[i], now, exemplar)) continue;
        found[i] = places.rules->to_public(exemplar);
        any = true;
    }
    if (any) by_series_.emplace(key, std::move(found));
    return any;
}

void PlainExemplars::attach(std::string_view name, FamilySnapshot& family) const {
    if (by_series_.empty()) return;
    for (SeriesSnapshot& series : family.series) {
        const auto found = by_series_.find(series_key(name, series.labels));
        if (found != by_series_.end()) attach(found->second, series);
    }
}

void PlainExemplars::attach(const Exemplars& found, SeriesSnapshot& series) {
    if (series.buckets.empty()) {
        series.exemplar = found[0];
        return;
    }
    // By value: the series may have been made anew with other bounds.
    for (const std::optional<Exemplar>& exemplar : found) {
        if (!exemplar) continue;
        const auto bucket = std::find_if(
            series.buckets.begin(), series.buckets.end(),
            [&](const BucketSnapshot& each) { return exemplar->value <= each.upper_bound; });
        if (bucket != series.buckets.end()) bucket->exemplar = *exemplar;
    }
}

namespace {

void report_undeclared(const ExemplarPolicy& policy) {
    const PublishedFields fields = published_fields();
    for (const std::string& key : policy.extras) {
        if (fields.set.find(key) != nullptr) continue;
        diagnose(Severity::error, "metrics",
                 "exemplar extra " + key + " is not declared in the published FieldSet");
    }
}

LabelPairs joined(const prometheus::Labels& constant_labels, const prometheus::Labels& labels) {
    LabelPairs all{constant_labels.begin(), constant_labels.end()};
    all.insert(all.end(), labels.begin(), labels.end());
    return all;
}

}  // namespace
}  // namespace detail

PrometheusSource::PrometheusSource(LeStyle style, ExemplarPolicy exemplars)
    : style_(style),
      rules_(std::make_shared<const detail::ExemplarRules>(exemplars)),
      has_exemplars_(exemplars.enabled && !sdk_disabled()) {
    detail::report_undeclared(exemplars);
}

CounterWithExemplars PrometheusSource::with_exemplars(
    prometheus::Family<prometheus::Counter>& family, const prometheus::Labels& labels) {
    prometheus::Counter& counter = family.Add(labels);
    return {counter, places_of(family.GetName(), family.GetConstantLabels(), labels, {})};
}

HistogramWithExemplars PrometheusSource::with_exemplars(
    prometheus::Family<prometheus::Histogram>& family, const prometheus::Labels& labels,
    const prometheus::Histogram::BucketBoundaries& bounds) {
    prometheus::Histogram& histogram = family.Add(labels, bounds);
    // It may have been there before, with other bounds.
    std::vector<double> own;
    for (const auto& bucket : histogram.Collect().histogram.bucket)
        own.push_back(bucket.upper_bound);
    own.pop_back();  // +Inf
    return {histogram,
            places_of(family.GetName(), family.GetConstantLabels(), labels, std::move(own))};
}

std::shared_ptr<detail::SeriesExemplars> PrometheusSource::places_of(
    const std::string& family, const prometheus::Labels& constant_labels,
    const prometheus::Labels& labels, std::vector<double> bounds) {
    const std::lock_guard lock{mutex_};
    auto& places = exemplars_[detail::series_key(family, detail::joined(constant_labels, labels))];
    if (places == nullptr || places->bounds != bounds) {
        places = std::make_shared<detail::SeriesExemplars>(rules_, std::move(bounds));
        if (!has_exemplars_) places->enabled = nullptr;
    }
    return places;
}

}  // namespace ctx
