// ctx/executors/coroutine/spawn.hpp: starts a task from code that is no coroutine.
//
//     std::future<Receipt> receipt = ctx::spawn(pool, charge(order));   // on the pool
//     std::future<Receipt> begun = ctx::start(charge(order));           // here, until it suspends
//     Receipt now = ctx::sync_wait(charge(order));                      // here, to the end
//
// The task has the context that is current where these are called.
//
// Threads   The future may be waited for on any thread. sync_wait() blocks its thread: not in a
//           pool whose other threads the task needs.
// Errors    Exceptions of the task come out of the future. What the pool throws does too. Tasks
//           without a context are counted (`ctx_coroutines_tasks_without_context_total`).
// Cost      One frame and the future's state.

#pragma once

#include <ctx/executors/coroutine/resume_on.hpp>
#include <ctx/executors/coroutine/task.hpp>
#include <ctx/executors/detail/task_count.hpp>

#include <coroutine>
#include <exception>
#include <functional>
#include <future>
#include <optional>
#include <type_traits>
#include <utility>

namespace ctx {

namespace detail {

/// A coroutine that nobody waits for. At its end it gives up its context, then tells the result,
/// and frees itself.
template <typename T>
struct Root {
    class promise_type;
};

/// What tells the result.
template <typename T>
class RootResult {
public:
    template <typename U>
    void return_value(U&& value) {
        value_.emplace(std::forward<U>(value));
    }

protected:
    explicit RootResult(std::promise<T>&& result) noexcept : result_(std::move(result)) {}
    void tell() noexcept {
        if (failure_) return result_.set_exception(std::move(failure_));
        if constexpr (std::is_reference_v<T>) {
            result_.set_value(value_->get());
        } else {
            try {
                result_.set_value(*std::move(value_));
            } catch (...) {  // the result cannot be moved
                result_.set_exception(std::current_exception());
            }
        }
    }
    void fail() noexcept { failure_ = std::current_exception(); }

private:
    using Stored = std::conditional_t<std::is_reference_v<T>,
                                      std::reference_wrapper<std::remove_reference_t<T>>, T>;
    std::promise<T> result_;
    std::optional<Stored> value_;
    std::exception_ptr failure_;
};

template <>
class RootResult<void> {
public:
    void return_void() const noexcept {}

protected:
    explicit RootResult(std::promise<void>&& result) noexcept : result_(std::move(result)) {}
    void tell() { failure_ ? result_.set_exception(std::move(failure_)) : result_.set_value(); }
    void fail() noexcept { failure_ = std::current_exception(); }

private:
    std::promise<void> result_;
    std::exception_ptr failure_;
};

template <typename T>
class Root<T>::promise_type : public ContextPromise, public RootResult<T> {
public:
    template <typename Start>
    promise_type(Start&, task<T>&, std::promise<T>& result) noexcept
        : RootResult<T>(std::move(result)) {}

    Root get_return_object() const noexcept { return {}; }
    auto initial_suspend() noexcept { return begin_with(std::suspend_never{}); }
    void unhandled_exception() noexcept { this->fail(); }

    class Final {
    public:
        explicit Final(promise_type& promise) noexcept : promise_(&promise) {}
        bool await_ready() const noexcept {
            promise_->strand().leave();
            promise_->strand().start_with({});
            promise_->tell();
            return true;
        }
        void await_suspend(std::coroutine_handle<>) const noexcept {}
        void await_resume() const noexcept {}

    private:
        promise_type* promise_;
    };
    Final final_suspend() noexcept { return Final{*this}; }
};

/// Runs a task to its end, from where `begin` lets it go on.
template <typename Begin, typename T>
Root<T> run_to_end(Begin begin, task<T> running, std::promise<T>) {
    co_await begin;
    co_return co_await std::move(running);
}

template <typename Begin, typename T>
std::future<T> start_at(Begin begin, task<T>&& lazy) {
    std::promise<T> result;
    std::future<T> future = result.get_future();
    run_to_end(std::move(begin), std::move(lazy), std::move(result));
    return future;
}

}  // namespace detail

/// Runs a task on this thread until it is suspended for the first time.
template <typename T>
[[nodiscard]] std::future<T> start(task<T> lazy, SourcePlace caller = SourcePlace::here()) {
    detail::count_if_empty(detail::Adapter::coroutines, current(), caller);
    return detail::start_at(std::suspend_never{}, std::move(lazy));
}

/// Starts a task on a thread of a pool, which must outlive it.
template <typename Pool, typename T>
requires detail::TakesTask<Pool, detail::ResumeTask>
[[nodiscard]] std::future<T> spawn(Pool& pool, task<T> lazy,
                                   SourcePlace caller = SourcePlace::here()) {
    detail::count_if_empty(detail::Adapter::coroutines, current(), caller);
    return detail::start_at(resume_on(pool), std::move(lazy));
}

/// Starts a task on this thread and waits for its end.
template <typename T>
T sync_wait(task<T> lazy, SourcePlace caller = SourcePlace::here()) {
    return start(std::move(lazy), caller).get();
}

}  // namespace ctx
