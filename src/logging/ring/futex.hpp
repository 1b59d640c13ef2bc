// Sleeping until a word changes. Usable in signal handlers, unlike std::atomic's wait().

#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace ctx::log::detail {

/// Sleeps while `word` is `value`, at most for `timeout`. May return early.
void futex_wait(std::atomic<std::uint32_t>& word, std::uint32_t value,
                std::chrono::nanoseconds timeout) noexcept;

/// Wakes whoever sleeps on `word`.
void futex_wake(std::atomic<std::uint32_t>& word) noexcept;

}  // namespace ctx::log::detail
