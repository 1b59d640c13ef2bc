// What a call of spdlog::logger::log_it_ would have reached without the library that is preloaded.

#pragma once

#include <spdlog/details/log_msg.h>
#include <spdlog/logger.h>

namespace ctx::log::detail {

struct Behind {
    using LogIt = void(spdlog::logger*, const spdlog::details::log_msg&, bool, bool);

    LogIt* log_it = nullptr;
    /// It is of the spdlog that this was compiled for: loggers and messages look as declared.
    bool is_known = false;
};

/// Looks behind the preloaded library, and for a plugin with a spdlog of its own, there. The first
/// time that something else than the known spdlog is found, stderr says so.
/// @param caller  the return address of the call.
[[nodiscard]] Behind behind(const void* caller) noexcept;

/// False when the environment, or a second copy of ctx in the process, says to leave lines as they
/// are; found out once. What nobody asked for is said on stderr.
[[nodiscard]] bool is_switched_on() noexcept;

}  // namespace ctx::log::detail
