// A coroutine type of your own keeps its context over every co_await.
//
//   acme pays 42

#include <ctx/executors.hpp>

#include <iostream>

struct NewThread : std::suspend_always {  // stands for what you await
    void await_suspend(std::coroutine_handle<> rest) const { std::thread{rest}.join(); }
};

struct Job {
    struct promise_type : ctx::ContextPromise {
        Job get_return_object() const noexcept { return {}; }
        auto initial_suspend() noexcept { return begin_with(std::suspend_never{}); }
        auto final_suspend() noexcept { return end_with(std::suspend_never{}); }
        void return_void() const noexcept {}
        void unhandled_exception() const noexcept { std::terminate(); }
    };
};
Job pay() {
    co_await NewThread{};
    std::cout << *ctx::current().baggage().find("tenant") << " pays 42\n";
}

int main() {
    const ctx::Scope request{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", "acme"))};
    pay();
}
