// Somebody else's coroutine keeps its context over each co_await of ctx::await().
//
//   acme pays 42

#include <ctx/executors.hpp>

#include <iostream>

struct NewThread : std::suspend_always {  // stands for what you await
    void await_suspend(std::coroutine_handle<> rest) const { std::thread{rest}.join(); }
};

struct Job {  // stands for a type that you cannot change
    struct promise_type {
        Job get_return_object() const noexcept { return {}; }
        std::suspend_never initial_suspend() const noexcept { return {}; }
        std::suspend_never final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}
        void unhandled_exception() const noexcept { std::terminate(); }
    };
};
Job pay() {
    co_await ctx::await(NewThread{});
    std::cout << *ctx::current().baggage().find("tenant") << " pays 42\n";
}

int main() {
    const ctx::Scope request{ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", "acme"))};
    pay();
}
