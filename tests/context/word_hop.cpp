#include "word_hop.hpp"

#include <ctx/context/current.hpp>
#include <ctx/context/scope.hpp>

#include <ucontext.h>

#include <array>
#include <coroutine>
#include <cstddef>
#include <functional>
#include <semaphore>
#include <thread>
#include <vector>

namespace {

using ctx::Context;
using ctx::test::WrongReads;

constexpr int thread_count = 3;
constexpr int rounds = 100;

// The number of the thread, as a program would keep something of its own per thread.
thread_local int naive = -1;

int running_on = -1;  // the same number, written where a thread takes its turn
std::array<Context, thread_count> contexts;

// Both values are read through functions of this object that are inlined, or could be.
inline void look(WrongReads& wrong) {
    if (ctx::current() != contexts[static_cast<std::size_t>(running_on)]) ++wrong.of_context;
    if (naive != running_on) ++wrong.of_naive;
}

// Threads that all live until the last turn is over: one that ended would give its thread-locals to
// the next one, at the same addresses.
class Turns {
public:
    template <typename Turn>
    void take(int count, Turn turn) {
        std::vector<std::jthread> threads;
        for (int i = 0; i < thread_count; ++i) {
            contexts[static_cast<std::size_t>(i)] = Context{}.with_baggage(ctx::Baggage{});
            threads.emplace_back([this, i, count, turn] { run(i, count, turn); });
        }
        ready_[0].release();
        threads.clear();
        contexts = {};
    }

private:
    void run(int mine, int count, const std::function<void()>& turn) {
        naive = mine;
        const auto index = static_cast<std::size_t>(mine);
        for (int i = mine; i < count; i += thread_count) {
            ready_[index].acquire();
            {
                const ctx::Scope scope{contexts[index]};
                running_on = mine;
                turn();
            }
            ready_[(index + 1) % thread_count].release();
        }
    }

    std::array<std::counting_semaphore<>, thread_count> ready_{
        std::counting_semaphore<>{0}, std::counting_semaphore<>{0}, std::counting_semaphore<>{0}};
};

ucontext_t on_thread;
ucontext_t on_stack;
WrongReads by_stack;

// Reads, hops, and reads again: in one function, so that an address can be kept.
void walk() {
    for (;;) {
        look(by_stack);
        {
            const ctx::Scope scope{Context{}.with_baggage(ctx::Baggage{})};
            if (ctx::current() == contexts[static_cast<std::size_t>(running_on)])
                ++by_stack.of_context;
        }
        look(by_stack);
        swapcontext(&on_stack, &on_thread);
        look(by_stack);
        swapcontext(&on_stack, &on_thread);
    }
}

struct Walker {
    struct promise_type {
        Walker get_return_object() {
            return {std::coroutine_handle<promise_type>::from_promise(*this)};
        }
        std::suspend_always initial_suspend() const noexcept { return {}; }
        std::suspend_always final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}
        void unhandled_exception() const noexcept {}
    };
    std::coroutine_handle<promise_type> coroutine;
};

Walker walk_as_coroutine(WrongReads& wrong) {
    for (;;) {
        look(wrong);
        {
            const ctx::Scope scope{Context{}.with_baggage(ctx::Baggage{})};
            if (ctx::current() == contexts[static_cast<std::size_t>(running_on)])
                ++wrong.of_context;
        }
        co_await std::suspend_always{};
        look(wrong);
        co_await std::suspend_always{};
    }
}

}  // namespace

void ctx_test_hop_by_stack(WrongReads& wrong) {
    std::vector<char> stack(1 << 18);
    by_stack = {};
    getcontext(&on_stack);
    on_stack.uc_stack.ss_sp = stack.data();
    on_stack.uc_stack.ss_size = stack.size();
    makecontext(&on_stack, walk, 0);
    Turns{}.take(rounds, [] { swapcontext(&on_thread, &on_stack); });
    wrong = by_stack;
}

void ctx_test_hop_by_coroutine(WrongReads& wrong) {
    const Walker walker = walk_as_coroutine(wrong);
    Turns{}.take(rounds, [&walker] { walker.coroutine.resume(); });
    walker.coroutine.destroy();
}

const void* ctx_test_current() {
    return ctx::current().node();
}
