// What a fuzz target demands: aborts with the condition, in every build.

#pragma once

#include <cstdio>
#include <cstdlib>

#define CTX_FUZZ_CHECK(condition)                                                        \
    do {                                                                                 \
        if (!(condition)) {                                                              \
            std::fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            std::abort();                                                                \
        }                                                                                \
    } while (false)
