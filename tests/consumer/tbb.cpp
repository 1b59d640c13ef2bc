// A loop runs in its caller's context.
// Prints: 100 of 100
#include <ctx/executors/tbb.hpp>

#include <atomic>
#include <cstdio>

int main() {
    const ctx::Scope scope{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", "acme"))};
    std::atomic<int> acme{0};
    ctx::tbb::parallel_for(0, 100, [&acme](int) {
        if (ctx::current().baggage().find("tenant") == "acme") ++acme;
    });
    std::printf("%d of 100\n", acme.load());
}
