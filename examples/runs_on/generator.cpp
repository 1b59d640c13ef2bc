// The body of a generator runs with the context of whoever made it, the loop with its own.
//
//   acme offers 42
//   globex takes 42
//   acme offers 43
//   globex takes 43

#include <ctx/context.hpp>
#include <ctx/executors/coroutine.hpp>

#include <iostream>

auto tenant() {
    return ctx::current().baggage().find("tenant").value_or("(nobody)");
}

ctx::generator<int> prices() {
    for (int price = 42; price < 44; ++price) {
        std::cout << tenant() << " offers " << price << '\n';
        co_yield price;
    }
}

int main() {
    const ctx::Scope acme{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", "acme"))};
    ctx::generator<int> offers = prices();
    const ctx::Scope globex{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", "globex"))};
    for (const int price : offers)
        std::cout << tenant() << " takes " << price << '\n';
}
