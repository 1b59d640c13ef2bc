// ctx/executors/asio/wrap.hpp: gives an Asio executor the current context, or another one.
//
//     boost::asio::co_spawn(ctx::asio::wrap(io), session(), boost::asio::detached);
//     auto strand = ctx::asio::wrap(boost::asio::make_strand(io));    // the strand goes inside
//     boost::asio::post(ctx::asio::wrap(pool, request), [] { charge(); });
//
// The context is fixed when wrap() is called: everything that runs through the result, handlers
// and coroutines alike, has it. Wrap again, cheaply, for the next request. Inside a coroutine
// with_context() (with_context.hpp) runs a part with another context.
//
// A ctx::Scope must not be held over a co_await of a boost::asio::awaitable: Asio does not tell
// when it suspends. The coroutine goes on with its executor's context then, and the Scope is
// counted as misused and reported (context/scope.hpp).
//
// Threads   As the executor.
// Errors    As copying the executor: Asio's do not throw. Wrapping a type-erased executor may
//           throw std::bad_alloc when it is put back into an any_io_executor. Wrapping where
//           there is no context is counted (`ctx_asio_wraps_without_context_total`), unless an
//           empty one is given; ctx/context/lost_context.hpp finds the lines.
// Cost      One relaxed increment and a copy of the executor.

#pragma once

#include <ctx/context/current.hpp>
#include <ctx/context/source_place.hpp>
#include <ctx/executors/asio/detail/net.hpp>
#include <ctx/executors/asio/executor.hpp>

#include <concepts>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace ctx::asio {

namespace detail {

/// Counts an executor that is wrapped by a thread without a context.
CTX_EXPORT void count_wrap_without_context(SourcePlace caller) noexcept;

inline Context current_for_wrap(SourcePlace caller) noexcept {
    const ContextView context = current();
    if (!context) [[unlikely]]
        count_wrap_without_context(caller);
    return Context{context};
}

template <typename E>
concept ExecutionContext = std::derived_from<E, net::execution_context> && requires(E& context) {
    context.get_executor();
};

template <typename E>
concept AsioExecutor = net::execution::is_executor<E>::value;

/// What `erased` holds if that is an E. Old Asios hand it out as an E whatever it is: what is on a
/// strand would leave it.
template <typename E>
const E* target_of(const net::any_io_executor& erased) {
#if CTX_ASIO_VERSION < 102600
    if (erased.target_type() != typeid(E)) return nullptr;
#endif
    return erased.target<E>();
}

/// Replaces the context of `erased` if it holds an executor<Inner>; false if it does not.
template <typename Inner>
bool replace_context(net::any_io_executor& erased, Context& context) {
    const auto* wrapped = target_of<executor<Inner>>(erased);
    if (wrapped == nullptr) return false;
    erased = executor<Inner>{wrapped->get_inner_executor(), std::move(context)};
    return true;
}

/// `erased` with another context. The usual executors are taken out of the wrapper they are in,
/// so that wrappers do not pile up where spans nest; others get one more around them.
inline net::any_io_executor rewrap(net::any_io_executor erased, Context context) {
    using net::any_io_executor;
    using Io = net::io_context::executor_type;
    using Pool = net::thread_pool::executor_type;
    using net::strand;
    if (replace_context<Io>(erased, context) || replace_context<strand<Io>>(erased, context) ||
        replace_context<Pool>(erased, context) || replace_context<strand<Pool>>(erased, context) ||
        replace_context<strand<any_io_executor>>(erased, context) ||
        replace_context<any_io_executor>(erased, context)) {
        return erased;
    }
    if (const Io* io = target_of<Io>(erased)) return executor<Io>{*io, std::move(context)};
    if (const Pool* pool = target_of<Pool>(erased))
        return executor<Pool>{*pool, std::move(context)};
    return executor<any_io_executor>{std::move(erased), std::move(context)};
}

}  // namespace detail

/// `inner` with `context`; an empty one means: run without context, on purpose or not.
template <detail::AsioExecutor Inner>
[[nodiscard]] executor<Inner> wrap(Inner inner, Context context) noexcept {
    return {std::move(inner), std::move(context)};
}

/// An executor that is wrapped already gets another context, not a second wrapper.
template <typename Inner>
[[nodiscard]] executor<Inner> wrap(const executor<Inner>& wrapped, Context context) noexcept {
    return {wrapped.get_inner_executor(), std::move(context)};
}

/// The executor of an io_context, a thread_pool, … with `context`.
template <detail::ExecutionContext E>
[[nodiscard]] executor<typename E::executor_type> wrap(E& where, Context context) noexcept {
    return {where.get_executor(), std::move(context)};
}

/// The same with the context that is current now.
template <detail::AsioExecutor Inner>
[[nodiscard]] auto wrap(const Inner& inner, SourcePlace caller = SourcePlace::here()) noexcept {
    return wrap(inner, detail::current_for_wrap(caller));
}
template <detail::ExecutionContext E>
[[nodiscard]] auto wrap(E& where, SourcePlace caller = SourcePlace::here()) noexcept {
    return wrap(where, detail::current_for_wrap(caller));
}

}  // namespace ctx::asio
