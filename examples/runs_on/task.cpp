// ctx::task keeps its context over every co_await; when_all gives it to each branch.
//
//   acme: 42 in 7 days

#include <ctx/context.hpp>
#include <ctx/executors.hpp>

#include <iostream>

struct Pool {  // stands for yours; here each task gets a thread
    std::vector<std::jthread> threads;
    void post(std::function<void()> task) { threads.emplace_back(std::move(task)); }
};

ctx::task<int> ask(Pool& pool, int answer) {
    co_await ctx::resume_on(pool);
    co_return ctx::current().baggage().find("tenant") == "acme" ? answer : 0;
}

ctx::task<> handle(Pool& pool) {
    const auto [price, days] = co_await ctx::when_all(ask(pool, 42), ask(pool, 7));
    std::cout << *ctx::current().baggage().find("tenant") << ": " << price << " in " << days;
}

int main() {
    Pool pool;
    const ctx::Scope request{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", "acme"))};
    ctx::sync_wait(handle(pool));
    std::cout << " days\n";
}
