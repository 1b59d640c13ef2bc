#include <ctx/metrics/histogram.hpp>

#include <algorithm>
#include <cmath>

namespace ctx::detail {

NativeCounts::NativeCounts(const NativeHistogramOptions& options) noexcept
    : zero_threshold(options.zero_threshold),
      positive(options.schema, options.max_buckets),
      negative(options.schema, options.max_buckets) {}

void NativeCounts::add(double value) noexcept {
    const double magnitude = std::fabs(value);
    if (magnitude <= zero_threshold) {
        zero.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    if (!(value > 0 ? positive : negative).add(magnitude)) lose_update();
}

void NativeCounts::move_into(NativeCounts& target) noexcept {
    target.zero.fetch_add(zero.exchange(0, std::memory_order_relaxed), std::memory_order_relaxed);
    positive.move_into(target.positive);
    negative.move_into(target.negative);
}

NativeHistogramSnapshot NativeCounts::read() const {
    const CountedBuckets above = positive.read();
    const CountedBuckets below = negative.read();
    NativeHistogramSnapshot snapshot;
    // One schema for both sides.
    snapshot.schema = std::min(above.schema, below.schema);
    snapshot.zero_threshold = zero_threshold;
    snapshot.zero_count = zero.load(std::memory_order_relaxed);
    snapshot.positive = at_schema(above, snapshot.schema);
    snapshot.negative = at_schema(below, snapshot.schema);
    return snapshot;
}

}  // namespace ctx::detail
