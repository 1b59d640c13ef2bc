// ctx/executors/executor.hpp: makes a thread pool carry the context of whoever submits.
//
//     MyPool pool{4};
//     auto executor = ctx::wrap(pool);          // once, where the pool is handed out
//     executor.post([order] { charge(order); });  // runs with the submitter's context
//
// Works with every object that takes tasks through `execute`, `submit`, `post`, `add` or
// `enqueue`. The wrapper has the same functions, with the same further arguments and results.
//
//     executor.schedule(5s, [order] { remind(order); });    // later, with the submitter's context
//     executor.schedule_every(1min, [] { expire_cache(); });  // again and again: with none
//
// Pools that can wait, through `schedule`, `execute_after` or `submit_after`, take the time and the
// task in the order of the pool. Periodic work, through `schedule_every` or `execute_every`,
// outlives the request that happens to start it and runs without a context; bind() gives it one
// even so. A task that schedules itself again is periodic too: it starts as background(task).
//
// Threads   As the pool: the wrapper adds no state of its own.
// Errors    As the pool. A type that takes no tasks is refused where wrap() is called. Tasks that
//           were submitted without a context run, and are counted
//           (`ctx_executors_tasks_without_context_total`); ctx/context/lost_context.hpp finds the
//           lines that submitted them.
// Cost      What bind() costs per task. Nothing process-wide is written, except the counter when
//           there is no context.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/context/current.hpp>
#include <ctx/context/source_place.hpp>
#include <ctx/executors/bind.hpp>
#include <ctx/executors/detail/task_count.hpp>

#include <chrono>
#include <type_traits>
#include <utility>

