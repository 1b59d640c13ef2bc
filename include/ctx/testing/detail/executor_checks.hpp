// The checks of executor_contract.hpp: one function each.

#pragma once

#include <ctx/testing/detail/executor_harness.hpp>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <random>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace ctx::testing::detail {

inline void expect_gone(const Event& gone) {
    if (gone.wait()) return;
    ADD_FAILURE() << "The context is still held although its task is over. Move it into the thread "
                     "for the call and let go of it there, as ctx::bind(task) called as an rvalue "
                     "does; a queue, a future or the executor must not keep the task.";
}

inline void check_submitters_context(ExecutorHarness& executor) {
    const Run run{executor};
    for (std::uint64_t number = 1; number <= 4; ++number) {
        const Context request = make_request(number);
        const Scope scope{request};
        run.submit([notes = run.notes(), request] { notes.expect_current(request, "A task"); });
    }
    run.finish();
}

inline void check_stop_and_deadline(ExecutorHarness& executor) {
    const Run run{executor};
    std::stop_source stop;
    {
        const Scope scope{make_request(1, stop)};
        stop.request_stop();
        run.submit([notes = run.notes(), token = stop.get_token()] {
            if (stop_token_of(current()) != token || !is_cancelled())
                notes.add(
                    "The request's stop token did not arrive: local values belong to the "
                    "context. Keep the ctx::Context itself.");
            if (!time_left())
                notes.add(
                    "The request's deadline did not arrive: local values belong to the "
                    "context. Keep the ctx::Context itself.");
        });
    }
    run.finish();
}

inline void check_empty_stays_empty(ExecutorHarness& executor) {
    const Run run{executor};
    for (std::uint64_t number = 1; number <= 8; ++number) {
        {
            const Scope scope{make_request(number)};
            run.submit([] {});
        }
        run.submit([notes = run.notes()] {
            notes.expect_current(ContextView{}, "A task of nobody, between tasks of requests");
        });
    }
    run.finish();
}

/// Runs `body` as a request whose context must be given up, and looks at the threads.
template <typename Body>
void check_clean_after(ExecutorHarness& executor, const char* after, const Body& body) {
    const Run run{executor};
    const Event gone;
    {
        const Scope scope{watched(make_request(1), gone)};
        run.submit(body);
    }
    run.finish();
    run.look_at_threads(after);
    expect_gone(gone);
}

inline void check_clean_after_a_task(ExecutorHarness& executor) {
    check_clean_after(executor, "after a task of a request", [] {});
}

inline void check_clean_after_changes(ExecutorHarness& executor) {
    check_clean_after(executor, "after a task that changed the context", [] {
        const Scope other{make_request(2)};
        const Scope child{current().with_span({TraceId{1, 2}, SpanId{3}, {}, {}, false})};
    });
}

inline void check_clean_after_exception(ExecutorHarness& executor) {
    const bool keeps_it_inside = !executor.must_not_throw().empty();
    check_clean_after(executor, "after a task that threw", [keeps_it_inside] {
        try {
            const Scope other{make_request(2)};
            throw OnPurpose{};
        } catch (const OnPurpose&) {
            if (!keeps_it_inside) throw;
        }
    });
}

inline void check_clean_after_open_scope(ExecutorHarness& executor) {
    const Run run{executor};
    const Event gone;
    const auto forgotten = std::make_shared<std::optional<Scope>>();
    {
        const Scope scope{make_request(1)};
        run.submit([forgotten, gone] { forgotten->emplace(watched(make_request(2), gone)); });
    }
    run.finish();
    run.look_at_threads("after a task that left a Scope open");
    if (!gone.wait()) {
        ADD_FAILURE() << "What a task left behind in a Scope that it did not end is still current "
                         "somewhere: run tasks inside a ctx::Boundary and not inside a ctx::Scope.";
    }
    forgotten->reset();
}

