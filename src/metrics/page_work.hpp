// What rendering costs, shown on the next page.

#pragma once

#include <ctx/metrics/source.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ctx::detail {

class PageWork {
public:
    void add(std::chrono::steady_clock::duration taken, std::size_t bytes) noexcept;

    /// Of the page rendered last.
    [[nodiscard]] std::size_t last_bytes() const noexcept {
        return last_bytes_.load(std::memory_order_relaxed);
    }
    [[nodiscard]] std::vector<FamilySnapshot> families() const;

private:
    std::atomic<std::uint64_t> pages_{0};
    std::atomic<std::uint64_t> nanoseconds_{0};
    std::atomic<std::uint64_t> bytes_{0};
    std::atomic<std::size_t> last_bytes_{0};
};

}  // namespace ctx::detail
