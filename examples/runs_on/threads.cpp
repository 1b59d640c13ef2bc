// Threads and futures of the standard library start with the context of whoever starts them.
//
//   thread: acme
//   jthread: acme
//   async: acme pays 42

#include <ctx/context.hpp>
#include <ctx/executors/thread.hpp>

#include <iostream>

auto tenant() {
    return ctx::current().baggage().find("tenant").value_or("(nobody)");
}

int main() {
    const ctx::Scope request{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", "acme"))};
    ctx::thread([] { std::cout << "thread: " << tenant() << '\n'; }).join();
    ctx::jthread([](const std::stop_token&) {
        std::cout << "jthread: " << tenant() << '\n';
    }).join();
    const auto pay = [](int price) { std::cout << "async: " << tenant() << " pays " << price; };
    ctx::async(std::launch::async, pay, 42).get();
    std::cout << '\n';
}