inline void check_interleaved(ExecutorHarness& executor) {
    const Run run{executor};
    const Context requests[] = {make_request(1), make_request(2)};
    for (int i = 0; i < 20; ++i) {
        const Context& request = requests[i % 2];
        const Scope scope{request};
        run.submit([notes = run.notes(), request, i] {
            const std::string who = "Task " + std::to_string(i) + " of two requests in turn";
            notes.expect_current(request, who);
            {
                const Context child = request.with_span({request.trace_id(), SpanId{7}, {}, {}});
                const Scope inner{child};
                notes.expect_current(child, who + ", in a Scope");
            }
            notes.expect_current(request, who + ", after a Scope");
        });
    }
    run.finish();
}

inline void check_submitter_is_left_alone(ExecutorHarness& executor) {
    constexpr const char* hint =
        "submit() must leave the submitter's context alone, also when the task runs in it: use a "
        "ctx::Boundary, which puts back what was there.";
    const Run run{executor};
    run.submit([] { const Scope scope{make_request(3)}; });
    run.notes().expect_current(ContextView{}, "The submitter without a context", hint);
    const Context request = make_request(1);
    const Scope scope{request};
    run.submit([] { const Scope inner{make_request(2)}; });
    run.notes().expect_current(request, "The submitter, behind submit()", hint);
    if (current() != request)
        run.notes().add(std::string{"The submitter has a copy of its context. "} + hint);
    run.finish();
}

inline void check_destroyed_with_context(ExecutorHarness& executor) {
    const Run run{executor};
    const bool anywhere = !executor.destroys_tasks_elsewhere().empty();
    const Context request = make_request(1);
    {
        const Scope scope{request};
        run.submit([] {},
                   [notes = run.notes(), request, anywhere] {
                       if (anywhere) return;
                       notes.expect_current(
                           request, "The destructor of a task",
                           "Destroy the task before its context is taken away, so that what its "
                           "members do at their end (log, count, send) is done for the request: "
                           "call the result of ctx::bind(task) as an rvalue. If the pool does not "
                           "allow it, say why in `destroys_tasks_elsewhere`.");
                   });
    }
    run.finish();  // fails when the task is not destroyed at all
}

inline void check_move_only(ExecutorHarness& executor) {
    const Run run{executor};
    const Context one = make_request(1);
    const Context two = make_request(2);
    if (executor.needs_copyable_tasks().empty()) {
        const Scope scope{one};
        run.submit_move_only(
            [notes = run.notes(), one] { notes.expect_current(one, "A move-only task"); });
    } else {  // then one task may be submitted twice
        const auto calls = std::make_shared<std::atomic<int>>(0);
        const auto sees = [notes = run.notes(), one, two, calls] {
            const bool is_second = calls->fetch_add(1) == 1;
            notes.expect_current(is_second ? two : one, "A task that was submitted twice");
        };
        const Task task = run.make_task(sees);
        {
            const Scope scope{one};
            run.submit(task);
        }
        run.finish();
        const Scope scope{two};
        run.submit_again(task);
        run.finish();
        if (*calls != 2) ADD_FAILURE() << "A task that was submitted twice ran " << *calls;
    }
    run.finish();
}

inline void check_released(ExecutorHarness& executor) {
    const Run run{executor};
    const Event gone{3};
    for (std::uint64_t number = 1; number <= 3; ++number) {
        const Scope scope{watched(make_request(number), gone)};
        run.submit([] {});
    }
    run.finish();
    expect_gone(gone);
}

inline void submit_nested(const Run& run, int depth) {
    if (depth == 0) return;
    const Context mine{current()};
    const Context child = mine.with_baggage(mine.baggage().set("depth", std::to_string(depth)));
    {
        const Scope scope{child};
        run.submit([run, child, depth] {
            run.notes().expect_current(child, "A task that a task submitted");
            submit_nested(run, depth - 1);
        });
    }
    run.notes().expect_current(mine, "A task, after it had submitted another one",
                               "submit() must leave the submitter's context alone.");
}

inline void check_nested(ExecutorHarness& executor) {
    const Run run{executor};
    for (std::uint64_t number = 1; number <= 2; ++number) {
        const Scope scope{make_request(number)};
        run.submit([run] { submit_nested(run, 3); });
    }
    run.finish();
}

