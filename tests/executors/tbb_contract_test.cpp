// The contract of adapters, for oneTBB.

#include "executors/contract_support.hpp"
#include <ctx/executors/executor.hpp>
#include <ctx/executors/tbb.hpp>

#include <gtest/gtest.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

#include <utility>

namespace {

using namespace ctx::testing;  // NOLINT: as users do

/// More threads than the machine may have: tasks must meet strangers.
struct ManyThreads {
    tbb::global_control threads_of_tbb{tbb::global_control::max_allowed_parallelism, 4};
};

struct TaskGroup : ManyThreads {
    static constexpr const char* must_not_throw = "an exception cancels the group's other tasks";
    static constexpr const char* destroys_tasks_elsewhere = "oneTBB calls an lvalue";

    void submit(auto&& task) { group.run(ctx::bind(std::forward<decltype(task)>(task))); }
    void submit_bare(auto&& task) { group.run(std::forward<decltype(task)>(task)); }
    void submit_unrun(auto&& task) {
        group.cancel();
        submit(std::forward<decltype(task)>(task));
    }
    void drop_unrun() { group.wait(); }
    void wait() { group.wait(); }
    ~TaskGroup() { group.wait(); }

    tbb::task_group group;
};
INSTANTIATE_TYPED_TEST_SUITE_P(TaskGroup, ExecutorContract, TaskGroup);
INSTANTIATE_TYPED_TEST_SUITE_P(TaskGroup, DroppingExecutorContract, TaskGroup);

struct Arena : ManyThreads {
    static constexpr const char* must_not_throw =
        "an exception of an enqueued task ends the process";
    static constexpr const char* destroys_tasks_elsewhere = "oneTBB calls an lvalue";

    void submit(auto&& task) { ctx::wrap(arena).enqueue(std::forward<decltype(task)>(task)); }
    void submit_bare(auto&& task) { arena.enqueue(std::forward<decltype(task)>(task)); }
    void wait() {}

    tbb::task_arena arena{2, 0};
};
INSTANTIATE_TYPED_TEST_SUITE_P(Arena, ExecutorContract, Arena);

/// A loop of one turn per task: the caller waits, so that tasks run within submit().
struct Loop : ManyThreads {
    static constexpr std::size_t threads = 0;
    static constexpr const char* destroys_tasks_elsewhere = "the loop borrows its body";

    void submit(const auto& task) {
        ctx::tbb::parallel_for(0, 1, [&task](int) { task(); });
    }
    void submit_bare(const auto& task) {
        tbb::parallel_for(0, 1, [&task](int) { task(); });
    }
    void wait() {}
};
INSTANTIATE_TYPED_TEST_SUITE_P(Loop, ExecutorContract, Loop);

}  // namespace
