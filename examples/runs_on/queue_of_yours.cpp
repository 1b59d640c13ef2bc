// A queue of yours takes each item together with the context of whoever made it.
//
//   acme: order 1
//   globex: order 2

#include <ctx/context.hpp>
#include <ctx/executors/carried.hpp>

#include <iostream>
#include <queue>
#include <thread>

int main() {
    std::queue<ctx::Carried<int>> orders;  // was: std::queue<int>
    for (int number = 0; const char* tenant : {"acme", "globex"}) {
        const ctx::Scope request{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", tenant))};
        orders.push(ctx::Carried{++number});
    }
    std::thread worker{[&orders] {
        for (; !orders.empty(); orders.pop()) {
            const ctx::Scope scope = orders.front().scope();  // the sender's
            std::cout << *ctx::current().baggage().find("tenant") << ": order " << *orders.front()
                      << '\n';
        }
    }};
    worker.join();
}
