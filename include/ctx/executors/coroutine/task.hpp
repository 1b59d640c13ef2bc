// ctx/executors/coroutine/task.hpp: a coroutine that keeps its context over any co_await.
//
//     ctx::task<Receipt> charge(Order order) {
//         ctx::Scope scope{ctx::current().with_baggage(…)};   // may be held over co_await
//         co_await ctx::resume_on(pool);                       // another thread, same context
//         co_return co_await bank.pay(order);                  // another task, or any awaitable
//     }
//
//     ctx::Context request = …;
//     std::future<Receipt> receipt = ctx::spawn(pool, charge(order));
//     Receipt now = ctx::sync_wait(charge(order));
//
// A task is lazy: it starts when it is awaited or handed to spawn() or sync_wait(), with the
// context that is current then. Whatever it awaits, a timer, a pool, other people's coroutines, it
// goes on with its own context, and the thread that resumed it gets its context back.
//
// The parameters of a task that is destroyed before it starts are destroyed in the context of
// whoever destroys it.
//
// Threads   A task runs on one thread at a time, and may change threads at each co_await.
// Errors    An exception of the coroutine comes out of the co_await, the future, or sync_wait().
//           Awaiting a task twice, or an empty one, is a programming error: assertion.
// Cost      One frame. An await of a task: moves of the context, one increment, and a symmetric
//           transfer where the compiler makes a tail call of it: however many tasks complete at
//           once, the stack gets no deeper. What resumes a task within the call that it awaits, as
//           a pool does that runs tasks at once, nests (resume_on.hpp).

#pragma once

#include <ctx/executors/coroutine/context_promise.hpp>

#include <cassert>
#include <coroutine>
#include <exception>
#include <functional>
#include <type_traits>
#include <utility>
#include <variant>

namespace ctx {

template <typename T = void>
class task;

namespace detail {

/// How a coroutine is resumed from another one's await_suspend. GCC makes a tail call of a
/// symmetric transfer only from -O2 on, and not under every sanitizer; elsewhere each one needs
/// more stack. ctx's CMake targets say CTX_SYMMETRIC_TRANSFER in Release and RelWithDebInfo builds.
enum class Transfer : bool { symmetric, nested };
#if defined(__GNUC__) && !defined(__clang__) &&                    \
    (!defined(CTX_SYMMETRIC_TRANSFER) || !defined(__OPTIMIZE__) || \
     defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__))
inline constexpr Transfer usual_transfer = Transfer::nested;
#else
inline constexpr Transfer usual_transfer = Transfer::symmetric;
#endif

/// What does not depend on the type of the result.
class TaskPromiseBase : public ContextPromise {
public:
    TaskPromiseBase() noexcept : ContextPromise(CapturesNothing{}) {}

    auto initial_suspend() noexcept { return begin_with(std::suspend_always{}); }

    struct Final {
        bool await_ready() const noexcept { return false; }
        template <typename Promise>
        [[gnu::noinline]] std::coroutine_handle<> await_suspend(
            std::coroutine_handle<Promise> coroutine) const noexcept {
            TaskPromiseBase& promise = coroutine.promise();
            promise.strand().leave();
            const std::coroutine_handle<> next = promise.continuation_;
            const bool is_nested = promise.key_.call != nullptr;
            if (is_nested && InlineCall::complete(promise.key_, &promise)) {
                return std::noop_coroutine();
            }
            return next;
        }
        void await_resume() const noexcept {}
    };
    Final final_suspend() const noexcept { return {}; }

    /// What happens when the task is over, and with which context it begins.
    void start_with(Context context, std::coroutine_handle<> continuation) noexcept {
        strand().start_with(std::move(context));
        continuation_ = continuation;
    }
    void complete_within(InlineKey key) noexcept { key_ = key; }

