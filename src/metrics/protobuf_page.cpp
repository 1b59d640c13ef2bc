#include "metrics/protobuf_page.hpp"

#include "metrics/page_names.hpp"
#include "metrics/protobuf_writer.hpp"
#include "metrics/series_check.hpp"
#include <ctx/baggage/utf8.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string_view>
#include <utility>

namespace ctx::detail {
namespace {

// Field numbers of client_model's metrics.proto.
namespace family_field {
constexpr std::uint32_t name = 1, help = 2, type = 3, metric = 4, unit = 5;
}
namespace metric_field {
constexpr std::uint32_t label = 1, gauge = 2, counter = 3, summary = 4, untyped = 5,
                        timestamp_ms = 6, histogram = 7;
}
namespace histogram_field {
constexpr std::uint32_t count = 1, sum = 2, bucket = 3, schema = 5, zero_threshold = 6,
                        zero_count = 7, negative_span = 9, negative_delta = 10, positive_span = 12,
                        positive_delta = 13, exemplars = 16;
}

std::uint64_t type_number(MetricType type) noexcept {
    switch (type) {
        case MetricType::counter:
            return 0;
        case MetricType::gauge:
        case MetricType::info:
            return 1;
        case MetricType::summary:
            return 2;
        case MetricType::histogram:
            return 4;
        case MetricType::unknown:
            break;
    }
    return 3;
}

std::string_view name_suffix(MetricType type) noexcept {
    if (type == MetricType::counter) return "_total";
    if (type == MetricType::info) return "_info";
    return {};
}

std::string mended(std::string_view text) {
    std::string valid;
    append_valid_utf8(valid, text);
    return valid;
}

ProtobufWriter label_pair(std::string_view name, std::string_view value) {
    ProtobufWriter pair;
    pair.text_field(1, name);
    pair.text_field(2, is_valid_utf8(value) ? value : mended(value));
    return pair;
}

ProtobufWriter exemplar_message(const Exemplar& exemplar) {
    ProtobufWriter message;
    for (const auto& [name, value] : exemplar.labels)
        message.message_field(1, label_pair(name, value));
    message.double_field(2, exemplar.value);
    std::int64_t seconds = exemplar.unix_ms / 1000;
    std::int64_t ms = exemplar.unix_ms % 1000;
    if (ms < 0) {  // nanoseconds count forward, also before 1970
        ms += 1000;
        --seconds;
    }
    ProtobufWriter time;
    time.varint_field(1, static_cast<std::uint64_t>(seconds));
    time.varint_field(2, static_cast<std::uint64_t>(ms) * 1'000'000);
    message.message_field(3, time);
    return message;
}

bool shows(const std::optional<Exemplar>& exemplar, double upper_bound) {
    return exemplar && exemplar->value <= upper_bound && is_writable(*exemplar);
}

/// Spans of neighbouring buckets, and each count as the difference to the one before it.
struct SpansAndDeltas {
    std::vector<std::pair<std::int32_t, std::uint32_t>> spans;  // offset, length
    ProtobufWriter deltas;
};

SpansAndDeltas encode(const NativeBuckets& buckets) {
    constexpr std::int64_t tolerated_gap = 2;  // zeros are cheaper than another span
    SpansAndDeltas encoded;
    std::int64_t next = 0;  // the index behind the last bucket written
    std::int64_t last_count = 0;
    const auto write = [&](std::int64_t count) {
        encoded.deltas.signed_varint(count - last_count);
        last_count = count;
        ++encoded.spans.back().second;
        ++next;
    };
    for (std::size_t i = 0; i < buckets.counts.size(); ++i) {
        if (buckets.counts[i] == 0) continue;
        const std::int64_t index = std::int64_t{buckets.first} + static_cast<std::int64_t>(i);
        if (encoded.spans.empty() || index - next > tolerated_gap) {
            encoded.spans.emplace_back(static_cast<std::int32_t>(index - next), 0);
            next = index;
        }
        while (next < index)
            write(0);
        write(static_cast<std::int64_t>(buckets.counts[i]));
    }
    return encoded;
}

void write_side(ProtobufWriter& message, const NativeBuckets& buckets, std::uint32_t span_field,
                std::uint32_t delta_field) {
    const SpansAndDeltas encoded = encode(buckets);
    for (const auto& [offset, length] : encoded.spans) {
        ProtobufWriter span;
        span.signed_field(1, offset);
        span.varint_field(2, length);
        message.message_field(span_field, span);
    }
    if (!encoded.deltas.bytes().empty()) message.message_field(delta_field, encoded.deltas);
}

std::uint64_t total_of(const NativeBuckets& buckets) noexcept {
    return std::accumulate(buckets.counts.begin(), buckets.counts.end(), std::uint64_t{0});
}

void write_native(ProtobufWriter& message, const NativeHistogramSnapshot& native) {
    message.signed_field(histogram_field::schema, native.schema);
    message.double_field(histogram_field::zero_threshold, native.zero_threshold);
    message.varint_field(histogram_field::zero_count, native.zero_count);
    write_side(message, native.negative, histogram_field::negative_span,
               histogram_field::negative_delta);
    write_side(message, native.positive, histogram_field::positive_span,
               histogram_field::positive_delta);
    if (total_of(native.positive) == 0) {
        // A span of no buckets tells readers that an empty histogram is a native one.
        ProtobufWriter span;
        span.signed_field(1, 0);
        span.varint_field(2, 0);
        message.message_field(histogram_field::positive_span, span);
    }
}

void write_buckets(ProtobufWriter& message, const SeriesSnapshot& series, std::uint64_t count) {
    double below = -std::numeric_limits<double>::infinity();
    std::uint64_t cumulative = 0;
    for (const BucketSnapshot& bucket : series.buckets) {
        if (!(bucket.upper_bound > below)) continue;  // twice, or out of order
        below = bucket.upper_bound;
        cumulative = std::min(std::max(cumulative, bucket.cumulative_count), count);
        ProtobufWriter written;
        written.varint_field(1, std::isinf(below) ? count : cumulative);
        written.double_field(2, below);
        if (shows(bucket.exemplar, below)) {
            written.message_field(3, exemplar_message(*bucket.exemplar));
        }
        message.message_field(histogram_field::bucket, written);
    }
}

/// By time, as readers want them: fields 16 of native histograms.
void write_exemplars(ProtobufWriter& message, const SeriesSnapshot& series) {
    std::vector<const Exemplar*> exemplars;
    for (const BucketSnapshot& bucket : series.buckets) {
        if (shows(bucket.exemplar, bucket.upper_bound)) exemplars.push_back(&*bucket.exemplar);
    }
    std::sort(exemplars.begin(), exemplars.end(),
              [](const Exemplar* a, const Exemplar* b) { return a->unix_ms < b->unix_ms; });
    for (const Exemplar* exemplar : exemplars)
        message.message_field(histogram_field::exemplars, exemplar_message(*exemplar));
}

ProtobufWriter histogram_message(const SeriesSnapshot& series) {
    ProtobufWriter message;
    // Readers refuse a native histogram whose count is not the sum of its buckets; the classic ones
    // were read at another moment.
    std::uint64_t count = series.count;
    for (const BucketSnapshot& bucket : series.buckets)
        count = std::max(count, bucket.cumulative_count);
    if (series.native) {
        count = series.native->zero_count + total_of(series.native->positive) +
                total_of(series.native->negative);
    }
    message.varint_field(histogram_field::count, count);
    message.double_field(histogram_field::sum, series.sum);
    write_buckets(message, series, count);
    if (series.native) {
        write_native(message, *series.native);
        write_exemplars(message, series);
    }
    return message;
}

ProtobufWriter summary_message(const SeriesSnapshot& series) {
    ProtobufWriter message;
    message.varint_field(1, series.count);
    message.double_field(2, series.sum);
    for (const auto& [quantile, value] : series.quantiles) {
        if (!(quantile >= 0 && quantile <= 1)) continue;
        ProtobufWriter written;
        written.double_field(1, quantile);
        written.double_field(2, value);
        message.message_field(3, written);
    }
    return message;
}

ProtobufWriter value_message(const SeriesSnapshot& series) {
    ProtobufWriter message;
    message.double_field(1, series.value);
    return message;
}

ProtobufWriter counter_message(const SeriesSnapshot& series) {
    ProtobufWriter message = value_message(series);
    if (series.exemplar && is_writable(*series.exemplar)) {
        message.message_field(2, exemplar_message(*series.exemplar));
    }
    return message;
}

ProtobufWriter metric_message(MetricType type, const SeriesSnapshot& series) {
    ProtobufWriter metric;
    for (const auto& [name, value] : series.labels) {
        if (!value.empty()) metric.message_field(metric_field::label, label_pair(name, value));
    }
    switch (type) {
        case MetricType::counter:
            metric.message_field(metric_field::counter, counter_message(series));
            break;
        case MetricType::histogram:
            metric.message_field(metric_field::histogram, histogram_message(series));
            break;
        case MetricType::summary:
            metric.message_field(metric_field::summary, summary_message(series));
            break;
        case MetricType::gauge:
        case MetricType::info:
            metric.message_field(metric_field::gauge, value_message(series));
            break;
        case MetricType::unknown:
            metric.message_field(metric_field::untyped, value_message(series));
            break;
    }
    if (series.unix_ms != 0) {
        metric.varint_field(metric_field::timestamp_ms, static_cast<std::uint64_t>(series.unix_ms));
    }
    return metric;
}

ProtobufWriter family_message(const FamilySnapshot& family) {
    ProtobufWriter message;
    message.text_field(family_field::name, family.name + std::string(name_suffix(family.type)));
    message.text_field(family_field::help, mended(family.help));
    message.varint_field(family_field::type, type_number(family.type));
    SeriesCheck check{family.type};
    for (const SeriesSnapshot& series : family.series) {
        if (!check.passes(family.name, series)) continue;
        message.message_field(family_field::metric, metric_message(family.type, series));
    }
    if (!family.unit.empty()) message.text_field(family_field::unit, family.unit);
    return message;
}

}  // namespace

std::string encode_protobuf(const std::vector<FamilySnapshot>& families) {
    ProtobufWriter page;
    PageNames names;
    for (const FamilySnapshot& family : families) {
        if (!names.claim(family.name, family.type)) continue;
        const ProtobufWriter message = family_message(family);
        page.varint(message.bytes().size());
        page.append(message);
    }
    return std::move(page).take();
}

}  // namespace ctx::detail
