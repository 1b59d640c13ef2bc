// ctx/executors/future.hpp: tasks and continuations of futures that keep the context.
//
//     std::packaged_task<Price(Order)> task = ctx::packaged_task<Price(Order)>(quote);
//     std::future<Price> price = task.get_future();
//     pool.post(std::move(task), order);                          // runs with this context
//
//     boost::future<Receipt> receipt = price.then(ctx::bind_once(
//         [](boost::future<Price> price) { return charge(price.get()); }));
//
//     const std::stop_callback on_stop{token, ctx::bind([&] { cancel(order); })};
//
// A std::future has no continuation: there is nothing to carry a context to, and a then() that we
// added would hold a thread of some pool that waits. std::async and threads are in thread.hpp.
//
// Futures keep the callable they ran for as long as they live, and bind() keeps its context: a
// result in a cache would hold its request. bind_once() gives both up with the call.
//
// Threads   As the callable inside: the context adds no restriction.
// Errors    Exceptions of the callable go where the standard sends them: into the future. The
//           thread has its own context by then.
// Cost      As bind(), called for the last time: bind.hpp. No allocation but the future's.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/executors/bind.hpp>

#include <future>
#include <type_traits>
#include <utility>

namespace ctx {

/// What bind_once() returns: as Bound, for a single call.
template <typename F>
class [[nodiscard]] BoundOnce {
public:
    explicit BoundOnce(Bound<F> bound) noexcept(std::is_nothrow_move_constructible_v<F>)
        : bound_(std::move(bound)) {}

    /// Callable and context are gone when it returns.
    template <typename... Args>
    requires std::is_invocable_v<F, Args...> std::invoke_result_t<F, Args...>
    operator()(Args&&... args) noexcept(detail::is_nothrow_run_once<F, Args...>) {
        return std::move(bound_)(std::forward<Args>(args)...);
    }

    /// What current() will be inside. Borrowed from this object.
    [[nodiscard]] ContextView context() const noexcept { return bound_.context(); }

private:
    Bound<F> bound_;
};

template <typename F>
inline constexpr bool is_bound<BoundOnce<F>> = true;

/// `callable` with the context that is current now, for whoever calls it once and keeps it.
template <typename F>
BoundOnce<std::decay_t<F>> bind_once(F&& callable) {
    return BoundOnce<std::decay_t<F>>{bind(std::forward<F>(callable))};
}

/// The same with an explicit context; an empty one is taken as it is.
template <typename F>
BoundOnce<std::decay_t<F>> bind_once(Context context, F&& callable) {
    return BoundOnce<std::decay_t<F>>{bind(std::move(context), std::forward<F>(callable))};
}

/// `std::packaged_task<Signature>{callable}` with the caller's context. As it gives the callable up
/// with the call, reset() must not prepare it for another.
template <typename Signature, typename F>
[[nodiscard]] std::packaged_task<Signature> packaged_task(F&& callable) {
    return std::packaged_task<Signature>{bind_once(std::forward<F>(callable))};
}

}  // namespace ctx
