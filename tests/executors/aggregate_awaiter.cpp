// An awaiter that GCC destroys twice.

#include <ctx/executors/coroutine/task.hpp>

#include <coroutine>
#include <memory>
#include <utility>

struct Waits {
    std::shared_ptr<int> held;
#ifndef CTX_EXPECT_ERROR
    explicit Waits(std::shared_ptr<int> what) : held(std::move(what)) {}
#endif
    bool await_ready() const noexcept {
        return true;
    }
    void await_suspend(std::coroutine_handle<>) const noexcept {}
    void await_resume() const noexcept {}
};

ctx::task<void> waits(std::shared_ptr<int> held) {
    co_await Waits{std::move(held)};
}