namespace ctx {

namespace detail {

/// What is handed to the pool in place of `F`: a callable that is already bound stays as it is.
template <typename F>
using Submitted =
    std::conditional_t<is_bound<std::decay_t<F>>, std::decay_t<F>, Bound<std::decay_t<F>>>;

template <typename F>
Submitted<F> capture(F&& callable, SourcePlace caller = {}) {
    if constexpr (is_bound<std::decay_t<F>>) {
        return std::forward<F>(callable);
    } else {
        const ContextView context = current();
        count_if_empty(Adapter::executors, context, caller);
        return {Context{context}, std::forward<F>(callable)};
    }
}

/// Whether an argument of a pool's function is its task.
template <typename A>
inline constexpr bool is_task = std::is_invocable_v<std::decay_t<A>&>;

/// What is handed on in place of an argument: tasks with the current context, the rest as it is.
template <typename A>
decltype(auto) pass(A&& argument) {
    if constexpr (is_task<A>) {
        return capture(std::forward<A>(argument));
    } else {
        return static_cast<A&&>(argument);
    }
}

/// The same for periodic work: tasks without a context, unless they are bound.
template <typename A>
decltype(auto) pass_periodic(A&& argument) {
    if constexpr (is_task<A> && !is_bound<std::decay_t<A>>) {
        return background(std::forward<A>(argument));
    } else {
        return static_cast<A&&>(argument);
    }
}

template <typename A>
using Passed = decltype(pass(std::declval<A>()));
template <typename A>
using PassedPeriodic = decltype(pass_periodic(std::declval<A>()));

/// The least a pool must be able to run: copyable, no arguments, no result.
struct AnyTask {
    void operator()() const noexcept {}
};

/// A reference to a pool, or a handle kept by value; either way submitting leaves it what it is.
template <typename E>
struct Kept {
    mutable E value;
    [[nodiscard]] E& get() const noexcept { return value; }
};
template <typename E>
struct Kept<E&> {
    E& value;
    [[nodiscard]] E& get() const noexcept { return value; }
};

/// An argument for the pool.
template <typename A>
concept NotPlace = !std::is_same_v<std::remove_cvref_t<A>, SourcePlace>;

template <typename E, typename... Args>
concept HasExecute = requires(E& e, Args&&... a) {
    e.execute(std::forward<Args>(a)...);
};
template <typename E, typename... Args>
concept HasSubmit = requires(E& e, Args&&... a) {
    e.submit(std::forward<Args>(a)...);
};
template <typename E, typename... Args>
concept HasPost = requires(E& e, Args&&... a) {
    e.post(std::forward<Args>(a)...);
};
template <typename E, typename... Args>
concept HasAdd = requires(E& e, Args&&... a) {
    e.add(std::forward<Args>(a)...);
};
template <typename E, typename... Args>
concept HasEnqueue = requires(E& e, Args&&... a) {
    e.enqueue(std::forward<Args>(a)...);
};

template <typename E, typename... Args>
concept HasSchedule = requires(E& e, Args&&... a) {
    e.schedule(std::forward<Args>(a)...);
};
template <typename E, typename... Args>
concept HasExecuteAfter = requires(E& e, Args&&... a) {
    e.execute_after(std::forward<Args>(a)...);
};
template <typename E, typename... Args>
concept HasSubmitAfter = requires(E& e, Args&&... a) {
    e.submit_after(std::forward<Args>(a)...);
};
template <typename E, typename... Args>
concept HasScheduleEvery = requires(E& e, Args&&... a) {
    e.schedule_every(std::forward<Args>(a)...);
};
template <typename E, typename... Args>
concept HasExecuteEvery = requires(E& e, Args&&... a) {
    e.execute_every(std::forward<Args>(a)...);
};

/// Stands for the time in whatever type a pool has it.
struct AnyTime {
    template <typename T>
    operator T() const;  // NOLINT(google-explicit-constructor): becomes what is asked for
};

template <typename E, typename Task, typename Time>
concept DelaysTaskBy =
    HasSchedule<E, Time, Task> || HasExecuteAfter<E, Time, Task> || HasSubmitAfter<E, Task, Time>;

template <typename E, typename Task>
concept DelaysTask =
    DelaysTaskBy<E, Task, std::chrono::milliseconds> || DelaysTaskBy<E, Task, AnyTime>;

template <typename E, typename... Args>
concept TakesTask = HasExecute<E, Args...> || HasPost<E, Args...> || HasSubmit<E, Args...> ||
    HasAdd<E, Args...> || HasEnqueue<E, Args...>;

/// Hands a task to a pool as it is, through whatever the pool calls that.
template <typename E, typename... Args>
requires TakesTask<E, Args...>
decltype(auto) submit(E& pool, Args&&... args) {
    if constexpr (HasExecute<E, Args...>) {
        return pool.execute(std::forward<Args>(args)...);
    } else if constexpr (HasPost<E, Args...>) {
        return pool.post(std::forward<Args>(args)...);
    } else if constexpr (HasSubmit<E, Args...>) {
        return pool.submit(std::forward<Args>(args)...);
    } else if constexpr (HasAdd<E, Args...>) {
        return pool.add(std::forward<Args>(args)...);
    } else {
        return pool.enqueue(std::forward<Args>(args)...);
    }
}

}  // namespace detail

/// A type that runs callables of no arguments handed to one of its member functions `execute`,
/// `post`, `submit`, `add` or `enqueue`, or to one that runs them later.
template <typename E>
concept TaskExecutor = detail::TakesTask<std::remove_reference_t<E>, Bound<detail::AnyTask>> ||
    detail::DelaysTask<std::remove_reference_t<E>, Bound<detail::AnyTask>>;

/// What wrap() returns. `E` is a reference to a pool, or a handle that is kept by value. Its
/// functions are const whatever the pool's are: submitting does not change which pool it is.
template <typename E>
class Executor {
    using Pool = std::remove_reference_t<E>;

public:
    explicit Executor(E&& pool) noexcept(std::is_nothrow_constructible_v<E, E>)
        : pool_{std::forward<E>(pool)} {}

    /// Hands `callable` to the pool through whatever the pool calls it.
    template <typename F>
    requires detail::TakesTask<Pool, detail::Submitted<F>>
    decltype(auto) execute(F&& callable, SourcePlace caller = SourcePlace::here()) const {
        return detail::submit(inner(), detail::capture(std::forward<F>(callable), caller));
    }
    template <typename F, detail::NotPlace A, typename... Args>
    requires detail::TakesTask<Pool, detail::Submitted<F>, A, Args...>
    decltype(auto) execute(F&& callable, A&& first, Args&&... args) const {
        return detail::submit(inner(), detail::capture(std::forward<F>(callable)),
                              std::forward<A>(first), std::forward<Args>(args)...);
    }

