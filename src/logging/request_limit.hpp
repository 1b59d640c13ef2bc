// Lets so many requests in a second have what they ask for, and remembers which.

#pragma once

#include "logging/rate_gate.hpp"
#include <ctx/context/ids.hpp>

#include <array>
#include <atomic>
#include <cstdint>

namespace ctx::log::detail {

class RequestLimit {
public:
    explicit RequestLimit(std::uint32_t per_second) noexcept;

    /// The same answer for every line of a request, as long as the table remembers it.
    [[nodiscard]] bool admits(TraceId request) noexcept;

private:
    struct Seat {
        std::atomic<std::uint64_t> request{0};  // 0: free
        std::atomic<std::int64_t> since{0};
        std::atomic<bool> is_refused{false};
    };

    [[nodiscard]] static bool is_taken(const Seat& seat) noexcept;

    const bool admits_any_;
    const RateGate gate_;
    std::atomic<std::int64_t> caught_up_{0};
    std::array<Seat, 1024> seats_{};
};

}  // namespace ctx::log::detail
