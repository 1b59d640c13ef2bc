// What outlives the request that happens to start it has no context, on purpose.
//
//   connections are made for (nobody)
//   42 are paid by acme
//   the cache is refreshed for (nobody)

#include <ctx/context.hpp>
#include <ctx/executors/bind.hpp>

#include <iostream>

void say(const char* what) {
    std::cout << what << ctx::current().baggage().find("tenant").value_or("(nobody)") << '\n';
}

struct Connections {  // made by the first request that needs them
    Connections() { say("connections are made for "); }
};
const Connections& connections() {
    static const Connections all = ctx::detach([] { return Connections{}; });
    return all;
}

int main() {
    const ctx::Scope request{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", "acme"))};
    connections();
    say("42 are paid by ");
    const auto timer = ctx::background([] { say("the cache is refreshed for "); });
    timer();
}