    template <typename F>
    requires detail::HasPost<Pool, detail::Submitted<F>>
    decltype(auto) post(F&& callable, SourcePlace caller = SourcePlace::here()) const {
        return inner().post(detail::capture(std::forward<F>(callable), caller));
    }
    template <typename F, detail::NotPlace A, typename... Args>
    requires detail::HasPost<Pool, detail::Submitted<F>, A, Args...>
    decltype(auto) post(F&& callable, A&& first, Args&&... args) const {
        return inner().post(detail::capture(std::forward<F>(callable)), std::forward<A>(first),
                            std::forward<Args>(args)...);
    }

    template <typename F>
    requires detail::HasSubmit<Pool, detail::Submitted<F>>
    decltype(auto) submit(F&& callable, SourcePlace caller = SourcePlace::here()) const {
        return inner().submit(detail::capture(std::forward<F>(callable), caller));
    }
    template <typename F, detail::NotPlace A, typename... Args>
    requires detail::HasSubmit<Pool, detail::Submitted<F>, A, Args...>
    decltype(auto) submit(F&& callable, A&& first, Args&&... args) const {
        return inner().submit(detail::capture(std::forward<F>(callable)), std::forward<A>(first),
                              std::forward<Args>(args)...);
    }

    template <typename F>
    requires detail::HasAdd<Pool, detail::Submitted<F>>
    decltype(auto) add(F&& callable, SourcePlace caller = SourcePlace::here()) const {
        return inner().add(detail::capture(std::forward<F>(callable), caller));
    }
    template <typename F, detail::NotPlace A, typename... Args>
    requires detail::HasAdd<Pool, detail::Submitted<F>, A, Args...>
    decltype(auto) add(F&& callable, A&& first, Args&&... args) const {
        return inner().add(detail::capture(std::forward<F>(callable)), std::forward<A>(first),
                           std::forward<Args>(args)...);
    }

    template <typename F>
    requires detail::HasEnqueue<Pool, detail::Submitted<F>>
    decltype(auto) enqueue(F&& callable, SourcePlace caller = SourcePlace::here()) const {
        return inner().enqueue(detail::capture(std::forward<F>(callable), caller));
    }
    template <typename F, detail::NotPlace A, typename... Args>
    requires detail::HasEnqueue<Pool, detail::Submitted<F>, A, Args...>
    decltype(auto) enqueue(F&& callable, A&& first, Args&&... args) const {
        return inner().enqueue(detail::capture(std::forward<F>(callable)), std::forward<A>(first),
                               std::forward<Args>(args)...);
    }

    /// Hands the task on for later, with the time before or behind it as the pool wants it. When
    /// the pool drops a cancelled task, its context goes with it.
    template <typename... Args>
    requires detail::HasSchedule<Pool, detail::Passed<Args>...>
    decltype(auto) schedule(Args&&... args) const {
        return inner().schedule(detail::pass(std::forward<Args>(args))...);
    }

    template <typename... Args>
    requires detail::HasExecuteAfter<Pool, detail::Passed<Args>...>
    decltype(auto) execute_after(Args&&... args) const {
        return inner().execute_after(detail::pass(std::forward<Args>(args))...);
    }

    template <typename... Args>
    requires detail::HasSubmitAfter<Pool, detail::Passed<Args>...>
    decltype(auto) submit_after(Args&&... args) const {
        return inner().submit_after(detail::pass(std::forward<Args>(args))...);
    }

    /// Hands periodic work on. It runs without a context, whoever starts it.
    template <typename... Args>
    requires detail::HasScheduleEvery<Pool, detail::PassedPeriodic<Args>...>
    decltype(auto) schedule_every(Args&&... args) const {
        return inner().schedule_every(detail::pass_periodic(std::forward<Args>(args))...);
    }

    template <typename... Args>
    requires detail::HasExecuteEvery<Pool, detail::PassedPeriodic<Args>...>
    decltype(auto) execute_every(Args&&... args) const {
        return inner().execute_every(detail::pass_periodic(std::forward<Args>(args))...);
    }

    /// The pool itself: what is submitted there directly runs without a context.
    [[nodiscard]] Pool& inner() const noexcept { return pool_.get(); }

private:
    detail::Kept<E> pool_;
};

/// Makes `pool` carry contexts. An lvalue is referred to and must outlive the wrapper; an rvalue
/// (a handle such as an Asio executor) is kept.
template <TaskExecutor E>
[[nodiscard]] Executor<E> wrap(E&& pool) noexcept(std::is_nothrow_constructible_v<E, E>) {
    return Executor<E>{std::forward<E>(pool)};
}

}  // namespace ctx
