// A stackful coroutine of Asio keeps its context over every operation that it waits for.
//
//   acme pays 42
//   globex pays 42

#include <ctx/context.hpp>
#include <ctx/executors/asio.hpp>

#include <boost/asio.hpp>
#include <boost/asio/spawn.hpp>

#include <iostream>

void pay(const boost::asio::yield_context& yield) {
    boost::asio::steady_timer timer{yield.get_executor(), std::chrono::seconds{0}};
    timer.async_wait(yield);
    std::cout << *ctx::current().baggage().find("tenant") << " pays 42\n";
}

int main() {
    boost::asio::io_context io;
    for (const char* tenant : {"acme", "globex"}) {
        const ctx::Scope request{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", tenant))};
        boost::asio::spawn(ctx::asio::wrap(io), pay, boost::asio::detached);
    }
    io.run();
}
