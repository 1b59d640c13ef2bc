// Callbacks that are kept run with the context of whoever registered them, not of whoever calls.
//
//   acme hears of 42
//   globex hears of 42

#include <ctx/context.hpp>
#include <ctx/executors/bind.hpp>

#include <functional>
#include <iostream>
#include <thread>
#include <vector>

int main() {
    std::vector<std::function<void(int)>> on_price;  // a member of some class of yours
    for (const char* tenant : {"acme", "globex"}) {
        const ctx::Scope request{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", tenant))};
        on_price.emplace_back(ctx::bind([](int price) {
            std::cout << *ctx::current().baggage().find("tenant") << " hears of " << price << '\n';
        }));
    }
    std::thread feed{[&on_price] {
        for (const auto& callback : on_price)
            callback(42);
    }};
    feed.join();
}
