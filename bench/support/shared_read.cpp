#include "shared_read.hpp"

#include <ctx/context.hpp>

namespace ctx::bench {

namespace {

struct Ids {
    std::uint64_t high = 1;
    std::uint64_t low = 2;
};
constinit Ids ids;

// Not between two reads: the compiler must take the word from memory each time.
void forget_memory() {
    asm volatile("" ::: "memory");
}

}  // namespace

// The cheapest access that a library can have to thread-local storage. Not in an anonymous
// namespace: the optimiser must expect others to write it.
[[gnu::tls_model("initial-exec")]] constinit thread_local const Ids* shared_word = &ids;

std::uint64_t read_word_in_shared_library(int times) {
    std::uint64_t sum = 0;
    for (int i = 0; i < times; ++i) {
        forget_memory();
        const Ids* current = shared_word;
        sum += current->high ^ current->low;
    }
    return sum;
}

std::uint64_t read_current_in_shared_library(int times) {
    std::uint64_t sum = 0;
    for (int i = 0; i < times; ++i) {
        forget_memory();
        const TraceId id = current().trace_id();
        sum += id.high() ^ id.low();
    }
    return sum;
}

}  // namespace ctx::bench
