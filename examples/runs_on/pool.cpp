// A pool that knows nothing of ctx runs each task with the context of whoever submitted it.
//
//   acme pays 42
//   globex pays 42

#include <ctx/context.hpp>
#include <ctx/executors.hpp>

#include <iostream>

struct Pool {  // stands for yours: post, submit, execute, add or enqueue
    std::vector<std::function<void()>> tasks;
    void submit(std::function<void()> task) { tasks.push_back(std::move(task)); }
};

int main() {
    Pool pool;
    const auto executor = ctx::wrap(pool);  // once, where the pool is handed out
    for (const char* tenant : {"acme", "globex"}) {
        const ctx::Scope request{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", tenant))};
        executor.submit(
            [] { std::cout << *ctx::current().baggage().find("tenant") << " pays 42\n"; });
    }
    std::thread worker{[&pool] {
        for (const auto& task : pool.tasks)
            task();
    }};
    worker.join();
}
