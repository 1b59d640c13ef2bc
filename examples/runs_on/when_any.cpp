// when_any goes on with the branch that succeeds first; the others are asked to stop.
//
//   acme: price 1 is 42

#include <ctx/context.hpp>
#include <ctx/executors.hpp>

#include <iostream>

ctx::task<int> ask_server() {
    ctx::throw_if_cancelled();
    throw std::runtime_error{"the server is down"};
    co_return 0;
}

ctx::task<int> ask_cache() {
    co_return ctx::current().baggage().find("tenant") == "acme" ? 42 : 0;
}

ctx::task<> handle() {
    const auto price = co_await ctx::when_any(ask_server(), ask_cache());  // a std::variant
    std::cout << *ctx::current().baggage().find("tenant") << ": price " << price.index() << " is "
              << std::get<1>(price) << '\n';
}

int main() {
    const ctx::Scope request{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", "acme"))};
    ctx::sync_wait(handle());
}
