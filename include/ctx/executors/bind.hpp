// ctx/executors/bind.hpp: a callable that runs with the context of whoever made it.
//
//     pool.post(ctx::bind([order] { charge(order); }));        // with the caller's context
//     pool.post(ctx::bind(request.context(), [] { audit(); }));  // with that one
//     timer.start(ctx::background([] { refresh_cache(); }));     // with none, on purpose
//
// A bound callable is called like the one inside, on any thread. Whatever the call leaves behind
// is dropped, and the thread gets back the context it had.
//
// Threads   As the callable inside: the context adds no restriction.
// Errors    Exceptions of the callable pass through; the context is restored before they do.
// Cost      Making: one relaxed increment, no allocation. Calling an rvalue (what pools, threads
//           and std::async do) moves the context in: no further atomic but the release. Calling
//           an lvalue (std::function, std::packaged_task) keeps it for the next call: one
//           increment and one decrement. Eight bytes more than the callable:
//           bench/executors_bench.cpp.

#pragma once

#include <ctx/context/boundary.hpp>
#include <ctx/context/context.hpp>
#include <ctx/context/current.hpp>
#include <ctx/executors/detail/run.hpp>

#include <functional>
#include <type_traits>
#include <utility>

namespace ctx {

/// What bind() returns: a context and a callable. Copyable, movable and callable exactly as `F`.
template <typename F>
class [[nodiscard]] Bound {
public:
    template <typename G>
    requires std::is_constructible_v<F, G> Bound(Context context, G&& callable)
    noexcept(std::is_nothrow_constructible_v<F, G>)
        : context_(std::move(context)), callable_(std::forward<G>(callable)) {}

    /// Calls it for the last time: the context moves into the thread and the callable is
    /// destroyed while it is still current, so that destructors see the context too.
    template <typename... Args>
    requires std::is_invocable_v<F, Args...> std::invoke_result_t<F, Args...>
    operator()(Args&&... args) && noexcept(detail::is_nothrow_run_once<F, Args...>) {
        return detail::run_once(std::move(context_), callable_, std::forward<Args>(args)...);
    }

    /// Calls it and keeps it for another call.
    template <typename... Args>
    requires std::is_invocable_v<F&, Args...> std::invoke_result_t<F&, Args...>
    operator()(Args&&... args) & noexcept(std::is_nothrow_invocable_v<F&, Args...>) {
        const Boundary boundary{context_};
        return std::invoke(callable_, std::forward<Args>(args)...);
    }

    template <typename... Args>
    requires std::is_invocable_v<const F&, Args...> std::invoke_result_t<const F&, Args...>
    operator()(Args&&... args) const& noexcept(std::is_nothrow_invocable_v<const F&, Args...>) {
        const Boundary boundary{context_};
        return std::invoke(callable_, std::forward<Args>(args)...);
    }

    /// What current() will be inside. Borrowed from this object.
    [[nodiscard]] ContextView context() const noexcept { return context_; }

private:
    Context context_;
    [[no_unique_address]] F callable_;
};

/// `callable` with an explicit context; an empty one is taken as it is.
template <typename F>
requires std::is_constructible_v<std::decay_t<F>, F> Bound<std::decay_t<F>> bind(Context context,
                                                                                 F&& callable)
noexcept(std::is_nothrow_constructible_v<std::decay_t<F>, F>) {
    return {std::move(context), std::forward<F>(callable)};
}

/// `callable` with the context that is current now.
template <typename F>
requires std::is_constructible_v<std::decay_t<F>, F> Bound<std::decay_t<F>> bind(F&& callable)
noexcept(std::is_nothrow_constructible_v<std::decay_t<F>, F>) {
    return {Context{current()}, std::forward<F>(callable)};
}

/// `callable` with the empty context, for what outlives the request that happens to start it:
/// periodic timers, cache refreshes, keep-alives. Executor adapters do not count it as lost.
template <typename F>
requires std::is_constructible_v<std::decay_t<F>, F> Bound<std::decay_t<F>> background(F&& callable)
noexcept(std::is_nothrow_constructible_v<std::decay_t<F>, F>) {
    return {Context{}, std::forward<F>(callable)};
}

/// Calls `callable` now, with the empty context, and returns what it returns: for code that starts
/// long-lived things in the middle of a request (a lazily made singleton, a connection pool).
template <typename F, typename... Args>
requires std::is_invocable_v<F, Args...> std::invoke_result_t<F, Args...> detach(F&& callable,
                                                                                 Args&&... args)
noexcept(std::is_nothrow_invocable_v<F, Args...>) {
    const Boundary boundary{Context{}};
    return std::invoke(std::forward<F>(callable), std::forward<Args>(args)...);
}

/// Whether `F` is what bind() or background() returned: it already carries its context.
template <typename F>
inline constexpr bool is_bound = false;
template <typename F>
inline constexpr bool is_bound<Bound<F>> = true;

}  // namespace ctx
