// Contexts in a program that links ctx statically; and the second copy that a plugin brings is
// found.
// Prints: 4 of 4 threads have their own request
// Prints: nothing is left
// Prints: one copy of ctx, in the program
// Prints: the plugin has no context
// Prints: 2 copies of ctx in this process
#include <ctx/context.hpp>

#include <dlfcn.h>

#include <atomic>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

namespace {

ctx::Context request(int number) {
    return ctx::Context{}.with_baggage(ctx::Baggage{}.set("request", std::to_string(number)));
}

void run_threads() {
    std::atomic<int> right{0};
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&right, i, context = request(i)] {
            const ctx::Scope scope{context};
            right += ctx::current().baggage().find("request") == std::to_string(i) ? 1 : 0;
        });
    }
    threads.clear();
    std::printf("%d of 4 threads have their own request\n", right.load());
    std::puts(ctx::live_contexts() == 0 && !ctx::current() ? "nothing is left" : "leaked");
}

}  // namespace

int main() {
    run_threads();
    std::printf("%s\n", ctx::self_check().to_string().c_str());

    void* const plugin = dlopen(PLUGIN, RTLD_NOW | RTLD_LOCAL);
    if (plugin == nullptr) return std::puts(dlerror()), 1;
    const auto has_context = reinterpret_cast<bool (*)()>(dlsym(plugin, "plugin_has_context"));
    const ctx::Scope scope{request(1)};
    std::printf("the plugin has %s context\n", has_context() ? "a" : "no");
    std::printf("%zu copies of ctx in this process\n", ctx::self_check().copies.size());
    return ctx::self_check().ok() ? 1 : 0;
}
