// A signal handler reads the current context while the thread switches between contexts.

#include "executors/support.hpp"
#include <ctx/executors.hpp>

#include <gtest/gtest.h>

#include <signal.h>
#include <sys/time.h>

#include <atomic>
#include <coroutine>
#include <utility>

namespace {

using ctx::Context;
using ctx::Scope;

std::atomic<long> signals_seen{0};
std::atomic<long> wrong_reads{0};

// All three words of the ids are the same: those of a freed context are not, because the allocator
// writes into what it gets back.
void read_current(int) {
    const ctx::ContextView view = ctx::current();
    const ctx::TraceId trace = view.trace_id();
    if (view && (view.span_id().value() != trace.low() || trace.high() != trace.low()))
        wrong_reads.fetch_add(1, std::memory_order_relaxed);
    signals_seen.fetch_add(1, std::memory_order_relaxed);
}

Context fresh() {
    static std::uint64_t last = 0;
    ++last;
    return Context{}.with_span({ctx::TraceId{last, last}, ctx::SpanId{last}, {}, {}, false});
}

class UnderSignals : public ctx::test::ExecutorsTest {
protected:
    void SetUp() override {
        ExecutorsTest::SetUp();
        signals_seen = wrong_reads = 0;
        struct sigaction action {};
        action.sa_handler = read_current;
        action.sa_flags = SA_RESTART;
        ASSERT_EQ(sigaction(SIGALRM, &action, &before_), 0);
        set_timer(20);
    }
    void TearDown() override {
        set_timer(0);
        ASSERT_EQ(sigaction(SIGALRM, &before_, nullptr), 0);
        ExecutorsTest::TearDown();
    }

    // Until enough signals came. @return how many of them read a context that is gone.
    template <typename Switch>
    static long wrong_reads_while(Switch&& once) {
        while (signals_seen.load(std::memory_order_relaxed) < 3000)
            once();
        return wrong_reads;
    }

private:
    static void set_timer(int microseconds) {
        const itimerval every{{0, microseconds}, {0, microseconds}};
        ASSERT_EQ(setitimer(ITIMER_REAL, &every, nullptr), 0);
    }
    struct sigaction before_ {};
};

TEST_F(UnderSignals, boundaries_and_scopes_keep_a_live_context) {
    const auto once = [] {
        const ctx::Boundary boundary{fresh()};
        const Scope scope{fresh()};
        const ctx::Boundary inner{fresh()};
    };
    EXPECT_EQ(wrong_reads_while(once), 0);
}

// Gives the coroutine to the test, which is its only owner.
struct Parked {
    std::coroutine_handle<>* slot;
    explicit Parked(std::coroutine_handle<>* where) : slot(where) {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> coroutine) const noexcept { *slot = coroutine; }
    void await_resume() const noexcept {}
};

ctx::task<void> replaces(std::coroutine_handle<>* slot) {
    co_await ctx::continue_with(fresh());
    co_await Parked{slot};
    co_await ctx::continue_with(fresh());
}

TEST_F(UnderSignals, suspensions_of_tasks_keep_a_live_context) {
    const auto once = [] {
        std::coroutine_handle<> slot;
        const Scope scope{fresh()};
        std::future<void> done = ctx::start(replaces(&slot));
        {
            const Scope other{fresh()};
            slot.resume();
        }
        done.get();
    };
    EXPECT_EQ(wrong_reads_while(once), 0);
}

// Runs the coroutine to its end before it returns.
struct ResumesInside {
    ResumesInside() = default;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> coroutine) const { coroutine.resume(); }
    void await_resume() const noexcept {}
};

ctx::task<void> lets_go_inside() {
    co_await ctx::continue_with(fresh());
    co_await ResumesInside{};
}

TEST_F(UnderSignals, awaits_that_outlive_the_coroutine_keep_a_live_context) {
    const auto once = [] {
        const Scope scope{fresh()};
        ctx::sync_wait(lets_go_inside());
    };
    EXPECT_EQ(wrong_reads_while(once), 0);
}

ctx::generator<int> numbers() {
    const Scope scope{fresh()};
    for (int i = 0; i < 3; ++i)
        co_yield i;
}

TEST_F(UnderSignals, generators_keep_a_live_context) {
    const auto once = [] {
        const Scope scope{fresh()};
        for ([[maybe_unused]] const int number : numbers()) {
        }
    };
    EXPECT_EQ(wrong_reads_while(once), 0);
}

}  // namespace
