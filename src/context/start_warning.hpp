// What is wrong with the environment is found before main(), when nobody listens yet.

#pragma once

namespace ctx::detail {

/// Tells the diagnostics handler, or the first one that is installed, once.
/// @param message  must have static storage duration. The fifth that waits is dropped.
void warn_at_start(const char* message) noexcept;

}  // namespace ctx::detail
