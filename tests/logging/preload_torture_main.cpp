#include "logging/preload_torture.hpp"
#include "support/counting_allocator.hpp"

#include <cstdio>
#include <cstdlib>

int main(int argc, char** argv) {
    if (argc != 4) {
        std::fputs("usage: preload_torture FILE LINES THREADS\n", stderr);
        return 2;
    }
    return preload_torture(argv[1], std::strtoull(argv[2], nullptr, 10),
                           std::strtoull(argv[3], nullptr, 10),
                           ctx::test::allocations_of_this_thread);
}
