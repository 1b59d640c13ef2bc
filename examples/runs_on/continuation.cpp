// A continuation runs with the context of whoever chained it, wherever the value comes from.
//
//   acme pays 42

#include <ctx/context.hpp>
#include <ctx/executors/future.hpp>

#include <boost/thread/future.hpp>

#include <iostream>
#include <thread>

int main() {
    boost::promise<int> quote;
    boost::future<void> paid;
    {
        const ctx::Scope request{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", "acme"))};
        paid = quote.get_future().then(
            boost::launch::sync, ctx::bind_once([](boost::future<int> price) {
                std::cout << *ctx::current().baggage().find("tenant") << " pays " << price.get();
            }));
    }
    std::thread{[&quote] { quote.set_value(42); }}.join();
    paid.get();
    std::cout << '\n';
}
