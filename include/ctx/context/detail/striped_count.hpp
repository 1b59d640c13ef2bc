// Counters that are incremented once per request: spread over a few cache lines, so that threads
// rarely meet on one.

#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <thread>

namespace ctx::detail {

template <std::size_t Size>
class StripedCounts {
public:
    void add(std::size_t which, std::uint64_t count = 1) noexcept {
        stripes_[stripe()].counts[which].fetch_add(count, std::memory_order_relaxed);
    }

    [[nodiscard]] std::uint64_t total(std::size_t which) const noexcept {
        std::uint64_t sum = 0;
        for (const Stripe& stripe : stripes_)
            sum += stripe.counts[which].load(std::memory_order_relaxed);
        return sum;
    }

private:
    static constexpr std::size_t stripe_count = 8;

    struct alignas(64) Stripe {
        std::array<std::atomic<std::uint64_t>, Size> counts{};
    };

    static std::size_t stripe() noexcept {
        // The id is the thread's descriptor: its low bits are those of an aligned address.
        const std::size_t id = std::hash<std::thread::id>{}(std::this_thread::get_id());
        return (id * 0x9e3779b97f4a7c15U >> 61) % stripe_count;
    }

    std::array<Stripe, stripe_count> stripes_;
};

}  // namespace ctx::detail
