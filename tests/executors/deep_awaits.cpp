// A million awaits that complete at once need no deeper stack, however this is compiled.

#include <ctx/context/current.hpp>
#include <ctx/context/scope.hpp>
#include <ctx/executors/coroutine.hpp>

#include <coroutine>
#include <cstdio>
#include <exception>
#include <utility>

namespace {

constexpr int count = 1'000'000;

ctx::task<int> one() {
    co_return 1;
}

ctx::task<int> sum_of_tasks() {
    int sum = 0;
    for (int i = 0; i < count; ++i)
        sum += co_await one();
    co_return sum;
}

// Resumes at once whoever awaits it.
struct AtOnce {
    AtOnce() = default;
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> coroutine) const noexcept {
        return coroutine;
    }
    int await_resume() const noexcept { return 1; }
};

ctx::task<int> sum_of_foreign() {
    int sum = 0;
    for (int i = 0; i < count; ++i)
        sum += co_await AtOnce{};
    co_return sum;
}

struct Foreign {
    struct promise_type {
        Foreign get_return_object() const noexcept { return {}; }
        std::suspend_never initial_suspend() const noexcept { return {}; }
        std::suspend_never final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}
        void unhandled_exception() const { std::terminate(); }
    };
};

Foreign sum_in_foreign(int& sum) {
    for (int i = 0; i < count; ++i)
        sum += co_await ctx::await(AtOnce{});
}

bool is_all(const char* what, int sum) {
    std::printf("%s: %d of %d\n", what, sum, count);
    return sum == count;
}

}  // namespace

int main() {
    const ctx::Scope scope{ctx::Context{}.with_baggage(ctx::Baggage{})};
    const ctx::detail::Node* const own = ctx::current().node();
    int in_foreign = 0;
    sum_in_foreign(in_foreign);
    const bool all = is_all("tasks", ctx::sync_wait(sum_of_tasks())) &&
                     is_all("foreign", ctx::sync_wait(sum_of_foreign())) &&
                     is_all("in a foreign coroutine", in_foreign);
    return all && ctx::current().node() == own ? 0 : 1;
}
