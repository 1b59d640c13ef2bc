// A generic cell rate algorithm: one number says when all that was let through is caught up.

#pragma once

#include <ctx/logging/policy.hpp>

#include <atomic>
#include <cstdint>

namespace ctx::log::detail {

class RateGate {
public:
    explicit RateGate(RateLimit limit) noexcept;

    /// The time of the gates, in nanoseconds.
    [[nodiscard]] static std::int64_t now() noexcept;

    /// @param caught_up  zero at first; one for each thing that is limited
    [[nodiscard]] bool lets_through(std::atomic<std::int64_t>& caught_up) const noexcept;

private:
    const std::int64_t interval_;
    const std::int64_t ahead_;  // how far it may be ahead of now
};

/// Spreads keys over a table; never 0.
[[nodiscard]] std::uint64_t mixed(std::uint64_t value) noexcept;

}  // namespace ctx::log::detail
