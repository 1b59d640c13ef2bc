// Requests share a strand, and each handler runs with its own request's context.
//
//   acme pays 42
//   globex pays 42

#include <ctx/context.hpp>
#include <ctx/executors/asio.hpp>

#include <boost/asio.hpp>

#include <iostream>

int main() {
    boost::asio::thread_pool pool{2};
    const auto strand = boost::asio::make_strand(pool);
    for (const char* tenant : {"acme", "globex"}) {
        const ctx::Scope request{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", tenant))};
        boost::asio::post(ctx::asio::wrap(strand), [] {  // the strand goes inside the wrapper
            std::cout << *ctx::current().baggage().find("tenant") << " pays 42\n";
        });
    }
    pool.join();
}
