// The policy in force, for those who log.

#pragma once

#include <ctx/logging/policy.hpp>
#include <ctx/logging/values.hpp>

#include <atomic>
#include <cstdint>
#include <string_view>

namespace ctx::log::detail {

struct ActivePolicy;

/// Null without a policy. Policies live for ever.
extern CTX_EXPORT std::atomic<const ActivePolicy*> active_policy;

[[nodiscard]] inline const ActivePolicy* policy_in_force() noexcept {
    return active_policy.load(std::memory_order_acquire);
}

/// Whether the request asks for lines of this level, and may.
[[nodiscard]] CTX_EXPORT bool asks_for(const ActivePolicy& policy, ContextView context,
                                       Level level) noexcept;

struct Admission {
    bool is_written = true;
    /// Lines of this place that were not written before this one.
    std::uint32_t suppressed = 0;
};
/// @param file  null: a line without a place
[[nodiscard]] CTX_EXPORT Admission admit(const ActivePolicy& policy, ContextView context,
                                         Level level, const char* file, int line) noexcept;

/// What else is to be done with a line that is written: span events and observers.
CTX_EXPORT void tell(const ActivePolicy& policy, ContextView context, Level level,
                     std::string_view message, Values values) noexcept;

}  // namespace ctx::log::detail
