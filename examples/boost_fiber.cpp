// Code on Boost.Fiber: with one line per thread each fiber keeps the request it was started for.
//
//   $ ./boost_fiber
//   acme asks for a price
//   globex asks for a price
//   acme pays 7
//   globex pays 7

#include <ctx/context.hpp>
#include <ctx/executors/boost_fiber.hpp>

#include <boost/fiber/all.hpp>

#include <iostream>
#include <string_view>
#include <vector>

namespace fibers = boost::fibers;

std::string_view tenant() {
    return ctx::current().baggage().find("tenant").value_or("(nobody)");
}

int main() {  // NOLINT(bugprone-exception-escape): ends the example, as it should
    fibers::use_scheduling_algorithm<ctx::fibers::algo<fibers::algo::round_robin>>();
    fibers::promise<int> quote;
    fibers::shared_future<int> price{quote.get_future()};
    std::vector<fibers::fiber> orders;
    for (const std::string_view name : {"acme", "globex"}) {
        ctx::Scope request{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", name))};
        orders.emplace_back([price] {
            std::cout << tenant() << " asks for a price\n";
            const int paid = price.get();
            std::cout << tenant() << " pays " << paid << '\n';
        });
    }
    boost::this_fiber::yield();
    quote.set_value(7);
    for (fibers::fiber& order : orders)
        order.join();
}
