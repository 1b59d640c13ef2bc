#include "metrics/otlp_points.hpp"

#include <ctx/context/ids.hpp>
#include <ctx/tracing/detail/json_text.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace ctx::detail {
namespace {

constexpr std::int64_t ns_per_ms = 1'000'000;

void append_ns(std::string& out, std::string_view key, std::int64_t unix_ns) {
    append_json_key(out, key);
    append_json_int64(out, std::max<std::int64_t>(0, unix_ns));
}

void append_count(std::string& out, std::string_view key, std::uint64_t count) {
    append_json_key(out, key);
    append_json_uint64(out, count);
}

void append_double(std::string& out, std::string_view key, double value) {
    append_json_key(out, key);
    append_json_double(out, value);
}

void append_int32(std::string& out, std::string_view key, std::int32_t value) {
    append_json_key(out, key);
    out += std::to_string(value);
}

/// Attributes and times: what every point begins with.
void append_head(std::string& out, const SeriesSnapshot& series, const OtlpMetricsTimes& times,
                 bool cumulative) {
    if (!series.labels.empty()) {
        append_json_list(out, "attributes", series.labels, [&](const auto& label) {
            append_text_attribute(out, label.first, label.second);
        });
    }
    if (cumulative) append_ns(out, "startTimeUnixNano", times.start.time_since_epoch().count());
    append_ns(
        out, "timeUnixNano",
        series.unix_ms != 0 ? series.unix_ms * ns_per_ms : times.end.time_since_epoch().count());
}

/// Writes a label that is an id as such. @return false if it is none.
bool append_id(std::string& out, std::string_view name, std::string_view value) {
    std::string_view key;
    if (name == "trace_id" && TraceId::parse(value).has_value()) key = "traceId";
    if (name == "span_id" && SpanId::parse(value).has_value()) key = "spanId";
    if (key.empty()) return false;
    append_json_key(out, key);
    append_json_string(out, value);
    return true;
}

void append_exemplar(std::string& out, const Exemplar& exemplar) {
    out += '{';
    append_ns(out, "timeUnixNano", exemplar.unix_ms * ns_per_ms);
    append_double(out, "asDouble", exemplar.value);
    std::vector<std::pair<std::string_view, std::string_view>> others;
    for (const auto& [name, value] : exemplar.labels) {
        if (!append_id(out, name, value)) others.emplace_back(name, value);
    }
    if (!others.empty()) {
        append_json_list(out, "filteredAttributes", others, [&](const auto& label) {
            append_text_attribute(out, label.first, label.second);
        });
    }
    out += '}';
}

void append_exemplars(std::string& out, const std::vector<const Exemplar*>& exemplars) {
    if (exemplars.empty()) return;
    append_json_list(out, "exemplars", exemplars,
                     [&](const Exemplar* exemplar) { append_exemplar(out, *exemplar); });
}

std::vector<const Exemplar*> exemplars_of(const SeriesSnapshot& series) {
    std::vector<const Exemplar*> found;
    if (series.exemplar) found.push_back(&*series.exemplar);
    for (const BucketSnapshot& bucket : series.buckets) {
        if (bucket.exemplar) found.push_back(&*bucket.exemplar);
    }
    return found;
}

/// Bounds of explicit buckets, and how many observations each bucket has for itself.
struct ExplicitBuckets {
    std::vector<double> bounds;
    std::vector<std::uint64_t> counts;
    std::uint64_t count = 0;

    explicit ExplicitBuckets(const SeriesSnapshot& series) {
        double below = -std::numeric_limits<double>::infinity();
        for (const BucketSnapshot& bucket : series.buckets) {
            if (!(bucket.upper_bound > below)) continue;  // twice, or out of order
            below = bucket.upper_bound;
            if (std::isinf(below)) break;
            bounds.push_back(below);
            add_bucket_up_to(bucket.cumulative_count);
        }
        add_bucket_up_to(series.buckets.empty() || !std::isinf(below)
                             ? series.count
                             : series.buckets.back().cumulative_count);
    }

private:
    void add_bucket_up_to(std::uint64_t cumulative) {
        cumulative = std::max(cumulative, count);
        counts.push_back(cumulative - count);
        count = cumulative;
    }
};

/// OTLP, HistogramDataPoint.sum: not where negative values may have been observed.
void append_sum(std::string& out, const SeriesSnapshot& series) {
    const bool negative = (!series.buckets.empty() && series.buckets.front().upper_bound < 0) ||
                          (series.native && !series.native->negative.counts.empty()) ||
                          !(series.sum >= 0);
    if (!negative) append_double(out, "sum", series.sum);
}

/// OTLP's bucket of index i holds (base^i, base^(i+1)], ours (base^(i-1), base^i].
void append_native_buckets(std::string& out, std::string_view key, const NativeBuckets& buckets) {
    if (buckets.counts.empty()) return;
    append_json_key(out, key);
    out += '{';
    append_int32(out, "offset", buckets.first - 1);
    append_json_list(out, "bucketCounts", buckets.counts,
                     [&](std::uint64_t count) { append_json_uint64(out, count); });
    out += '}';
}

}  // namespace

void append_text_attribute(std::string& out, std::string_view key, std::string_view value) {
    out += "{\"key\":";
    append_json_string(out, key);
    out += ",\"value\":{\"stringValue\":";
    append_json_string(out, value);
    out += "}}";
}

void append_number_point(std::string& out, const SeriesSnapshot& series,
                         const OtlpMetricsTimes& times, bool cumulative) {
    out += '{';
    append_head(out, series, times, cumulative);
    append_double(out, "asDouble", series.value);
    append_exemplars(out, exemplars_of(series));
    out += '}';
}

void append_summary_point(std::string& out, const SeriesSnapshot& series,
                          const OtlpMetricsTimes& times) {
    out += '{';
    append_head(out, series, times, true);
    append_count(out, "count", series.count);
    append_double(out, "sum", series.sum);
    append_json_list(out, "quantileValues", series.quantiles, [&](const auto& quantile) {
        out += '{';
        append_double(out, "quantile", quantile.first);
        append_double(out, "value", quantile.second);
        out += '}';
    });
    out += '}';
}

void append_histogram_point(std::string& out, const SeriesSnapshot& series,
                            const OtlpMetricsTimes& times) {
    const ExplicitBuckets buckets{series};
    out += '{';
    append_head(out, series, times, true);
    append_count(out, "count", buckets.count);
    append_sum(out, series);
    append_json_list(out, "bucketCounts", buckets.counts,
                     [&](std::uint64_t count) { append_json_uint64(out, count); });
    append_json_list(out, "explicitBounds", buckets.bounds,
                     [&](double bound) { append_json_double(out, bound); });
    append_exemplars(out, exemplars_of(series));
    out += '}';
}

void append_exponential_point(std::string& out, const SeriesSnapshot& series,
                              const OtlpMetricsTimes& times) {
    const NativeHistogramSnapshot& native = *series.native;
    out += '{';
    append_head(out, series, times, true);
    append_count(out, "count", native.count());
    append_sum(out, series);
    append_int32(out, "scale", native.schema);
    append_count(out, "zeroCount", native.zero_count);
    append_native_buckets(out, "positive", native.positive);
    append_native_buckets(out, "negative", native.negative);
    append_exemplars(out, exemplars_of(series));
    append_double(out, "zeroThreshold", native.zero_threshold);
    out += '}';
}

}  // namespace ctx::detail
