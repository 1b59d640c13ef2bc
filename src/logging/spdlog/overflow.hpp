// What a full queue does, in spdlog's words and in ours.

#pragma once

#include "logging/ring/backend.hpp"
#include <ctx/logging/spdlog/options.hpp>

#include <spdlog/async_logger.h>
#include <spdlog/logger.h>

namespace ctx::log::detail {

/// The policy of an asynchronous logger, which spdlog keeps for itself.
[[nodiscard]] spdlog::async_overflow_policy overflow_policy_of(
    const spdlog::logger& logger) noexcept;
void set_overflow_policy(spdlog::async_logger& logger,
                         spdlog::async_overflow_policy policy) noexcept;

/// What `asked` means for a logger that has `policy`.
[[nodiscard]] WhenFull when_full(Overflow asked, spdlog::async_overflow_policy policy) noexcept;

}  // namespace ctx::log::detail
