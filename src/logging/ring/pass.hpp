// One look at all rings: what is there is delivered in the order of its times.

#pragma once

#include "logging/ring/backend.hpp"
#include <ctx/context/scope.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace ctx::log::detail {

/// A line is ripe when it is older than the pass, or was seen by the pass before. What a thread
/// wrote before it woke another one is then visible whenever the other's answer is, and times that
/// somebody made up delay a line by one pass and no more.
class Backend::Pass {
public:
    explicit Pass(Backend& backend) noexcept;

    /// @return false when there was nothing.
    bool deliver_all() noexcept;

private:
    [[nodiscard]] TimedRecord* ripe_front(const Seat& seat) const noexcept;
    void offer(std::size_t seat, const TimedRecord& front) noexcept;
    [[nodiscard]] std::size_t take_earliest() noexcept;
    void deliver_from(std::size_t seat) noexcept;
    void deliver(const Seat& seat, TimedRecord& record) noexcept;
    void make_current(ContextView context) noexcept;

    Backend& backend_;
    const std::int64_t begin_;
    const std::chrono::steady_clock::time_point now_ = std::chrono::steady_clock::now();
    const Scope none_{Context{}};  // without a backend's thread this is a thread with a context
    std::optional<Scope> current_;
};

}  // namespace ctx::log::detail
