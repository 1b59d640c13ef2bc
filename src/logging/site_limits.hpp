// Counts lines of each place in the source, without a lock and in a fixed amount of memory.

#pragma once

#include <ctx/logging/policy.hpp>

#include <array>
#include <atomic>
#include <cstdint>

namespace ctx::log::detail {

/// A generic cell rate algorithm for each place: one number says when the place has caught up.
/// Places that find no room in the table are not limited.
class SiteLimits {
public:
    explicit SiteLimits(RateLimit limit) noexcept : limit_(limit) {}

    struct Answer {
        bool admitted = true;
        std::uint32_t suppressed = 0;  // before this one
    };
    [[nodiscard]] Answer ask(const char* file, int line) noexcept;

    /// The same for requests: those that were admitted stay so as long as the table remembers them.
    [[nodiscard]] bool admits_request(std::uint64_t id) noexcept;

private:
    static constexpr std::size_t size = 1024;
    static constexpr std::size_t probes = 8;

    struct Site {
        std::atomic<std::uint64_t> key{0};  // 0: free
        std::atomic<std::int64_t> caught_up{0};
        std::atomic<std::uint32_t> suppressed{0};
    };

    [[nodiscard]] Site* find(std::uint64_t key) noexcept;
    [[nodiscard]] bool take(std::atomic<std::int64_t>& caught_up) noexcept;

    const RateLimit limit_;
    std::array<Site, size> sites_{};
    std::atomic<std::int64_t> requests_caught_up_{0};
};

}  // namespace ctx::log::detail
