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
    RequestLimit(std::uint32_t per_second, std::uint32_t lines) noexcept;

    /// Whether a line of this request would get what it asks for: the same answer for every line of
    /// a request until it has written all it may, as long as the table remembers it.
    [[nodiscard]] bool admits(TraceId request) noexcept { return seat_of(request) != nullptr; }
    /// The same for a line that is written then.
    [[nodiscard]] bool takes_line(TraceId request) noexcept;

private:
    struct Seat {
        std::atomic<std::uint64_t> request{0};  // 0: free
        std::atomic<std::int64_t> since{0};
        std::atomic<std::uint32_t> lines{0};
        std::atomic<bool> is_refused{false};
    };

    /// Null: it gets nothing.
    [[nodiscard]] Seat* seat_of(TraceId request) noexcept;
    [[nodiscard]] Seat* admitted(Seat& seat) const noexcept;

    [[nodiscard]] static bool is_taken(const Seat& seat) noexcept;

    const bool admits_any_;
    const std::uint32_t max_lines_;
    const RateGate gate_;
    std::atomic<std::int64_t> caught_up_{0};
    std::array<Seat, 1024> seats_{};
};

}  // namespace ctx::log::detail
