// A task awaits Asio on an executor without a context and keeps its own; a stop ends its wait.
//
//   $ ./asio_task
//   acme: told to stop

#include <ctx/executors.hpp>
#include <ctx/executors/asio/use_task.hpp>

#include <boost/asio.hpp>

#include <iostream>
#include <thread>

ctx::task<> work(boost::asio::io_context& io) {
    boost::asio::steady_timer timer{io, std::chrono::hours{1}};
    auto [error] = co_await timer.async_wait(boost::asio::as_tuple(ctx::asio::use_task));
    co_await boost::asio::post(io, ctx::asio::use_task);
    std::cout << ctx::current().baggage().find("tenant").value_or("(nobody)")
              << (error ? ": told to stop\n" : ": an hour later\n");
}
int main() {
    boost::asio::io_context io;
    std::stop_source stop;
    const auto acme = ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", "acme"));
    ctx::Scope request{ctx::with_stop_token(acme, stop.get_token())};
    const auto done = ctx::start(work(io));
    std::jthread other{[&stop] { stop.request_stop(); }};
    io.run();
}