/// That of the environment variable CTX_TESTING_SEED, or another one each time.
inline std::uint64_t stress_seed() {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): no test changes its environment
    const char* const text = std::getenv("CTX_TESTING_SEED");
    return text == nullptr ? std::random_device{}() : std::strtoull(text, nullptr, 10);
}

/// One of many random tasks: looks, opens a Scope, submits another, throws.
inline void stress_task(const Run& run, const Context& request, unsigned random, bool may_throw) {
    run.notes().expect_current(request, "A task");
    {
        const Scope scope{make_request(random % 5)};
        if (random % 3 == 0) {
            run.submit([run, own = Context{current()}] {
                run.notes().expect_current(own, "A task that a task submitted");
            });
        }
    }
    run.notes().expect_current(request, "A task, after a Scope");
    if (may_throw && random % 7 == 0) throw OnPurpose{};
}

inline void submit_at_random(const Run& run, std::uint64_t seed, bool may_throw) {
    constexpr int tasks = 100;
    std::mt19937_64 random{seed};
    for (int i = 0; i < tasks; ++i) {
        const std::uint64_t number = random() % 20;
        const Context request = number == 0 ? Context{} : make_request(number);
        const Scope scope{request};
        const auto choice = static_cast<unsigned>(random());
        run.submit(
            [run, request, choice, may_throw] { stress_task(run, request, choice, may_throw); });
        run.notes().expect_current(request, "A submitter, behind submit()");
    }
}

inline void check_stress(ExecutorHarness& executor) {
    const Run run{executor};
    const std::uint64_t seed = stress_seed();
    const bool may_throw = executor.must_not_throw().empty();
    std::vector<std::thread> submitters;
    for (std::uint64_t i = 1; i < (executor.needs_one_submitter().empty() ? 4U : 1U); ++i)
        submitters.emplace_back([=, &run] { submit_at_random(run, seed + i, may_throw); });
    submit_at_random(run, seed, may_throw);
    for (std::thread& submitter : submitters)
        submitter.join();
    run.finish("CTX_TESTING_SEED=" + std::to_string(seed) + " gives the same tasks again. ");
}

inline void check_delayed(ExecutorHarness& executor) {
    using std::chrono::milliseconds;
    const Run run{executor};
    for (std::uint64_t number = 1; number <= 4; ++number) {
        const Context request = number == 3 ? Context{} : make_request(number);
        const Scope scope{request};
        run.submit_after(
            milliseconds{5 - static_cast<int>(number)},
            [notes = run.notes(), request] { notes.expect_current(request, "A delayed task"); });
    }
    run.finish();
    run.look_at_threads("after delayed tasks");
}

inline void check_delayed_is_released(ExecutorHarness& executor) {
    const Run run{executor};
    const Event gone;
    {
        const Scope scope{watched(make_request(1), gone)};
        run.submit_after(std::chrono::milliseconds{1}, [] {});
    }
    run.finish();
    expect_gone(gone);
}

inline void check_dropped(ExecutorHarness& executor) {
    const Run run{executor};
    const Event released;
    const Event destroyed;
    {
        const Scope scope{watched(make_request(1), released)};
        executor.submit_unrun(
            Task{std::make_shared<Work>([notes = run.notes()] { notes.add("A dropped task ran."); },
                                        [destroyed] { destroyed.arrive(); })});
    }
    const Context request = make_request(2);
    {
        const Scope scope{request};
        executor.drop_unrun();
        run.notes().expect_current(request, "Whoever called drop_unrun()",
                                   "Destroying tasks must leave the thread's context alone.");
    }
    if (!destroyed.wait()) ADD_FAILURE() << "A task that was dropped is not destroyed.";
    if (!released.wait())
        ADD_FAILURE() << "A task that was dropped is gone and its context is still held: keep both "
                         "in one object, as ctx::bind(task) does.";
    run.finish();
}

}  // namespace ctx::testing::detail
