// Coroutines keep their request's context over awaits and threads; branches join what they add.
//
//   $ ./task
//   acme: price, stock
//   rate 7 of branch 0

#include <ctx/executors.hpp>

#include <functional>
#include <iostream>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

struct Pool {  // stands for the one you have; here each task gets a thread
    std::vector<std::jthread> threads;
    void post(std::function<void()> task) { threads.emplace_back(std::move(task)); }
};

ctx::task<> ask(Pool& pool, ctx::BaggageKey what) {
    co_await ctx::resume_on(pool);  // another thread, the same context
    const ctx::ContextView now = ctx::current();
    co_await ctx::continue_with(now.with_baggage(now.baggage().set(what, "asked")));
}

ctx::task<int> remembered_rate() {
    co_return 7;
}
ctx::task<int> ask_for_rate(Pool& pool) {
    co_await ctx::resume_on(pool);
    co_return 8;
}

ctx::task<> handle(Pool& pool) {
    co_await ctx::when_all(ask(pool, "price"), ask(pool, "stock"));
    const ctx::Baggage& all = ctx::current().baggage();  // what both branches added
    std::cout << *all.find("tenant") << ": " << (all.contains("price") ? "price" : "no price")
              << ", " << (all.contains("stock") ? "stock" : "no stock") << '\n';

    const auto rate = co_await ctx::when_any(remembered_rate(), ask_for_rate(pool));
    std::cout << "rate " << std::get<0>(rate) << " of branch " << rate.index() << '\n';
}

int main() {
    Pool pool;
    ctx::Scope request{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", "acme"))};
    ctx::sync_wait(handle(pool));
}
