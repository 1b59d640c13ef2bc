// Contexts under threads, signals and process exit.

#include <ctx/context/boundary.hpp>
#include <ctx/context/current.hpp>
#include <ctx/context/scope.hpp>
#include <ctx/context/stats.hpp>

#include <gtest/gtest.h>

#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <latch>
#include <string>
#include <thread>
#include <vector>

namespace {

using ctx::Context;

Context context_of(std::uint64_t id) {
    return Context{}.with_span({ctx::TraceId{id, id}, ctx::SpanId{id}, {}, {}, false});
}

TEST(Concurrency, shared_contexts_are_released_once_whoever_is_last) {
    const auto before = ctx::live_contexts();
    constexpr int threads = 8;
    for (int round = 0; round < 200; ++round) {
        Context shared = context_of(1).with_baggage(ctx::Baggage{}.set("a", "1"));
        std::vector<std::jthread> workers;
        for (int i = 0; i < threads; ++i) {
            workers.emplace_back([copy = shared]() mutable {
                const ctx::Scope scope{std::move(copy)};
                const Context child = Context{ctx::current()}.with_span(
                    {ctx::TraceId{1, 1}, ctx::SpanId{9}, {}, {}, false});
                EXPECT_EQ(child.baggage().find("a"), "1");
            });
        }
        shared = Context{};
    }
    EXPECT_EQ(ctx::live_contexts(), before);
}

TEST(Concurrency, references_taken_and_given_up_at_the_same_time_are_all_counted) {
    const auto before = ctx::live_contexts();
    for (int round = 0; round < 20; ++round) {
        const Context shared = context_of(1);
        std::latch together{2};
        const auto work = [&] {
            together.arrive_and_wait();
            for (int i = 0; i < 20'000; ++i)
                const Context copy = shared;
        };
        std::jthread other{work};
        work();
    }
    EXPECT_EQ(ctx::live_contexts(), before);
}

std::atomic<long> signals_seen{0};
std::atomic<long> wrong_reads{0};

// All three words of a context's ids are the same: a torn or freed context's are not, because the
// allocator writes into what it gets back.
void read_current(int) {
    const ctx::ContextView view = ctx::current();
    const ctx::TraceId trace = view.trace_id();
    if (view && (view.span_id().value() != trace.low() || trace.high() != trace.low())) {
        wrong_reads.fetch_add(1, std::memory_order_relaxed);
    }
    signals_seen.fetch_add(1, std::memory_order_relaxed);
}

TEST(Concurrency, a_signal_handler_always_reads_a_live_context) {
    struct sigaction action {};
    action.sa_handler = read_current;
    struct sigaction old {};
    ASSERT_EQ(sigaction(SIGALRM, &action, &old), 0);
    const itimerval every_20_us{{0, 20}, {0, 20}};
    ASSERT_EQ(setitimer(ITIMER_REAL, &every_20_us, nullptr), 0);
    std::uint64_t id = 0;
    while (signals_seen.load(std::memory_order_relaxed) < 5000) {
        const ctx::Scope outer{context_of(++id)};
        const ctx::Scope inner{context_of(++id)};
    }
    const itimerval off{};
    ASSERT_EQ(setitimer(ITIMER_REAL, &off, nullptr), 0);
    ASSERT_EQ(sigaction(SIGALRM, &old, nullptr), 0);
    EXPECT_EQ(wrong_reads, 0);
}

TEST(Concurrency, a_forked_child_goes_on_in_the_context_of_its_parent) {
    const auto live = ctx::live_contexts();
    {
        const Context own = context_of(5);
        const ctx::Scope scope{own};
        const pid_t child = fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            if (ctx::current() != own) _exit(1);
            {
                const ctx::Boundary boundary{context_of(6)};
                const ctx::Scope inner{context_of(7)};
                if (ctx::current().span_id() != ctx::SpanId{7}) _exit(2);
            }
            if (ctx::current() != own) _exit(3);
            if (ctx::live_contexts() != live + 1) _exit(4);
            _exit(0);
        }
        int status = -1;
        ASSERT_EQ(waitpid(child, &status, 0), child);
        EXPECT_TRUE(WIFEXITED(status));
        EXPECT_EQ(WEXITSTATUS(status), 0);
        EXPECT_EQ(ctx::current(), own);
    }
    EXPECT_EQ(ctx::live_contexts(), live);
}

// What runs while a process ends may still use contexts.
struct UsesContextsLate {
    std::string where;
    ~UsesContextsLate() {
        const ctx::Scope scope{context_of(3)};
        if (ctx::current().span_id() != ctx::SpanId{3}) _exit(4);
    }
};

thread_local const UsesContextsLate in_thread{"thread"};

TEST(Concurrency, thread_local_and_static_destructors_may_use_contexts) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        static const UsesContextsLate at_exit{"static"};
        std::atexit([] {
            const ctx::Scope scope{context_of(4)};
            if (!ctx::current()) _exit(5);
        });
        std::thread{[] {
            if (in_thread.where != "thread") _exit(6);
        }}.join();
        if (at_exit.where + in_thread.where != "staticthread") _exit(7);
        std::exit(0);
    }
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
