// A ctx::task awaits operations of Asio: no executor is wrapped, a ctx::Scope may stay open.
//
//   step charge of trace 42

#include <ctx/context.hpp>
#include <ctx/executors.hpp>
#include <ctx/executors/asio.hpp>

#include <boost/asio.hpp>

#include <iostream>

ctx::task<> pay(boost::asio::io_context& io) {
    const ctx::Scope charging{ctx::current().with_baggage(ctx::Baggage{}.set("step", "charge"))};
    boost::asio::steady_timer timer{io, std::chrono::seconds{0}};
    co_await timer.async_wait(ctx::asio::use_task);
    std::cout << "step " << *ctx::current().baggage().find("step") << " of trace "
              << ctx::current().trace_id().low() << '\n';
}

int main() {
    boost::asio::io_context io;
    const ctx::SpanContext span{ctx::TraceId{0, 42}, ctx::SpanId{1}, {}, {}};
    const ctx::Scope request{ctx::Context{}.with_span(span)};
    const std::future<void> paid = ctx::start(pay(io));
    io.run();
}
