// A part of an Asio coroutine is in a child span, awaits included; then the coroutine's is back.
//
//   in span 00000000000000aa
//   in span 0000000000000001

#include <ctx/context.hpp>
#include <ctx/executors/asio.hpp>

#include <boost/asio.hpp>

#include <iostream>

boost::asio::awaitable<void> pay() {
    co_await boost::asio::post(boost::asio::use_awaitable);
    std::cout << "in span " << ctx::current().span_id().to_string() << '\n';
}

boost::asio::awaitable<void> handle() {
    ctx::SpanContext child = ctx::current().span_context();
    child.span_id = ctx::SpanId{0xaa};  // or a span of ctx/tracing.hpp
    co_await ctx::asio::with_context(ctx::current().with_span(child), pay);
    co_await pay();
}

int main() {
    boost::asio::io_context io;
    ctx::Scope request{ctx::Context{}.with_span({ctx::TraceId{1, 2}, ctx::SpanId{1}, {}, {}})};
    boost::asio::co_spawn(ctx::asio::wrap(io), handle, boost::asio::detached);
    io.run();
}
