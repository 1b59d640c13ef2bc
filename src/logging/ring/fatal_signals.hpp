// Lines that are on their way when the process dies of a signal.

#pragma once

#include <ctx/export.hpp>

#include <chrono>

namespace ctx::log::detail {

/// Lets the backend finish before SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT take their course, at
/// most for `patience`. Called once or more often; the last patience holds.
CTX_EXPORT void drain_before_fatal_signals(std::chrono::milliseconds patience) noexcept;

}  // namespace ctx::log::detail
