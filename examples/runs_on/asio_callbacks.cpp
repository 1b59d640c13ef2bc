// Callbacks of Asio run with the context of whoever began the operation or posted the function.
//
//   timer: acme
//   post: acme

#include <ctx/context.hpp>
#include <ctx/executors/asio.hpp>

#include <boost/asio.hpp>

#include <iostream>

void say(const char* what) {
    std::cout << what << ctx::current().baggage().find("tenant").value_or("(nobody)") << '\n';
}

int main() {
    boost::asio::io_context io;
    boost::asio::steady_timer timer{io, std::chrono::seconds{0}};
    {
        const ctx::Scope request{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", "acme"))};
        timer.async_wait(ctx::asio::propagate([&io](boost::system::error_code) {
            say("timer: ");
            boost::asio::post(ctx::asio::wrap(io), [] { say("post: "); });
        }));
    }
    io.run();
}
