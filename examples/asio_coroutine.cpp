// Coroutines of several requests on one io_context: after each co_await each has its own context.
//
//   $ ./asio_coroutine
//   acme: paid after 2 waits
//   globex: paid after 2 waits
//   acme in span 00000000000000aa: receipt sent
//   globex in span 00000000000000aa: receipt sent

#include <ctx/context.hpp>
#include <ctx/executors/asio.hpp>

#include <boost/asio.hpp>

#include <chrono>
#include <iostream>
#include <string_view>

namespace asio = boost::asio;

std::string_view tenant() {
    return ctx::current().baggage().find("tenant").value_or("(nobody)");
}

asio::awaitable<void> wait() {
    asio::steady_timer timer{co_await asio::this_coro::executor, std::chrono::microseconds{10}};
    co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> send_receipt() {
    co_await wait();
    std::cout << tenant() << " in span " << ctx::current().span_id().to_string()
              << ": receipt sent\n";
}

asio::awaitable<void> pay() {  // does not know for whom
    co_await wait();
    co_await wait();
    std::cout << tenant() << ": paid after 2 waits\n";

    // A Scope must not be held over a co_await; this is how a span covers some.
    ctx::SpanContext span = ctx::current().span_context();
    span.span_id = ctx::SpanId{0xaa};
    co_await ctx::asio::with_context(ctx::current().with_span(span), send_receipt);
}

int main() {
    asio::io_context io;
    for (const std::string_view name : {"acme", "globex"}) {
        ctx::Scope request{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", name))};
        asio::co_spawn(ctx::asio::wrap(io), pay(), asio::detached);
    }
    io.run();
}
