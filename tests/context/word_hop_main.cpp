// Runs word_hop.cpp, linked or from the shared object named on the command line.
//
// usage: word_hop [--naive-is-wrong] [OBJECT]
//
// Fails when a read of the context was wrong, or the object does not see this program's Scope; with
// --naive-is-wrong also when no read of a plain thread_local was: then the build does not show
// what it is for.

#include "word_hop.hpp"
#include <ctx/context/current.hpp>
#include <ctx/context/scope.hpp>

#include <dlfcn.h>

#include <cstdio>
#include <string_view>

namespace {

using Hop = void(ctx::test::WrongReads&);

bool is_right(const char* how, Hop* hop, bool naive_is_wrong) {
    ctx::test::WrongReads wrong;
    hop(wrong);
    std::printf("%s: %d wrong reads of the context, %d of a plain thread_local\n", how,
                wrong.of_context, wrong.of_naive);
    return wrong.of_context == 0 && (!naive_is_wrong || wrong.of_naive > 0);
}

template <typename Function>
Function* find(void* object, const char* name) {
    return reinterpret_cast<Function*>(object == nullptr ? nullptr : dlsym(object, name));
}

bool shares_the_word(const void* (*current)()) {
    const ctx::Scope scope{ctx::Context{}.with_baggage(ctx::Baggage{})};
    if (current() == ctx::current().node()) return true;
    std::puts("the object does not see the context of the program");
    return false;
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
    auto* const by_stack = find<Hop>(object, "ctx_test_hop_by_stack");
    auto* const by_coroutine = find<Hop>(object, "ctx_test_hop_by_coroutine");
    auto* const current = find<const void*()>(object, "ctx_test_current");
    if (by_stack == nullptr || by_coroutine == nullptr || current == nullptr) {
        std::fprintf(stderr, "%s\n", dlerror());
        return 2;
    }
    const bool is_shared = shares_the_word(current);
    const bool stack_is_right = is_right("stack", by_stack, naive_is_wrong);
    const bool coroutine_is_right = is_right("coroutine", by_coroutine, false);
    return is_shared && stack_is_right && coroutine_is_right ? 0 : 1;
}
