// A pool that knows nothing of ctx carries the tenant of whoever submits.
//
//   $ ./thread_pool
//   working for acme
//   working for globex
//   housekeeping for (nobody)

#include <ctx/context.hpp>
#include <ctx/executors.hpp>

#include <functional>
#include <iostream>
#include <queue>
#include <string_view>
#include <thread>

// Stands for the pool you have: anything with post, submit, execute, add or enqueue.
struct Pool {
    std::queue<std::function<void()>> tasks;

    void post(std::function<void()> task) { tasks.push(std::move(task)); }
    void run() {
        std::thread worker{[this] {
            for (; !tasks.empty(); tasks.pop())
                tasks.front()();
        }};
        worker.join();
    }
};

std::string_view tenant() {
    return ctx::current().baggage().find("tenant").value_or("(nobody)");
}

int main() {
    Pool pool;
    const auto executor = ctx::wrap(pool);  // once, where the pool is handed out

    for (const std::string_view name : {"acme", "globex"}) {
        ctx::Scope request{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", name))};
        executor.post([] { std::cout << "working for " << tenant() << '\n'; });
    }
    {
        ctx::Scope request{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", "acme"))};
        executor.post(ctx::background(  // outlives the request: no context, on purpose
            [] { std::cout << "housekeeping for " << tenant() << '\n'; }));
    }
    pool.run();
}
