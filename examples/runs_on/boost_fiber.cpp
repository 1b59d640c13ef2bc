// A fiber of Boost.Fiber keeps the context of whoever made it over everything it waits for.
//
//   acme pays 42
//   globex pays 42

#include <ctx/context.hpp>
#include <ctx/executors/boost_fiber.hpp>

#include <boost/fiber/all.hpp>

#include <iostream>

namespace fibers = boost::fibers;

int main() {
    fibers::use_scheduling_algorithm<ctx::fibers::algo<fibers::algo::round_robin>>();
    fibers::buffered_channel<int> prices{2};
    std::vector<fibers::fiber> sessions;
    for (const char* tenant : {"acme", "globex"}) {
        const ctx::Scope request{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", tenant))};
        sessions.emplace_back([&prices] {
            const int price = prices.value_pop();
            std::cout << *ctx::current().baggage().find("tenant") << " pays " << price << '\n';
        });
    }
    for (fibers::fiber& session : sessions) {
        prices.push(42);
        session.join();
    }
}
