#include "metrics/protobuf_page.hpp"

#include "metrics/page_names.hpp"
#include "metrics/protobuf_writer.hpp"
#include "metrics/series_check.hpp"
#include <ctx/baggage/utf8.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
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

bool shows(const std::optional<Exemplar>& exemplar, double upper_bound) {
    return exemplar && exemplar->value <= upper_bound && is_writable(*exemplar);
}

/// Spans of neighbouring buckets, and each count as the difference to the one before it.
struct SpansAndDeltas {
    std::vector<std::pair<std::int32_t, std::uint32_t>> spans;  // offset, length
    std::vector<std::int64_t> deltas;
};

SpansAndDeltas encode_buckets(const NativeBuckets& buckets) {
    constexpr std::int64_t tolerated_gap = 2;  // zeros are cheaper than another span
    SpansAndDeltas encoded;
    std::int64_t next = 0;  // the index behind the last bucket written
    std::int64_t last_count = 0;
    const auto write = [&](std::int64_t count) {
        encoded.deltas.push_back(count - last_count);
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

class PageEncoder {
public:
    [[nodiscard]] std::string encode(const std::vector<FamilySnapshot>& families);

private:
    void write(const FamilySnapshot& family);
    void write(MetricType type, const SeriesSnapshot& series);
    void write(std::string_view name, std::string_view value);
    void write(const Exemplar& exemplar);
    void write_value(const SeriesSnapshot& series);
    void write_counter(const SeriesSnapshot& series);
    void write_summary(const SeriesSnapshot& series);
    void write_histogram(const SeriesSnapshot& series);
    void write_buckets(const SeriesSnapshot& series, std::uint64_t count);
    void write_native(const NativeHistogramSnapshot& native);
    void write_side(const NativeBuckets& buckets, std::uint32_t span_field,
                    std::uint32_t delta_field);
    void write_exemplars(const SeriesSnapshot& series);

    ProtobufWriter page_;
};

void PageEncoder::write(std::string_view name, std::string_view value) {
    page_.text_field(1, name);
    if (is_valid_utf8(value)) {
        page_.text_field(2, value);
    } else {
        page_.text_field(2, mended(value));
    }
}

void PageEncoder::write(const Exemplar& exemplar) {
    for (const auto& label : exemplar.labels)
        page_.message_field(1, [&] { write(label.first, label.second); });
    page_.double_field(2, exemplar.value);
    std::int64_t seconds = exemplar.unix_ms / 1000;
    std::int64_t ms = exemplar.unix_ms % 1000;
    if (ms < 0) {  // nanoseconds count forward, also before 1970
        ms += 1000;
        --seconds;
    }
    page_.message_field(3, [&] {
        page_.varint_field(1, static_cast<std::uint64_t>(seconds));
        page_.varint_field(2, static_cast<std::uint64_t>(ms) * 1'000'000);
    });
}

void PageEncoder::write_side(const NativeBuckets& buckets, std::uint32_t span_field,
                             std::uint32_t delta_field) {
    const SpansAndDeltas encoded = encode_buckets(buckets);
    for (const auto& [offset, length] : encoded.spans) {
        page_.message_field(span_field, [&, from = offset, size = length] {
            page_.signed_field(1, from);
            page_.varint_field(2, size);
        });
    }
    if (encoded.deltas.empty()) return;
    page_.message_field(delta_field, [&] {
        for (const std::int64_t delta : encoded.deltas)
            page_.signed_varint(delta);
    });
}

void PageEncoder::write_native(const NativeHistogramSnapshot& native) {
    page_.signed_field(histogram_field::schema, native.schema);
    page_.double_field(histogram_field::zero_threshold, native.zero_threshold);
    page_.varint_field(histogram_field::zero_count, native.zero_count);
    write_side(native.negative, histogram_field::negative_span, histogram_field::negative_delta);
    write_side(native.positive, histogram_field::positive_span, histogram_field::positive_delta);
    if (native.count() != native.zero_count) return;
    // A span of no buckets tells readers that an empty histogram is a native one.
    page_.message_field(histogram_field::positive_span, [&] {
        page_.signed_field(1, 0);
        page_.varint_field(2, 0);
    });
}

void PageEncoder::write_buckets(const SeriesSnapshot& series, std::uint64_t count) {
    double below = -std::numeric_limits<double>::infinity();
    std::uint64_t cumulative = 0;
    for (const BucketSnapshot& bucket : series.buckets) {
        if (!(bucket.upper_bound > below)) continue;  // twice, or out of order
        below = bucket.upper_bound;
        cumulative = std::min(std::max(cumulative, bucket.cumulative_count), count);
        page_.message_field(histogram_field::bucket, [&] {
            page_.varint_field(1, std::isinf(below) ? count : cumulative);
            page_.double_field(2, below);
            if (shows(bucket.exemplar, below)) {
                page_.message_field(3, [&] { write(*bucket.exemplar); });
            }
        });
    }
}

/// By time, as readers of native histograms want them.
void PageEncoder::write_exemplars(const SeriesSnapshot& series) {
    std::vector<const Exemplar*> exemplars;
    for (const BucketSnapshot& bucket : series.buckets) {
        if (shows(bucket.exemplar, bucket.upper_bound)) exemplars.push_back(&*bucket.exemplar);
    }
    std::sort(exemplars.begin(), exemplars.end(),
              [](const Exemplar* a, const Exemplar* b) { return a->unix_ms < b->unix_ms; });
    for (const Exemplar* exemplar : exemplars)
        page_.message_field(histogram_field::exemplars, [&] { write(*exemplar); });
}

void PageEncoder::write_histogram(const SeriesSnapshot& series) {
    // Readers refuse a native histogram whose count is not the sum of its buckets; the classic ones
    // were read at another moment.
    std::uint64_t count = series.count;
    for (const BucketSnapshot& bucket : series.buckets)
        count = std::max(count, bucket.cumulative_count);
    if (series.native) count = series.native->count();
    page_.varint_field(histogram_field::count, count);
    page_.double_field(histogram_field::sum, series.sum);
    write_buckets(series, count);
    if (!series.native) return;
    write_native(*series.native);
    write_exemplars(series);
}

void PageEncoder::write_summary(const SeriesSnapshot& series) {
    page_.varint_field(1, series.count);
    page_.double_field(2, series.sum);
    for (const auto& [quantile, value] : series.quantiles) {
        if (!(quantile >= 0 && quantile <= 1)) continue;
        page_.message_field(3, [&, part = quantile, size = value] {
            page_.double_field(1, part);
            page_.double_field(2, size);
        });
    }
}

void PageEncoder::write_value(const SeriesSnapshot& series) {
    page_.double_field(1, series.value);
}

void PageEncoder::write_counter(const SeriesSnapshot& series) {
    write_value(series);
    if (series.exemplar && is_writable(*series.exemplar)) {
        page_.message_field(2, [&] { write(*series.exemplar); });
    }
}

void PageEncoder::write(MetricType type, const SeriesSnapshot& series) {
    for (const auto& label : series.labels) {
        if (label.second.empty()) continue;
        page_.message_field(metric_field::label, [&] { write(label.first, label.second); });
    }
    switch (type) {
        case MetricType::counter:
            page_.message_field(metric_field::counter, [&] { write_counter(series); });
            break;
        case MetricType::histogram:
            page_.message_field(metric_field::histogram, [&] { write_histogram(series); });
            break;
        case MetricType::summary:
            page_.message_field(metric_field::summary, [&] { write_summary(series); });
            break;
        case MetricType::gauge:
        case MetricType::info:
            page_.message_field(metric_field::gauge, [&] { write_value(series); });
            break;
        case MetricType::unknown:
            page_.message_field(metric_field::untyped, [&] { write_value(series); });
            break;
    }
    if (series.unix_ms != 0) {
        page_.varint_field(metric_field::timestamp_ms, static_cast<std::uint64_t>(series.unix_ms));
    }
}

void PageEncoder::write(const FamilySnapshot& family) {
    page_.text_field(family_field::name, family.name + std::string(name_suffix(family.type)));
    page_.text_field(family_field::help, mended(family.help));
    page_.varint_field(family_field::type, type_number(family.type));
    SeriesCheck check{family.type};
    for (const SeriesSnapshot& series : family.series) {
        if (!check.passes(family.name, series)) continue;
        page_.message_field(family_field::metric, [&] { write(family.type, series); });
    }
    if (!family.unit.empty()) page_.text_field(family_field::unit, family.unit);
}

std::string PageEncoder::encode(const std::vector<FamilySnapshot>& families) {
    PageNames names;
    for (const FamilySnapshot& family : families) {
        if (!names.claim(family.name, family.type)) continue;
        page_.delimited([&] { write(family); });
    }
    return std::move(page_).take();
}

}  // namespace

std::string encode_protobuf(const std::vector<FamilySnapshot>& families) {
    return PageEncoder{}.encode(families);
}

}  // namespace ctx::detail
