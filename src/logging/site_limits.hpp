// Counts lines of each place in the source, without a lock and in a fixed amount of memory.

#pragma once

#include "logging/rate_gate.hpp"

#include <array>
#include <atomic>
#include <cstdint>

namespace ctx::log::detail {

/// A gate for each place. Places that find no room in the table are not limited.
class SiteLimits {
public:
    explicit SiteLimits(RateLimit limit) noexcept : gate_(limit) {}

    struct Answer {
        bool admitted = true;
        std::uint32_t suppressed = 0;  // before this one
    };
    [[nodiscard]] Answer ask(const char* file, int line) noexcept;

private:
    static constexpr std::size_t probes = 8;

    struct Site {
        std::atomic<std::uint64_t> key{0};  // 0: free
        std::atomic<std::int64_t> caught_up{0};
        std::atomic<std::uint32_t> suppressed{0};
    };

    [[nodiscard]] Site* find(std::uint64_t key) noexcept;

    const RateGate gate_;
    std::array<Site, 1024> sites_{};
};

}  // namespace ctx::log::detail
