// A thread works under the context of whoever started it.
// Prints: worker sees acme
// Prints: afterwards empty
#include <ctx/context.hpp>
#include <ctx/executors.hpp>

#include <cstdio>
#include <string>

int main() {
    {
        const ctx::Scope scope{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", "acme"))};
        ctx::thread([] {
            const std::string tenant{ctx::current().baggage().find("tenant").value_or("nobody")};
            std::printf("worker sees %s\n", tenant.c_str());
        }).join();
    }
    std::printf("afterwards %s\n", ctx::current() ? "something" : "empty");
}
