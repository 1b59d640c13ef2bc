// Hold the adapter of your own executor to what those of ctx promise, and test code that uses it.
//
//   $ ./adapter_contract
//   [  PASSED  ] 16 tests.

#include <ctx/executors.hpp>
#include <ctx/testing.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <mutex>
#include <queue>
#include <utility>

// Stands for the executor you have: one thread calls run().
class Loop {
public:
    void post(std::function<void()> task) {
        const std::lock_guard lock{mutex_};
        tasks_.push(std::move(task));
    }
    void run() {
        while (const std::function<void()> task = next())
            task();
    }
    void clear() {
        while (next()) {
        }
    }

private:
    std::function<void()> next() {
        const std::lock_guard lock{mutex_};
        if (tasks_.empty()) return nullptr;
        std::function<void()> task = std::move(tasks_.front());
        tasks_.pop();
        return task;
    }

    std::mutex mutex_;
    std::queue<std::function<void()>> tasks_;
};

// [snippet adapter]
struct LoopAdapter {
    static constexpr const char* needs_copyable_tasks = "the loop keeps a std::function";
    static constexpr const char* destroys_tasks_elsewhere = "the loop calls it as an lvalue";

    void submit(auto task) { ctx::wrap(loop).post(std::move(task)); }  // what is tested
    void submit_bare(auto task) { loop.post(std::move(task)); }        // past it
    void submit_unrun(auto task) { submit(std::move(task)); }
    void drop_unrun() { loop.clear(); }
    void wait() { loop.run(); }

    Loop loop;
};

using namespace ctx::testing;
INSTANTIATE_TYPED_TEST_SUITE_P(Loop, ExecutorContract, LoopAdapter);
INSTANTIATE_TYPED_TEST_SUITE_P(Loop, DroppingExecutorContract, LoopAdapter);
// [end]

// [snippet own]
class Orders : public ContextTest {};  // fails a test that leaks a context

TEST_F(Orders, are_charged_for_their_customer_in_any_order) {
    HopPool pool{42, 3};  // random order, random threads, the same with the same seed
    for (std::uint64_t number = 1; number <= 10; ++number) {
        const ctx::Context request = make_request(number);  // ids, baggage, deadline of its own
        const ctx::Scope scope{request};
        ctx::wrap(pool).post([request] { EXPECT_TRUE(context_is(request)); });
    }
    pool.wait();
    EXPECT_EQ(pool.dirty(), 0U) << "seed " << pool.seed();
}
// [end]

int main(int argc, char** argv) {
    ::testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
