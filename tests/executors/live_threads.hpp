// Threads that stay alive while work hops between them. A thread that ended gives its thread-local
// storage to the next one, at the same address: what was kept too long would look right.

#pragma once

#include "executors/support.hpp"

#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <vector>

namespace ctx::test {

class LiveThreads {
public:
    explicit LiveThreads(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i)
            threads_.push_back(std::make_unique<SmallPool>(1));
    }

    /// Runs `task` on thread `index`, modulo their number, and waits for its end. What the task
    /// left in the thread's word fails the test.
    void run(std::size_t index, const std::function<void()>& task) {
        std::promise<const detail::Node*> left;
        threads_[index % threads_.size()]->post([&] {
            task();
            left.set_value(here());
        });
        EXPECT_EQ(left.get_future().get(), nullptr);
    }

private:
    std::vector<std::unique_ptr<SmallPool>> threads_;
};

}  // namespace ctx::test
