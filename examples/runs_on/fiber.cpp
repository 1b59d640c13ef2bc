// A stack of Boost.Context keeps its context over every jump, and so does whoever jumps.
//
//   acme asks
//   (nobody) answers
//   acme pays 42

#include <ctx/context.hpp>
#include <ctx/executors/fiber.hpp>

#include <iostream>

void say(const char* what) {
    std::cout << ctx::current().baggage().find("tenant").value_or("(nobody)") << what << '\n';
}

ctx::fiber handle(ctx::fiber&& main) {
    const ctx::Scope request{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", "acme"))};
    say(" asks");
    main = std::move(main).resume();
    say(" pays 42");
    return std::move(main);
}

int main() {
    ctx::fiber session = ctx::callcc(handle);  // was: boost::context::callcc
    say(" answers");
    session = std::move(session).resume();
}
