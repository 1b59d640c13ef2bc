// A task with a future that any thread may run: it keeps the context of whoever made it.
//
//   $ ./futures
//   acme pays 42
//   this thread works for (nobody)

#include <ctx/context.hpp>
#include <ctx/executors/future.hpp>

#include <iostream>
#include <string>
#include <thread>

std::string tenant() {
    return std::string{ctx::current().baggage().find("tenant").value_or("(nobody)")};
}

int main() {
    std::packaged_task<std::string(int)> task;
    {
        ctx::Scope request{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", "acme"))};
        task = ctx::packaged_task<std::string(int)>(
            [](int price) { return tenant() + " pays " + std::to_string(price); });
    }
    std::future<std::string> answer = task.get_future();
    std::thread{std::move(task), 42}.join();
    std::cout << answer.get() << "\nthis thread works for " << tenant() << '\n';
}
