#include "metrics/snapshot_writer.hpp"

#include "metrics/metric_text.hpp"
#include "metrics/series_check.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace ctx {

void PageWriter::family(const FamilySnapshot& family, LeStyle style) {
    detail::SnapshotWriter{*this, family, style}.write();
}

namespace detail {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

bool has_negative_bound(const SeriesSnapshot& series) noexcept {
    return !series.buckets.empty() && series.buckets.front().upper_bound < 0;
}

}  // namespace

void SnapshotWriter::write() {
    if (!page_.begin_family({family_.name, family_.type, family_.unit, family_.help})) return;
    SeriesCheck check{family_.type};
    for (const SeriesSnapshot& series : family_.series) {
        if (!check.passes(family_.name, series)) continue;
        std::string labels;
        for (const auto& [name, value] : series.labels)
            append_label(labels, name, value);
        write_series(series, labels);
    }
}

void SnapshotWriter::write_series(const SeriesSnapshot& series, const std::string& labels) {
    switch (family_.type) {
        case MetricType::histogram:
            write_histogram(series, labels);
            return;
        case MetricType::summary:
            write_summary(series, labels);
            return;
        case MetricType::counter:
            begin_sample("_total", labels);
            break;
        case MetricType::info:
            begin_sample("_info", labels);
            break;
        case MetricType::gauge:
        case MetricType::unknown:
            begin_sample("", labels);
            break;
    }
    append_number(page_.text(), series.value);
    const bool may_show = family_.type == MetricType::counter && series.exemplar.has_value();
    end_sample(series, may_show ? &*series.exemplar : nullptr);
}

void SnapshotWriter::write_histogram(const SeriesSnapshot& series, const std::string& labels) {
    double below = -infinity;
    std::uint64_t count = 0;
    for (const BucketSnapshot& bucket : series.buckets) {
        if (!(bucket.upper_bound > below)) continue;  // twice, or out of order
        const Exemplar* exemplar = bucket.exemplar ? &*bucket.exemplar : nullptr;
        if (exemplar != nullptr && !(exemplar->value <= bucket.upper_bound)) exemplar = nullptr;
        below = bucket.upper_bound;
        count = std::max(count, bucket.cumulative_count);
        begin_sample("_bucket", labels, "le", bucket.upper_bound);
        append_number(page_.text(), count);
        end_sample(series, exemplar);
    }
    if (below < infinity) {
        count = std::max(count, series.count);
        begin_sample("_bucket", labels, "le", infinity);
        append_number(page_.text(), count);
        end_sample(series);
    }
    // OpenMetrics 1.0 "Histogram": a sum that could fall, or is NaN, is none, and no count without
    // a sum.
    if (page_.openmetrics() && (has_negative_bound(series) || !(series.sum >= 0))) return;
    begin_sample("_count", labels);
    append_number(page_.text(), count);
    end_sample(series);
    begin_sample("_sum", labels);
    append_number(page_.text(), series.sum);
    end_sample(series);
}

void SnapshotWriter::write_summary(const SeriesSnapshot& series, const std::string& labels) {
    for (const auto& [quantile, value] : series.quantiles) {
        if (!(quantile >= 0 && quantile <= 1)) continue;
        // OpenMetrics 1.0 "Summary": values of quantiles are not negative.
        if (page_.openmetrics() && value < 0) continue;
        begin_sample("", labels, "quantile", quantile);
        append_number(page_.text(), value);
        end_sample(series);
    }
    begin_sample("_count", labels);
    append_number(page_.text(), series.count);
    end_sample(series);
    if (page_.openmetrics() && !(series.sum >= 0)) return;
    begin_sample("_sum", labels);
    append_number(page_.text(), series.sum);
    end_sample(series);
}

std::string SnapshotWriter::bound_text(double bound) const {
    if (style_ == LeStyle::canonical || !std::isfinite(bound)) return canonical_number(bound);
    char buffer[32];
    // prometheus-cpp 1.0.1 streams doubles with 16 significant digits.
    const auto end =
        std::to_chars(buffer, buffer + sizeof buffer, bound, std::chars_format::general, 16);
    return {buffer, end.ptr};
}

void SnapshotWriter::begin_sample(std::string_view suffix, const std::string& labels,
                                  std::string_view extra, double bound) {
    std::string& text = page_.text();
    text.append(family_.name).append(suffix);
    if (!labels.empty() || !extra.empty()) {
        text.append("{").append(labels);
        if (!extra.empty()) {
            if (!labels.empty()) text += ',';
            text.append(extra).append("=\"").append(bound_text(bound)).append("\"");
        }
        text += '}';
    }
    text += ' ';
}

void SnapshotWriter::end_sample(const SeriesSnapshot& series, const Exemplar* exemplar) {
    std::string& text = page_.text();
    if (series.unix_ms != 0) {
        text += ' ';
        if (page_.openmetrics()) {
            append_seconds(text, series.unix_ms);
        } else {
            text += std::to_string(series.unix_ms);
        }
    }
    if (exemplar != nullptr && page_.openmetrics() && is_writable(*exemplar)) {
        std::string labels;
        for (const auto& [name, value] : exemplar->labels)
            append_label(labels, name, value);
        text.append(" # {").append(labels).append("} ");
        append_number(text, exemplar->value);
        text += ' ';
        append_seconds(text, exemplar->unix_ms);
    }
    text += '\n';
}

}  // namespace detail
}  // namespace ctx
