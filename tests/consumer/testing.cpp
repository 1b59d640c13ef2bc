// The adapter of a user's own executor keeps the contract of adapters.
// Prints: [  PASSED  ] 15 tests.
#include <ctx/executors/executor.hpp>
#include <ctx/testing.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace {

/// Runs its tasks when it is told to.
class EventLoop {
public:
    void post(std::function<void()> task) {
        const std::lock_guard lock{mutex_};
        tasks_.push_back(std::move(task));
    }
    void run() {
        while (std::function<void()> task = take())
            task();
    }
    void clear() {
        while (take()) {
        }
    }

private:
    std::function<void()> take() {
        const std::lock_guard lock{mutex_};
        if (tasks_.empty()) return nullptr;
        std::function<void()> task = std::move(tasks_.back());
        tasks_.pop_back();
        return task;
    }

    std::mutex mutex_;
    std::vector<std::function<void()>> tasks_;
};

struct EventLoopAdapter {
    static constexpr const char* needs_copyable_tasks = "the loop keeps std::function";
    static constexpr const char* destroys_tasks_elsewhere = "the loop destroys them";
    template <typename F>
    void submit(F&& task) {
        ctx::wrap(loop).post(std::forward<F>(task));
    }
    template <typename F>
    void submit_bare(F&& task) {
        loop.post(std::forward<F>(task));
    }
    template <typename F>
    void submit_unrun(F&& task) {
        submit(std::forward<F>(task));
    }
    void drop_unrun() { loop.clear(); }
    void wait() { loop.run(); }

    EventLoop loop;
};

using namespace ctx::testing;
INSTANTIATE_TYPED_TEST_SUITE_P(EventLoop, ExecutorContract, EventLoopAdapter);
INSTANTIATE_TYPED_TEST_SUITE_P(EventLoop, DroppingExecutorContract, EventLoopAdapter);

}  // namespace

int main(int argc, char** argv) {
    ::testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
