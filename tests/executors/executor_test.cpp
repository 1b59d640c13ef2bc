#include "executors/support.hpp"
#include <ctx/executors/executor.hpp>

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <utility>

namespace ctx {
namespace {

using test::here;
using test::request;
using test::SmallPool;

class Wrapped : public test::ExecutorsTest {};

std::uint64_t tasks_without_context() {
    for (const StatSample& stat : stats()) {
        if (stat.name == "ctx_executors_tasks_without_context_total") return stat.value;
    }
    ADD_FAILURE() << "the counter is not listed";
    return 0;
}

// Runs at once; the names are those that pools of this world use.
struct Executes {
    template <typename F>
    void execute(F&& f) const {
        std::forward<F>(f)();
    }
};
struct Submits {
    template <typename F, typename... Args>
    auto submit(F f, Args... args) {
        return std::async(std::launch::deferred, std::move(f), std::move(args)...);
    }
};
struct Adds {
    void add(std::function<void()> f) { f(); }
};
struct Enqueues {
    template <typename F>
    int enqueue(F f, int priority) {
        std::move(f)();
        return priority;
    }
    template <typename F>
    void enqueue(F f) {
        std::move(f)();
    }
};
struct TakesNothing {
    void run() {}
};
static_assert(TaskExecutor<SmallPool&> && TaskExecutor<Executes> && TaskExecutor<Submits&> &&
              TaskExecutor<Adds> && TaskExecutor<Enqueues>);
static_assert(!TaskExecutor<TakesNothing> && !TaskExecutor<int>);
static_assert(!TaskExecutor<const Adds&>);

TEST_F(Wrapped, pool_runs_with_the_context_of_each_submitter) {
    SmallPool pool{2};
    const auto executor = wrap(pool);
    const Context one = request(1);
    const Context two = request(2);
    std::promise<const detail::Node*> seen_one;
    std::promise<const detail::Node*> seen_two;
    {
        const Scope scope{one};
        executor.post([&] { seen_one.set_value(here()); });
    }
    {
        const Scope scope{two};
        executor.post([&] { seen_two.set_value(here()); });
    }
    EXPECT_EQ(seen_one.get_future().get(), one.node());
    EXPECT_EQ(seen_two.get_future().get(), two.node());
    EXPECT_EQ(pool.finish(), 0);
}

TEST_F(Wrapped, any_name_for_submitting_will_do) {
    const Context one = request(1);
    const Scope scope{one};
    const detail::Node* seen = nullptr;
    const auto look = [&seen] { seen = here(); };

    wrap(Executes{}).execute(look);
    EXPECT_EQ(std::exchange(seen, nullptr), one.node());
    Submits submits;
    wrap(submits).submit(look).get();
    EXPECT_EQ(std::exchange(seen, nullptr), one.node());
    wrap(Adds{}).add(look);
    EXPECT_EQ(std::exchange(seen, nullptr), one.node());
    EXPECT_EQ(wrap(Enqueues{}).enqueue(look, 9), 9);
    EXPECT_EQ(std::exchange(seen, nullptr), one.node());
}

TEST_F(Wrapped, execute_works_whatever_the_pool_calls_it) {
    const Context one = request(1);
    const Scope scope{one};
    int calls = 0;
    const auto look = [&] { calls += here() == one.node() ? 1 : 0; };
    wrap(Executes{}).execute(look);
    wrap(Submits{}).execute(look).get();
    wrap(Adds{}).execute(look);
    EXPECT_EQ(wrap(Enqueues{}).execute(look, 4), 4);
    SmallPool pool{1};
    wrap(pool).execute(look);
    pool.finish();
    EXPECT_EQ(calls, 5);
}

TEST_F(Wrapped, arguments_and_results_are_the_pools) {
    Submits pool;
    const Scope scope{request(1)};
    auto sum = wrap(pool).submit([](int a, std::unique_ptr<int> b) { return a + *b; }, 1,
                                 std::make_unique<int>(2));
    EXPECT_EQ(sum.get(), 3);
    static_assert(std::is_same_v<decltype(sum), std::future<int>>);
}

TEST_F(Wrapped, the_pool_itself_stays_reachable) {
    SmallPool pool{1};
    const auto executor = wrap(pool);
    EXPECT_EQ(&executor.inner(), &pool);
    const Scope scope{request(1)};
    std::promise<const detail::Node*> seen;
    executor.inner().post([&] { seen.set_value(here()); });
    EXPECT_EQ(seen.get_future().get(), nullptr);  // empty, never a stranger's
}

TEST_F(Wrapped, tasks_without_a_context_are_counted_unless_on_purpose) {
    const auto executor = wrap(Executes{});
    const std::uint64_t before = tasks_without_context();
    executor.execute([] {});
    EXPECT_EQ(tasks_without_context(), before + 1);
    executor.execute(background([] {}));
    EXPECT_EQ(tasks_without_context(), before + 1);
    const Scope scope{request(1)};
    executor.execute([] {});
    EXPECT_EQ(tasks_without_context(), before + 1);
}

TEST_F(Wrapped, a_bound_task_keeps_the_context_it_has) {
    const Context two = request(2);
    const Scope scope{request(1)};
    const detail::Node* seen = nullptr;
    auto task = bind(two, [&seen] { seen = here(); });
    static_assert(std::is_same_v<detail::Submitted<decltype(task)&>, decltype(task)>);
    wrap(Executes{}).execute(task);
    EXPECT_EQ(seen, two.node());
}

}  // namespace
}  // namespace ctx
