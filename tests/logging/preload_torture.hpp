// The lines of preload_torture, for a program and for a plugin of another.

#pragma once

#include <cstddef>
#include <cstdint>

using AllocationCount = std::size_t();

/// @param allocations  counts those of the calling thread: then what a line allocates is printed.
///                     Or null.
/// @return 0 when all lines are in the file.
extern "C" __attribute__((visibility("default"))) int preload_torture(const char* path,
                                                                      std::uint64_t lines,
                                                                      std::uint64_t threads,
                                                                      AllocationCount* allocations);
