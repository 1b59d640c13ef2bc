// A fiber keeps its context over a switch, and so does who resumes it.
// Prints: in the fiber acme
// Prints: outside globex
// Prints: in the fiber acme
#include <ctx/context.hpp>
#include <ctx/executors/fiber.hpp>

#include <cstdio>
#include <string>
#include <utility>

namespace {

void say(const char* where) {
    const std::string tenant{ctx::current().baggage().find("tenant").value_or("none")};
    std::printf("%s %s\n", where, tenant.c_str());
}

ctx::Context with_tenant(const char* tenant) {
    return ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", tenant));
}

}  // namespace

int main() {
    const ctx::Scope scope{with_tenant("globex")};
    ctx::fiber session{with_tenant("acme"), [](ctx::fiber&& from) {
                           say("in the fiber");
                           from = std::move(from).resume();
                           say("in the fiber");
                           return std::move(from);
                       }};
    session = std::move(session).resume();
    say("outside");
    session = std::move(session).resume();
}
