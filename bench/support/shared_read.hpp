// Reads in a shared library that links ctx: code of plugins and of services built as libraries.

#pragma once

#include <cstdint>

namespace ctx::bench {

/// The sum of `times` words read from thread-local storage of the library itself.
[[gnu::visibility("default")]] std::uint64_t read_word_in_shared_library(int times);

/// The sum of `times` trace ids of the current context.
[[gnu::visibility("default")]] std::uint64_t read_current_in_shared_library(int times);

}  // namespace ctx::bench
