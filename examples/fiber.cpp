// Code on boost::context::fiber: with ctx::fiber each stack keeps its request, the main one too.
//
//   $ ./fiber
//   order 17 for acme
//   order 18 for globex
//   the bill of 17 for acme
//   the bill of 18 for globex

#include <ctx/context.hpp>
#include <ctx/executors/fiber.hpp>

#include <iostream>
#include <utility>

void say(const char* what, int order) {
    const auto tenant = ctx::current().baggage().find("tenant").value_or("(nobody)");
    std::cout << what << order << " for " << tenant << '\n';
}

ctx::fiber start(const char* tenant, int order) {
    ctx::Scope request{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", tenant))};
    return ctx::fiber{[order](ctx::fiber&& main) {  // was: boost::context::fiber
        say("order ", order);
        main = std::move(main).resume();  // others run
        say("the bill of ", order);
        return std::move(main);
    }};
}

int main() {
    ctx::fiber acme = start("acme", 17);
    ctx::fiber globex = start("globex", 18);
    while (acme) {
        acme = std::move(acme).resume();
        globex = std::move(globex).resume();
    }
}
