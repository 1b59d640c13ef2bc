// Counts in exponential buckets whose width follows the values: any thread adds without a lock
// while the resolution halves as often as the range demands.

#pragma once

#include <ctx/export.hpp>
#include <ctx/metrics/source.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>

namespace ctx::detail {

inline constexpr int min_native_schema = -4;
inline constexpr int max_native_schema = 8;

/// The bucket of a magnitude > 0 (NativeBuckets); +Inf is in the one above the largest number's.
[[nodiscard]] CTX_EXPORT std::int32_t native_bucket_of(double magnitude, int schema) noexcept;

/// The bucket that holds bucket `index` when there are 2^`halvings` times fewer.
[[nodiscard]] constexpr std::int32_t coarser_bucket(std::int32_t index, int halvings) noexcept {
    return (index + (std::int32_t{1} << halvings) - 1) >> halvings;
}

/// Buckets that were counted at one schema.
struct CountedBuckets {
    int schema = 0;
    NativeBuckets buckets{};
};
/// `counted` with 2^(counted.schema - schema) times fewer buckets.
[[nodiscard]] NativeBuckets at_schema(const CountedBuckets& counted, int schema);

/// The buckets on one side of zero. Counts are never moved: a window that does not reach far enough
/// gets a wider or coarser successor, stays readable, and late additions to it are not lost. There
/// are few, as each is wider or coarser than the one before.
class CTX_EXPORT ExponentialBuckets {
public:
    /// @param max_buckets  coarser buckets are taken rather than more, down to schema -4.
    ExponentialBuckets(int schema, std::size_t max_buckets) noexcept
        : schema_(schema), max_buckets_(max_buckets) {}
    ExponentialBuckets(const ExponentialBuckets&) = delete;
    ExponentialBuckets& operator=(const ExponentialBuckets&) = delete;
    ~ExponentialBuckets();

    /// @return false when there was no memory for the window that `magnitude` needs.
    bool add(double magnitude, std::uint64_t count = 1) noexcept {
        const Window* window = newest_.load(std::memory_order_acquire);
        return window != nullptr && window->add(magnitude, count) ? true
                                                                  : add_slowly(magnitude, count);
    }

    /// At the schema of the newest window.
    [[nodiscard]] CountedBuckets read() const;

    /// Adds all counts to `target` and starts at 0; other threads may still be adding. Counts for
    /// which the target has no memory stay.
    void move_into(ExponentialBuckets& target) noexcept;
    /// With no other thread in it: forgets everything, and begins with the first schema again.
    void reset() noexcept;

private:
    struct Window {
        Window* older = nullptr;
        int schema = 0;
        std::int32_t first = 0;
        std::uint32_t size = 0;

        [[nodiscard]] std::atomic<std::uint64_t>* counts() const noexcept {
            return reinterpret_cast<std::atomic<std::uint64_t>*>(const_cast<Window*>(this) + 1);
        }
        bool add(double magnitude, std::uint64_t count) const noexcept {
            const std::int64_t place = std::int64_t{native_bucket_of(magnitude, schema)} - first;
            if (place < 0 || place >= std::int64_t{size}) return false;
            counts()[place].fetch_add(count, std::memory_order_relaxed);
            return true;
        }
    };
    struct Range {
        int schema = 0;
        std::int32_t first = 0;
        std::int32_t last = -1;

        [[nodiscard]] std::int64_t width() const noexcept { return std::int64_t{last} - first + 1; }
        void include(std::int32_t index) noexcept;
        void coarsen_to(int wanted) noexcept;
    };

    bool add_slowly(double magnitude, std::uint64_t count) noexcept;
    [[nodiscard]] static Window* make_window(const Range& used, std::size_t max_buckets) noexcept;
    [[nodiscard]] static Range used_range(const Window& window) noexcept;

    std::atomic<Window*> newest_{nullptr};
    const int schema_;  // that it begins with
    const std::size_t max_buckets_;
    std::mutex mutex_;  // of those who make windows
};

}  // namespace ctx::detail
