// A coroutine has its spawner's context after each co_await; a part of it another one.
// Prints: after await acme
// Prints: part gold
// Prints: back acme
#include <ctx/executors/asio.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstdio>
#include <string>

namespace {

using boost::asio::awaitable;
using boost::asio::use_awaitable;

void say(const char* where) {
    const std::string tenant{ctx::current().baggage().find("tenant").value_or("none")};
    std::printf("%s %s\n", where, tenant.c_str());
}

ctx::Context with_tenant(const char* tenant) {
    return ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", tenant));
}

awaitable<void> part() {
    co_await boost::asio::post(use_awaitable);
    say("part");
}

awaitable<void> session() {
    co_await boost::asio::post(use_awaitable);
    say("after await");
    co_await ctx::asio::with_context(with_tenant("gold"), part);
    say("back");
}

}  // namespace

int main() {
    boost::asio::io_context io;
    co_spawn(ctx::asio::wrap(io, with_tenant("acme")), session(), boost::asio::detached);
    io.run();
}
