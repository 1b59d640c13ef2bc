// ctx/executors/asio/executor.hpp: a Boost.Asio executor that runs everything with one context.
//
//     boost::asio::io_context io;
//     ctx::asio::executor with_request{io.get_executor(), request};
//     boost::asio::post(with_request, [] { spdlog::info("accepted"); });  // the request's ids
//     co_spawn(with_request, session(), detached);  // after each co_await still the request's
//
// It models the executor concept of Asio 1.26 and forwards every property of the executor inside:
// any_io_executor, timers, sockets, bind_executor, co_spawn and work guards take it as they take
// the executor itself. A strand goes inside, `executor<strand<…>>`: the other way round all
// handlers of a strand would run with one context, so `strand<executor<…>>` does not compile.
// Only a strand of a type-erased any_io_executor escapes that check.
//
// Threads   As the executor inside; the context is immutable.
// Errors    As the executor inside. Functions that are run with an empty context are counted
//           (`ctx_asio_tasks_without_context_total`).
// Cost      Eight bytes more than the executor inside; no allocation more. A post costs one
//           relaxed increment and one decrement: bench/executors_bench.cpp.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/executors/asio/detail/net.hpp>
#include <ctx/executors/detail/run.hpp>
#include <ctx/export.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace ctx::asio {

namespace detail {

/// Counts a function handed to an executor whose context is empty.
CTX_EXPORT void count_task_without_context() noexcept;

/// A function on its way through an executor. Asio calls it once, as an lvalue.
template <typename F>
class Task {
public:
    template <typename G>
    Task(Context context, G&& function) noexcept(std::is_nothrow_constructible_v<F, G>)
        : context_(std::move(context)), function_(std::forward<G>(function)) {}

    void operator()() noexcept(ctx::detail::is_nothrow_run_once<F>) {
        static_cast<void>(ctx::detail::run_once(std::move(context_), function_));
    }

private:
    Context context_;
    [[no_unique_address]] F function_;
};

/// execute() of some executors is private and meant to be reached through the customisation point.
/// (Not named like it: Asio would find it for a Task and take it for one.)
template <typename Inner, typename F>
void hand_to(Inner&& inner, F&& function) {
    if constexpr (requires { std::forward<Inner>(inner).execute(std::forward<F>(function)); }) {
        std::forward<Inner>(inner).execute(std::forward<F>(function));
    } else {
        net::execution::execute(std::forward<Inner>(inner), std::forward<F>(function));
    }
}

}  // namespace detail

/// `Inner` with a context. See the top of this file; made by wrap().
template <typename Inner>
class executor {
    template <typename P>
    using required = std::decay_t<typename net::require_result<const Inner&, P>::type>;
    template <typename P>
    using preferred = std::decay_t<typename net::prefer_result<const Inner&, P>::type>;

    template <typename P>
    using queried = typename net::query_result<const Inner&, P>::type;

public:
    using inner_executor_type = Inner;

    executor(Inner inner, Context context) noexcept
        : inner_(std::move(inner)), context_(std::move(context)) {}

    /// As the executors inside convert, `executor<io_context::executor_type>` to
    /// `executor<any_io_executor>` for instance.
    template <typename Other>
    requires(!std::same_as<Other, Inner> && std::convertible_to<const Other&, Inner>)
        executor(const executor<Other>& other)  // NOLINT(google-explicit-constructor): as in Asio
        : inner_(other.get_inner_executor()), context_(other.context_) {}

    /// What is wrapped: work given to it directly has no context.
    [[nodiscard]] const Inner& get_inner_executor() const noexcept { return inner_; }

    /// What everything runs with. Borrowed from this executor.
    [[nodiscard]] ContextView get_context() const noexcept { return context_; }

    /// Asio's execution context, as `context()` of Asio's own executors.
    [[nodiscard]] decltype(auto) context() const noexcept requires requires(const Inner& inner) {
        inner.context();
    }
    { return inner_.context(); }

    /// Runs `function` as Inner does, inside a Boundary with the context.
    template <typename F>
    requires std::invocable < std::decay_t<F>
    & > void execute(F&& function) const& {
        count_if_empty();
        detail::hand_to(inner_, detail::Task<std::decay_t<F>>{context_, std::forward<F>(function)});
    }
    template <typename F>
    requires std::invocable < std::decay_t<F>
    & > void execute(F&& function) && {
        count_if_empty();
        detail::hand_to(std::move(inner_), detail::Task<std::decay_t<F>>{
                                               std::move(context_), std::forward<F>(function)});
    }

    // Properties (blocking, outstanding_work, allocator, …) are Inner's. The results of require
    // and prefer keep the context. Static queries of Inner become dynamic ones: a static one of a
    // template would claim to exist for every property.

    template <typename P>
    requires net::can_query<const Inner&, P>::value [[nodiscard]] queried<P> query(
        const P& property) const noexcept(net::is_nothrow_query<const Inner&, P>::value) {
        return net::query(inner_, property);
    }

    template <typename P>
    requires net::can_require<const Inner&, P>::value [[nodiscard]] executor<required<P>> require(
        const P& property) const& noexcept(net::is_nothrow_require<const Inner&, P>::value) {
        return {net::require(inner_, property), context_};
    }
    template <typename P>
    requires net::can_require<const Inner&, P>::value [[nodiscard]] executor<required<P>> require(
        const P& property) && noexcept(net::is_nothrow_require<const Inner&, P>::value) {
        return {net::require(std::as_const(inner_), property), std::move(context_)};
    }

    template <typename P>
    requires net::can_prefer<const Inner&, P>::value [[nodiscard]] executor<preferred<P>> prefer(
        const P& property) const& noexcept(net::is_nothrow_prefer<const Inner&, P>::value) {
        return {net::prefer(inner_, property), context_};
    }
    template <typename P>
    requires net::can_prefer<const Inner&, P>::value [[nodiscard]] executor<preferred<P>> prefer(
        const P& property) && noexcept(net::is_nothrow_prefer<const Inner&, P>::value) {
        return {net::prefer(std::as_const(inner_), property), std::move(context_)};
    }

    /// The same executor and the same context: Asio may run work of one on the other.
    friend bool operator==(const executor& a, const executor& b) noexcept {
        return a.context_ == b.context_ && a.inner_ == b.inner_;
    }
    friend bool operator!=(const executor& a, const executor& b) noexcept { return !(a == b); }

private:
    template <typename>
    friend class executor;

    void count_if_empty() const noexcept {
        if (!context_) [[unlikely]]
            detail::count_task_without_context();
    }

    Inner inner_;
    Context context_;
};

}  // namespace ctx::asio

/// Refused: handlers of different requests meet in a strand, and it would run all of them with
/// the context of the executor it was made from.
template <typename Inner>
class ctx::asio::net::strand<ctx::asio::executor<Inner>> {
    static_assert(!std::same_as<Inner, Inner>,
                  "ctx::asio: the strand goes inside the wrapper: "
                  "ctx::asio::wrap(boost::asio::make_strand(io)), "
                  "not boost::asio::make_strand(ctx::asio::wrap(io))");
};
