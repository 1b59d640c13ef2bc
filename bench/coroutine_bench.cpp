// Suspensions that keep the context beside those of a coroutine that has none; an uncontended
// `lock xadd` is the unit.

#include "support/allocations.hpp"
#include "support/xadd.hpp"
#include <ctx/context.hpp>
#include <ctx/executors/coroutine.hpp>

#include <benchmark/benchmark.h>

#include <coroutine>
#include <exception>
#include <utility>

namespace {

ctx::Context request() {
    return ctx::Context{}
        .with_span({ctx::new_trace_id(), ctx::new_span_id(), ctx::TraceFlags{3}, {}, false})
        .with_baggage(ctx::Baggage{}.set("tenant", "acme"));
}

using ctx::bench::floor_xadd;
BENCHMARK(floor_xadd);

// Awaits without end; the benchmark resumes it.
struct Bare {
    struct promise_type {
        Bare get_return_object() {
            return {std::coroutine_handle<promise_type>::from_promise(*this)};
        }
        std::suspend_always initial_suspend() const noexcept { return {}; }
        std::suspend_always final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}
        void unhandled_exception() const { std::terminate(); }
    };
    std::coroutine_handle<promise_type> coroutine;
};

struct Keeping {
    struct promise_type : ctx::ContextPromise {
        Keeping get_return_object() {
            return {std::coroutine_handle<promise_type>::from_promise(*this)};
        }
        auto initial_suspend() noexcept { return begin_with(std::suspend_always{}); }
        auto final_suspend() noexcept { return end_with(std::suspend_always{}); }
        auto yield_value(int) noexcept { return pause_with(std::suspend_always{}); }
        void return_void() const noexcept {}
        void unhandled_exception() const { std::terminate(); }
    };
    std::coroutine_handle<promise_type> coroutine;
};

// Says where to resume, as the awaiters of executors do: the compiler cannot see through it.
struct Handed {
    std::coroutine_handle<>* to;
    explicit Handed(std::coroutine_handle<>* slot) noexcept : to(slot) {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> coroutine) const noexcept { *to = coroutine; }
    void await_resume() const noexcept {}
};

Bare bare(std::coroutine_handle<>* slot) {
    for (;;)
        co_await Handed{slot};
}
Bare awaiting(std::coroutine_handle<>* slot) {
    for (;;)
        co_await ctx::await(Handed{slot});
}
Keeping keeping(std::coroutine_handle<>* slot) {
    for (;;)
        co_await Handed{slot};
}
Keeping yielding() {
    for (;;)
        co_yield 0;
}

template <typename Coroutine>
void resume_again_and_again(benchmark::State& state, Coroutine made,
                            std::coroutine_handle<>& slot) {
    slot = made.coroutine;
    slot.resume();
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state) {
        benchmark::DoNotOptimize(slot);
        slot.resume();
    }
    made.coroutine.destroy();
}

void floor_suspension(benchmark::State& state) {
    std::coroutine_handle<> slot;
    resume_again_and_again(state, bare(&slot), slot);
}
BENCHMARK(floor_suspension);

// What knows of contexts: moves only.
void suspension_aware(benchmark::State& state) {
    const ctx::Scope scope{request()};
    const Keeping made = yielding();
    made.coroutine.resume();
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state)
        made.coroutine.resume();
    made.coroutine.destroy();
}
BENCHMARK(suspension_aware);

// What does not: the context stays current while the awaiter works.
void suspension_foreign(benchmark::State& state) {
    const ctx::Scope scope{request()};
    std::coroutine_handle<> slot;
    resume_again_and_again(state, keeping(&slot), slot);
}
BENCHMARK(suspension_foreign);

void suspension_await(benchmark::State& state) {
    const ctx::Scope scope{request()};
    std::coroutine_handle<> slot;
    resume_again_and_again(state, awaiting(&slot), slot);
}
BENCHMARK(suspension_await);

// Bare tasks of the same shape.
class BareTask {
public:
    struct promise_type {
        std::coroutine_handle<> continuation;
        BareTask get_return_object() {
            return BareTask{std::coroutine_handle<promise_type>::from_promise(*this)};
        }
        std::suspend_always initial_suspend() const noexcept { return {}; }
        auto final_suspend() const noexcept {
            struct Final {
                bool await_ready() const noexcept { return false; }
                std::coroutine_handle<> await_suspend(
                    std::coroutine_handle<promise_type> ended) const noexcept {
                    return ended.promise().continuation;
                }
                void await_resume() const noexcept {}
            };
            return Final{};
        }
        void return_void() const noexcept {}
        void unhandled_exception() const { std::terminate(); }
    };
    explicit BareTask(std::coroutine_handle<promise_type> coroutine) : coroutine_(coroutine) {}
    BareTask(BareTask&& other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
    BareTask& operator=(BareTask&&) = delete;
    ~BareTask() {
        if (coroutine_) coroutine_.destroy();
    }
    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) const noexcept {
        coroutine_.promise().continuation = awaiting;
        return coroutine_;
    }
    void await_resume() const noexcept {}

private:
    std::coroutine_handle<promise_type> coroutine_;
};

BareTask bare_child() {
    co_return;
}
ctx::task<> child() {
    co_return;
}

Bare bare_parent(benchmark::State& state) {
    for (auto _ : state)
        co_await bare_child();
}
ctx::task<> parent(benchmark::State& state) {
    const ctx::bench::AllocationsPerIteration allocations{state};
    for (auto _ : state)
        co_await child();
}

void floor_child_task(benchmark::State& state) {
    const Bare made = bare_parent(state);
    made.coroutine.resume();
    made.coroutine.destroy();
}
BENCHMARK(floor_child_task);

void child_task(benchmark::State& state) {
    const ctx::Scope scope{request()};
    ctx::sync_wait(parent(state));
}
BENCHMARK(child_task);

}  // namespace

BENCHMARK_MAIN();
