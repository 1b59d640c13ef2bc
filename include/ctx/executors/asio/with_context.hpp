// ctx/executors/asio/with_context.hpp: a part of a coroutine, awaits included, in another context.
//
//     boost::asio::awaitable<Reply> ask(Request request) {
//         Context child = Context{current()}.with_span(child_of(current()));
//         co_return co_await ctx::asio::with_context(child, [&]() -> awaitable<Reply> {
//             co_await async_write(…);   // `child` is current before and after each co_await
//             co_return co_await read_reply(…);
//         });
//     }                                  // afterwards the coroutine's own context is current again
//
// This is the way to let a span or a baggage change cover awaits; a ctx::Scope must not.
//
// GCC 12 destroys the captures of a lambda that is written inside a co_await expression twice,
// whoever is called there. with_context() refuses such lambdas when that would matter: capture by
// reference, or give the lambda a name and pass std::ref(name).
//
// Threads   The part runs where its coroutine runs: same executor, same strand.
// Errors    Exceptions of the part come out of the co_await. A cancellation of the outer coroutine
//           reaches the part as far as co_spawn passes it on: terminal ones.
// Cost      One co_spawn: two coroutine frames and a hop through the executor at the end.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/context/current.hpp>
#include <ctx/executors/asio/detail/net.hpp>
#include <ctx/executors/asio/wrap.hpp>

#include <concepts>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace ctx::asio {

#if CTX_ASIO_HAS_AWAITABLE

namespace detail {

template <typename T>
inline constexpr bool is_awaitable = false;
template <typename T>
inline constexpr bool is_awaitable<net::awaitable<T, net::any_io_executor>> = true;

/// A function of no arguments that returns a net::awaitable.
template <typename F>
concept AwaitableFunction = std::invocable<F&> && is_awaitable<std::invoke_result_t<F&>>;

/// co_spawn makes a T() to go with an exception; an optional spares T a default constructor.
template <typename T, AwaitableFunction F>
net::awaitable<std::optional<T>> as_optional(F function) {
    co_return co_await function();
}

template <typename F>
inline constexpr bool survives_co_await =
#if defined(__GNUC__) && !defined(__clang__)
    std::is_trivially_destructible_v<F>;
#else
    true;
#endif

}  // namespace detail

/// Runs `part`, a function that returns a net::awaitable, with `context`, and returns what it
/// returns. To be awaited within a coroutine; `part` is kept until it is done.
template <detail::AwaitableFunction F>
std::invoke_result_t<F&> with_context(Context context, F part) {
    static_assert(detail::survives_co_await<F>,
                  "ctx::asio::with_context: GCC destroys the captures of a lambda written inside "
                  "co_await twice; capture by reference, or name the lambda and pass std::ref(it)");
    using T = typename std::invoke_result_t<F&>::value_type;
    using net::co_spawn;
    using net::use_awaitable;
    const bool differs = current() != context;
    const net::any_io_executor executor =
        detail::rewrap(co_await net::this_coro::executor, context);
    // A coroutine on a plain executor goes on inside the last handler of the part: leave it.
    const auto still_inside = [&] { return differs && current() == context; };

    std::exception_ptr failure;
    std::optional<std::conditional_t<std::is_void_v<T>, std::monostate, T>> result;
    try {
        if constexpr (std::is_void_v<T>) {
            co_await co_spawn(executor, std::move(part), use_awaitable);
        } else {
            result = co_await co_spawn(executor, detail::as_optional<T, F>(std::move(part)),
                                       use_awaitable);
        }
    } catch (...) {
        failure = std::current_exception();
    }
    if (still_inside()) co_await net::post(use_awaitable);
    if (failure) std::rethrow_exception(failure);
    if constexpr (!std::is_void_v<T>) co_return std::move(*result);
}

#else

template <typename F>
void with_context(Context, F) {
    static_assert(!std::is_same_v<F, F>,
                  "ctx::asio::with_context: this Asio has no awaitables "
                  "with this compiler");
}

#endif

}  // namespace ctx::asio
