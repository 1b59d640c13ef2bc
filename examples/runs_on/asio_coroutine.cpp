// A coroutine of Asio keeps the context that its executor was wrapped with over every co_await.
//
//   acme pays 42
//   globex pays 42

#include <ctx/context.hpp>
#include <ctx/executors/asio.hpp>

#include <boost/asio.hpp>

#include <iostream>

boost::asio::awaitable<void> pay() {
    const auto executor = co_await boost::asio::this_coro::executor;
    boost::asio::steady_timer timer{executor, std::chrono::seconds{0}};
    co_await timer.async_wait(boost::asio::use_awaitable);
    std::cout << *ctx::current().baggage().find("tenant") << " pays 42\n";
}

int main() {
    boost::asio::io_context io;
    for (const char* tenant : {"acme", "globex"}) {
        const ctx::Scope request{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", tenant))};
        boost::asio::co_spawn(ctx::asio::wrap(io), pay(), boost::asio::detached);
    }
    io.run();
}
