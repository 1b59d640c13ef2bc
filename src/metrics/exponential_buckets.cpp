#include "metrics/exponential_bounds.hpp"
#include <ctx/metrics/detail/exponential_buckets.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <new>

namespace ctx::detail {
namespace {

constexpr std::uint32_t smallest_window = 16;

struct Split {
    double fraction;  // [0.5, 1)
    int exponent;     // magnitude = fraction * 2^exponent
};

Split split(double magnitude) noexcept {
    constexpr int mantissa_bits = 52;
    constexpr int exponent_of_half = 1022;
    const auto bits = std::bit_cast<std::uint64_t>(magnitude);
    const int biased = static_cast<int>(bits >> mantissa_bits);
    if (biased == 0) [[unlikely]] {  // subnormal
        Split parts{};
        parts.fraction = std::frexp(magnitude, &parts.exponent);
        return parts;
    }
    constexpr std::uint64_t mantissa = (std::uint64_t{1} << mantissa_bits) - 1;
    constexpr std::uint64_t half = std::uint64_t{exponent_of_half} << mantissa_bits;
    return {std::bit_cast<double>((bits & mantissa) | half), biased - exponent_of_half};
}

/// The first bound of `schema` > 0 that is not below `fraction`, as an index.
int bound_at(double fraction, int schema) noexcept {
    const int stride = 1 << (max_native_schema - schema);
    int low = 0;
    for (int step = 1 << (schema - 1); step > 0; step /= 2) {
        const double bound =
            bounds_of_schema_8[static_cast<std::size_t>((low + step - 1) * stride)];
        low += fraction > bound ? step : 0;
    }
    const double bound = bounds_of_schema_8[static_cast<std::size_t>(low * stride)];
    return fraction > bound ? low + 1 : low;
}

/// A magnitude in the bucket; infinite for the one above the largest number's.
double middle_of(std::int32_t index, int schema) noexcept {
    const double middle = std::exp2(std::ldexp(static_cast<double>(index) - 0.5, -schema));
    return std::max(middle, std::numeric_limits<double>::denorm_min());
}

}  // namespace

std::int32_t native_bucket_of(double magnitude, int schema) noexcept {
    if (std::isinf(magnitude)) {
        return native_bucket_of(std::numeric_limits<double>::max(), schema) + 1;
    }
    const Split parts = split(magnitude);
    if (schema > 0) {
        return bound_at(parts.fraction, schema) + (parts.exponent - 1) * (1 << schema);
    }
    const int power = parts.fraction == 0.5 ? parts.exponent - 1 : parts.exponent;
    return coarser_bucket(power, -schema);
}

NativeBuckets at_schema(const CountedBuckets& counted, int schema) {
    NativeBuckets merged;
    if (counted.buckets.counts.empty()) return merged;
    const int halvings = counted.schema - schema;
    merged.first = coarser_bucket(counted.buckets.first, halvings);
    for (std::size_t i = 0; i < counted.buckets.counts.size(); ++i) {
        const std::int32_t index =
            coarser_bucket(counted.buckets.first + static_cast<std::int32_t>(i), halvings);
        const auto place = static_cast<std::size_t>(index - merged.first);
        if (place >= merged.counts.size()) merged.counts.resize(place + 1);
        merged.counts[place] += counted.buckets.counts[i];
    }
    return merged;
}

ExponentialBuckets::~ExponentialBuckets() {
    reset();
}

void ExponentialBuckets::reset() noexcept {
    Window* window = newest_.exchange(nullptr, std::memory_order_acq_rel);
    while (window != nullptr) {
        Window* const older = window->older;
        ::operator delete(window);
        window = older;
    }
}

void ExponentialBuckets::Range::include(std::int32_t index) noexcept {
    if (last < first) {
        first = last = index;
    } else {
        first = std::min(first, index);
        last = std::max(last, index);
    }
}

void ExponentialBuckets::Range::coarsen_to(int wanted) noexcept {
    const bool empty = last < first;
    first = coarser_bucket(first, schema - wanted);
    last = empty ? first - 1 : coarser_bucket(last, schema - wanted);
    schema = wanted;
}

ExponentialBuckets::Range ExponentialBuckets::used_range(const Window& window) noexcept {
    Range used{.schema = window.schema};
    for (std::uint32_t i = 0; i < window.size; ++i) {
        if (window.counts()[i].load(std::memory_order_relaxed) != 0) {
            used.include(window.first + static_cast<std::int32_t>(i));
        }
    }
    return used;
}

ExponentialBuckets::Window* ExponentialBuckets::make_window(const Range& used,
                                                            std::size_t max_buckets) noexcept {
    // Room on both sides, so that values that wander in one direction do not need a window each.
    const auto width = static_cast<std::uint32_t>(used.width());
    const auto most = std::max(static_cast<std::uint32_t>(max_buckets), width);
    const std::uint32_t size =
        std::clamp(std::bit_ceil(width) * 2, std::min(smallest_window, most), most);
    using Count = std::atomic<std::uint64_t>;
    static_assert(alignof(Window) >= alignof(Count) && sizeof(Window) % alignof(Count) == 0);
    void* memory = ::operator new(sizeof(Window) + size * sizeof(Count), std::nothrow);
    if (memory == nullptr) return nullptr;
    auto* window = ::new (memory) Window;
    window->schema = used.schema;
    window->first = used.first - static_cast<std::int32_t>((size - width) / 2);
    window->size = size;
    for (std::uint32_t i = 0; i < size; ++i)
        ::new (window->counts() + i) Count(0);
    return window;
}

bool ExponentialBuckets::add_slowly(double magnitude, std::uint64_t count) noexcept {
    const std::lock_guard lock{mutex_};
    Window* const present = newest_.load(std::memory_order_relaxed);
    if (present != nullptr && present->add(magnitude, count)) return true;
    Range used = present != nullptr ? used_range(*present) : Range{.schema = schema_};
    used.include(native_bucket_of(magnitude, used.schema));
    while (used.width() > static_cast<std::int64_t>(max_buckets_) &&
           used.schema > min_native_schema) {
        used.coarsen_to(used.schema - 1);
    }
    Window* const wider = make_window(used, max_buckets_);
    if (wider == nullptr) return false;
    wider->older = present;
    wider->add(magnitude, count);
    newest_.store(wider, std::memory_order_release);
    return true;
}

void ExponentialBuckets::move_into(ExponentialBuckets& target) noexcept {
    for (const Window* from = newest_.load(std::memory_order_acquire); from != nullptr;
         from = from->older) {
        for (std::uint32_t i = 0; i < from->size; ++i) {
            const std::uint64_t count = from->counts()[i].exchange(0, std::memory_order_relaxed);
            if (count == 0) continue;
            const double middle =
                middle_of(from->first + static_cast<std::int32_t>(i), from->schema);
            if (!target.add(middle, count)) {
                from->counts()[i].fetch_add(count, std::memory_order_relaxed);
            }
        }
    }
}

CountedBuckets ExponentialBuckets::read() const {
    const Window* window = newest_.load(std::memory_order_acquire);
    CountedBuckets all{.schema = window == nullptr ? schema_ : window->schema};
    Range used{.schema = all.schema};
    const auto visit = [&](auto&& see) {
        for (const Window* seen = window; seen != nullptr; seen = seen->older) {
            for (std::uint32_t i = 0; i < seen->size; ++i) {
                const std::uint64_t count = seen->counts()[i].load(std::memory_order_relaxed);
                if (count == 0) continue;
                see(coarser_bucket(seen->first + static_cast<std::int32_t>(i),
                                   seen->schema - all.schema),
                    count);
            }
        }
    };
    // Twice: counts may appear meanwhile outside the range seen first.
    visit([&](std::int32_t index, std::uint64_t) { used.include(index); });
    if (used.width() <= 0) return all;
    all.buckets.first = used.first;
    all.buckets.counts.resize(static_cast<std::size_t>(used.width()));
    visit([&](std::int32_t index, std::uint64_t count) {
        if (index < used.first || index > used.last) return;
        all.buckets.counts[static_cast<std::size_t>(index - used.first)] += count;
    });
    return all;
}

}  // namespace ctx::detail
