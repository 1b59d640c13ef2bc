// Both sides of a coroutine of Boost.Coroutine2 keep their own context over every switch.
//
//   acme offers 42
//   globex takes 42

#include <ctx/context.hpp>
#include <ctx/executors/coroutine2.hpp>

#include <iostream>

using Prices = ctx::coroutines2::coroutine<int>;  // was: boost::coroutines2::coroutine<int>

auto tenant() {
    return ctx::current().baggage().find("tenant").value_or("(nobody)");
}

int main() {
    const ctx::Scope request{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", "globex"))};
    Prices::pull_type prices{[](Prices::push_type& sink) {
        const ctx::Scope other{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", "acme"))};
        std::cout << tenant() << " offers 42\n";
        sink(42);
    }};
    for (const int price : prices)
        std::cout << tenant() << " takes " << price << '\n';
}
