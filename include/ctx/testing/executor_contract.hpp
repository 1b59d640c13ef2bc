// ctx/testing/executor_contract.hpp: what an adapter of an executor must do, as tests of GoogleTest.
//
//     struct MyPoolAdapter {
//         static constexpr std::size_t threads = 2;
//         void submit(auto&& task) { ctx::wrap(pool).post(std::forward<decltype(task)>(task)); }
//         void submit_bare(auto&& task) { pool.post(std::forward<decltype(task)>(task)); }
//         void wait() {}                                  // its threads run what was submitted
//         MyPool pool{2};
//     };
//     using namespace ctx::testing;
//     INSTANTIATE_TYPED_TEST_SUITE_P(MyPool, ExecutorContract, MyPoolAdapter);
//
// An adapter is made anew for each test, without arguments. Each failure says what is wrong and
// what to do. Of the members below submit() and wait() are necessary.
//
// | member                     | what it says |
// |----------------------------|--------------------------------------------------------------------|
// | `submit(task)`             | hands on a callable through the adapter; from any thread and task |
// | `wait()`                   | runs what waits, if no thread does by itself; called repeatedly |
// | `threads`                  | tasks that run at once; 0: in submit() itself; if not said, 1 |
// | `submit_bare(task)`        | hands on past the adapter; shows whether threads are left clean |
// | `submit_after(delay, task)`| later (milliseconds); for DelayedExecutorContract |
// | `submit_unrun(task)`       | so that it waits for drop_unrun(); for DroppingExecutorContract |
// | `drop_unrun()`             | makes the executor destroy such tasks |
// | `must_not_throw`           | why tasks may not: "the pool ends the process" |
// | `needs_copyable_tasks`     | why: "the pool keeps a std::function" |
// | `destroys_tasks_elsewhere` | why not inside of the adapter: "the pool calls an lvalue" |
// | `needs_one_submitter`      | why other threads may not submit |
//
// The last four are texts; the contract asks less then. Without them wait() or submit() lets out
// what a task throws, or the executor handles it.
//
// Threads   The adapter is made, waited for and destroyed by one thread.
// Errors    What is wrong becomes failures of the test. A task that does not run, or a context that
//           is held, is waited for as long as patience() says (event.hpp).
// Cost      For tests: less than a second per adapter.

#pragma once

#include <ctx/testing/detail/executor_checks.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <utility>

namespace ctx::testing {

namespace detail {

/// What the three suites have in common: an adapter for each test, and a look for leaks behind it.
template <typename Adapter>
class ExecutorFixture : public ::testing::Test {
protected:
    void SetUp() override {
        policy_ = set_scope_misuse_policy(ScopeMisusePolicy::count);  // checked below, not fatal
        leaks_ = std::make_unique<LeakCheck>(__FILE__, __LINE__);
        executor_ = std::make_unique<AdapterHarness<Adapter>>();
    }
    void TearDown() override {
        executor_.reset();
        leaks_.reset();
        set_scope_misuse_policy(policy_);
    }

