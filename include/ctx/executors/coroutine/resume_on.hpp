// ctx/executors/coroutine/resume_on.hpp: goes on on a thread of a pool.
//
//     co_await ctx::resume_on(pool);       // anything with post, submit, execute, add or enqueue
//
// In a ctx::task and in coroutines whose promise is a ContextPromise the context comes along; in
// others write `co_await ctx::await(ctx::resume_on(pool))`.
//
// Threads   The coroutine is on a thread of the pool afterwards.
// Errors    What the pool throws comes out of the co_await, and the coroutine goes on where it is.
//           A pool that drops its tasks leaves the coroutine suspended for ever.
// Cost      One submission of a pointer. A pool that runs tasks at once, in the call, nests: some
//           10^5 such awaits in a row overflow a stack of 8 MiB.

#pragma once

#include <ctx/executors/executor.hpp>

#include <coroutine>

namespace ctx {

namespace detail {

/// Two pointers at most, copyable, so that pools of std::function take it without an allocation.
struct ResumeTask {
    std::coroutine_handle<> coroutine;
    void operator()() const { coroutine.resume(); }
};

template <typename Pool>
class [[nodiscard]] ResumeOn {
public:
    explicit ResumeOn(Pool& pool) noexcept : pool_(&pool) {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> coroutine) const {
        static_cast<void>(submit(*pool_, ResumeTask{coroutine}));
    }
    void await_resume() const noexcept {}

private:
    Pool* pool_;
};

}  // namespace detail

/// To be awaited. The pool must outlive the await.
template <typename Pool>
requires detail::TakesTask<Pool, detail::ResumeTask>
[[nodiscard]] detail::ResumeOn<Pool> resume_on(Pool& pool) noexcept {
    return detail::ResumeOn<Pool>{pool};
}

}  // namespace ctx