    /// The context that the task had at its end.
    [[nodiscard]] ContextView last_context() noexcept { return strand().kept(); }

private:
    std::coroutine_handle<> continuation_;
    InlineKey key_;
};

template <typename T>
class TaskPromise : public TaskPromiseBase {
public:
    task<T> get_return_object() noexcept;
    void unhandled_exception() noexcept { result_.template emplace<2>(std::current_exception()); }
    template <typename U = T>
    requires std::is_constructible_v<T, U>
    void return_value(U&& value) noexcept(std::is_nothrow_constructible_v<T, U>) {
        result_.template emplace<1>(std::forward<U>(value));
    }
    [[nodiscard]] bool has_failed() const noexcept { return result_.index() == 2; }
    void rethrow_failure() const {
        if (has_failed()) std::rethrow_exception(std::get<2>(result_));
    }
    T result() {
        rethrow_failure();
        return static_cast<T>(std::get<1>(std::move(result_)));
    }

private:
    using Stored = std::conditional_t<std::is_reference_v<T>,
                                      std::reference_wrapper<std::remove_reference_t<T>>, T>;
    std::variant<std::monostate, Stored, std::exception_ptr> result_;
};

template <>
class TaskPromise<void> : public TaskPromiseBase {
public:
    task<void> get_return_object() noexcept;
    void unhandled_exception() noexcept { failure_ = std::current_exception(); }
    void return_void() noexcept {}
    [[nodiscard]] bool has_failed() const noexcept { return failure_ != nullptr; }
    void rethrow_failure() const {
        if (failure_ != nullptr) std::rethrow_exception(failure_);
    }
    void result() const { rethrow_failure(); }

private:
    std::exception_ptr failure_;
};

template <typename T>
class TaskAwaiter;
struct TaskAccess;

}  // namespace detail

/// A coroutine with a result of type T.
template <typename T>
class [[nodiscard]] task {
public:
    using promise_type = detail::TaskPromise<T>;
    using value_type = T;

    task() noexcept = default;
    task(task&& other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
    task& operator=(task&& other) noexcept {
        task moved{std::move(other)};
        std::swap(coroutine_, moved.coroutine_);
        return *this;
    }
    /// A task that has not ended is destroyed, unwinding in its own context. It must be suspended.
    ~task() {
        if (coroutine_) coroutine_.destroy();
    }

    /// Whether there is a coroutine.
    [[nodiscard]] explicit operator bool() const noexcept { return coroutine_ != nullptr; }

    /// Starts it with the context that is current, and waits for its end. To be awaited once.
    [[nodiscard]] auto operator co_await() && noexcept {
        return detail::TaskAwaiter<T>{std::move(*this), nullptr};
    }
    /// The same from a coroutine that keeps its context.
    [[nodiscard]] auto in_strand(detail::Strand& strand) && noexcept {
        return detail::TaskAwaiter<T>{std::move(*this), &strand};
    }

private:
    friend detail::TaskPromise<T>;
    friend detail::TaskAwaiter<T>;
    friend struct detail::TaskAccess;
    explicit task(std::coroutine_handle<promise_type> coroutine) noexcept : coroutine_(coroutine) {}

    std::coroutine_handle<promise_type> coroutine_;
};

namespace detail {

/// For what starts tasks in ways of its own.
struct TaskAccess {
    template <typename T>
    static std::coroutine_handle<TaskPromise<T>> coroutine(const task<T>& task) noexcept {
        return task.coroutine_;
    }
};

template <typename T>
class [[nodiscard]] TaskAwaiter {
public:
    TaskAwaiter(task<T> awaited, Strand* awaiting) noexcept
        : task_(std::move(awaited)), absence_(awaiting) {
        assert(task_ && "an empty task, or one that was awaited before");
    }
    bool await_ready() const noexcept { return false; }

    template <typename Promise, Transfer transfer = usual_transfer>
    [[gnu::noinline]] auto await_suspend(std::coroutine_handle<Promise> awaiting) noexcept {
        const auto coroutine = task_.coroutine_;
        coroutine.promise().start_with(Context{current()}, awaiting);
        absence_.begin();
        if constexpr (transfer == Transfer::symmetric) {
            return std::coroutine_handle<>{coroutine};
        } else {
            InlineCall call;
            coroutine.promise().complete_within(call.key());
            coroutine.resume();
            return call.take_completed() == nullptr;
        }
    }

    T await_resume() {
        absence_.end();
        return task_.coroutine_.promise().result();
    }

private:
    task<T> task_;
    Absence absence_;
};

template <typename T>
task<T> TaskPromise<T>::get_return_object() noexcept {
    return task<T>{std::coroutine_handle<TaskPromise>::from_promise(*this)};
}

inline task<void> TaskPromise<void>::get_return_object() noexcept {
    return task<void>{std::coroutine_handle<TaskPromise>::from_promise(*this)};
}

}  // namespace detail
}  // namespace ctx