    [[nodiscard]] ExecutorHarness& executor() noexcept { return *executor_; }
    [[nodiscard]] LeakCheck& leaks() noexcept { return *leaks_; }

private:
    ScopeMisusePolicy policy_ = ScopeMisusePolicy::report;
    std::unique_ptr<LeakCheck> leaks_;
    std::unique_ptr<ExecutorHarness> executor_;
};

}  // namespace detail

/// What every adapter must do.
template <typename Adapter>
class ExecutorContract : public detail::ExecutorFixture<Adapter> {
    static_assert(
        requires(Adapter & adapter, detail::Task task) {
            adapter.submit(std::move(task));
            adapter.wait();
        },
        "the adapter needs submit(task) and wait()");
};
TYPED_TEST_SUITE_P(ExecutorContract);

/// What one must do that can run tasks later.
template <typename Adapter>
class DelayedExecutorContract : public detail::ExecutorFixture<Adapter> {
    static_assert(
        requires(Adapter & adapter, detail::Task task) {
            adapter.submit_after(std::chrono::milliseconds{1}, std::move(task));
        },
        "the adapter needs submit_after(std::chrono::milliseconds, task)");
};
TYPED_TEST_SUITE_P(DelayedExecutorContract);

/// What one must do that can end, or be told to forget tasks, before they ran.
template <typename Adapter>
class DroppingExecutorContract : public detail::ExecutorFixture<Adapter> {
    static_assert(
        requires(Adapter & adapter, detail::Task task) {
            adapter.submit_unrun(std::move(task));
            adapter.drop_unrun();
        },
        "the adapter needs submit_unrun(task) and drop_unrun()");
};
TYPED_TEST_SUITE_P(DroppingExecutorContract);

// Including this header is not using it.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ExecutorContract);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(DelayedExecutorContract);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(DroppingExecutorContract);

TYPED_TEST_P(ExecutorContract, tasks_run_with_the_context_of_their_submitter) {
    detail::check_submitters_context(this->executor());
}
TYPED_TEST_P(ExecutorContract, stop_tokens_and_deadlines_arrive) {
    detail::check_stop_and_deadline(this->executor());
}
TYPED_TEST_P(ExecutorContract, tasks_without_a_context_run_without_one) {
    detail::check_empty_stays_empty(this->executor());
}
TYPED_TEST_P(ExecutorContract, threads_are_clean_after_a_task) {
    detail::check_clean_after_a_task(this->executor());
}
TYPED_TEST_P(ExecutorContract, threads_are_clean_after_a_task_that_changed_the_context) {
    detail::check_clean_after_changes(this->executor());
}
TYPED_TEST_P(ExecutorContract, threads_are_clean_after_a_task_that_threw) {
    detail::check_clean_after_exception(this->executor());
}
TYPED_TEST_P(ExecutorContract, threads_are_clean_after_a_task_that_left_a_scope_open) {
    this->leaks().allow_scope_misuse();
    detail::check_clean_after_open_scope(this->executor());
}
TYPED_TEST_P(ExecutorContract, interleaved_requests_do_not_mix) {
    detail::check_interleaved(this->executor());
}
TYPED_TEST_P(ExecutorContract, submitting_leaves_the_submitter_alone) {
    detail::check_submitter_is_left_alone(this->executor());
}
TYPED_TEST_P(ExecutorContract, tasks_are_destroyed_with_their_context) {
    detail::check_destroyed_with_context(this->executor());
}
TYPED_TEST_P(ExecutorContract, tasks_may_be_move_only_or_submitted_twice) {
    detail::check_move_only(this->executor());
}
TYPED_TEST_P(ExecutorContract, contexts_are_released_with_their_task) {
    detail::check_released(this->executor());
}
TYPED_TEST_P(ExecutorContract, tasks_may_submit_tasks) {
    detail::check_nested(this->executor());
}
TYPED_TEST_P(ExecutorContract, many_tasks_of_many_threads_never_mix) {
    detail::check_stress(this->executor());
}
REGISTER_TYPED_TEST_SUITE_P(ExecutorContract,  //
                            tasks_run_with_the_context_of_their_submitter,
                            stop_tokens_and_deadlines_arrive,
                            tasks_without_a_context_run_without_one, threads_are_clean_after_a_task,
                            threads_are_clean_after_a_task_that_changed_the_context,
                            threads_are_clean_after_a_task_that_threw,
                            threads_are_clean_after_a_task_that_left_a_scope_open,
                            interleaved_requests_do_not_mix, submitting_leaves_the_submitter_alone,
                            tasks_are_destroyed_with_their_context,
                            tasks_may_be_move_only_or_submitted_twice,
                            contexts_are_released_with_their_task, tasks_may_submit_tasks,
                            many_tasks_of_many_threads_never_mix);

TYPED_TEST_P(DelayedExecutorContract, delayed_tasks_run_with_the_context_of_their_submitter) {
    detail::check_delayed(this->executor());
}
TYPED_TEST_P(DelayedExecutorContract, contexts_are_released_with_their_task) {
    detail::check_delayed_is_released(this->executor());
}
REGISTER_TYPED_TEST_SUITE_P(DelayedExecutorContract,
                            delayed_tasks_run_with_the_context_of_their_submitter,
                            contexts_are_released_with_their_task);

TYPED_TEST_P(DroppingExecutorContract, contexts_are_released_with_dropped_tasks) {
    detail::check_dropped(this->executor());
}
REGISTER_TYPED_TEST_SUITE_P(DroppingExecutorContract, contexts_are_released_with_dropped_tasks);

}  // namespace ctx::testing
