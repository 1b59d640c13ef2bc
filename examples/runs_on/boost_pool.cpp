// A pool of Boost.Thread runs each task with the context of whoever submitted it.
//
//   acme pays 42
//   globex pays 42

#include <ctx/context.hpp>
#include <ctx/executors/executor.hpp>

#include <boost/thread/executors/basic_thread_pool.hpp>

#include <iostream>

int main() {
    boost::basic_thread_pool pool{1};
    const auto executor = ctx::wrap(pool);
    for (const char* tenant : {"acme", "globex"}) {
        const ctx::Scope request{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", tenant))};
        executor.submit(
            [] { std::cout << *ctx::current().baggage().find("tenant") << " pays 42\n"; });
    }
    pool.close();
    pool.join();
}
