// Runs word_hop.cpp, linked or from the shared object named on the command line.
//
// usage: word_hop [--naive-is-wrong] [OBJECT]
//
// Fails when a read of the context was wrong, and with --naive-is-wrong also when no read of a plain
// thread_local was: then the build does not show what it is for.

#include "word_hop.hpp"

#include <dlfcn.h>

#include <cstdio>
#include <string_view>

namespace {

using Hop = void (*)(ctx::test::WrongReads&);

bool is_right(const char* how, Hop hop, bool naive_is_wrong) {
    ctx::test::WrongReads wrong;
    hop(wrong);
    std::printf("%s: %d wrong reads of the context, %d of a plain thread_local\n", how,
                wrong.of_context, wrong.of_naive);
    return wrong.of_context == 0 && (!naive_is_wrong || wrong.of_naive > 0);
}

Hop find(void* object, const char* name) {
    return reinterpret_cast<Hop>(dlsym(object, name));
}

}  // namespace

int main(int count, char** words) {
    bool naive_is_wrong = false;
    const char* file = nullptr;
    for (int i = 1; i < count; ++i) {
        if (std::string_view{words[i]} == "--naive-is-wrong") {
            naive_is_wrong = true;
        } else {
            file = words[i];
        }
    }
    void* const object = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    const Hop by_stack = object == nullptr ? nullptr : find(object, "ctx_test_hop_by_stack");
    const Hop by_coroutine =
        object == nullptr ? nullptr : find(object, "ctx_test_hop_by_coroutine");
    if (by_stack == nullptr || by_coroutine == nullptr) {
        std::fprintf(stderr, "%s\n", dlerror());
        return 2;
    }
    const bool stack_is_right = is_right("stack", by_stack, naive_is_wrong);
    const bool coroutine_is_right = is_right("coroutine", by_coroutine, false);
    return stack_is_right && coroutine_is_right ? 0 : 1;
}
