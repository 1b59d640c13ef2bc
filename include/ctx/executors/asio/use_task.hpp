// ctx/executors/asio/use_task.hpp: awaits any Asio operation in a ctx::task.
//
//     ctx::task<Reply> ask(tcp::socket& socket) {
//         co_await async_write(socket, request, ctx::asio::use_task);
//         std::size_t n = co_await socket.async_read_some(buffer, ctx::asio::use_task);
//         auto [error] = co_await timer.async_wait(as_tuple(ctx::asio::use_task));
//     }
//
// In coroutines whose promise is a ContextPromise as well, and in those of somebody else's type
// with ctx::await(). The operation begins when it is awaited, with the coroutine's context current.
// The coroutine goes on where the handler would have run: on the executor of the I/O object, or on
// the one that is named: `bind_executor(strand, use_task)`. It has its own context there.
//
// A stop that the context's token requests (cancellation.hpp) cancels the operation, with
// cancellation_type::terminal on the executor that the coroutine goes on on. Asio's rule holds: an
// operation in several steps (async_read, async_compose, …) on an executor of several threads
// needs a strand. What names no executor (a parallel_group, an initiation of your own without
// get_executor()) is cancelled only with bind_executor(); with bind_cancellation_slot() that slot
// cancels, and the token does not. The deadline of the context is not looked at: that would be a
// timer for each operation, where one for the request does:
//
//     net::steady_timer timer{io, *context.get(ctx::deadline_key)};
//     timer.async_wait([&stop](error_code error) { if (!error) stop.request_stop(); });
//
// A task awaits an Asio coroutine by `co_await co_spawn(executor, session(), use_task)`. The other
// way round, a task in an awaitable, does not compile; make an operation of it:
//
//     template <typename Handler>
//     ctx::task<> complete(ctx::task<int> asked, Handler handler) {
//         std::exception_ptr failure;
//         int answer = 0;
//         try {
//             answer = co_await std::move(asked);
//         } catch (...) {
//             failure = std::current_exception();
//         }
//         net::dispatch(net::append(std::move(handler), failure, answer));
//     }
//     net::awaitable<int> await_task(ctx::task<int> asked) {
//         return net::async_initiate<const net::use_awaitable_t<>, void(std::exception_ptr, int)>(
//             [asked = std::move(asked)](auto handler) mutable {
//                 static_cast<void>(ctx::start(complete(std::move(asked), std::move(handler))));
//             },
//             net::use_awaitable);
//     }
//
// Threads   The stop may be requested on any thread. A task must not be destroyed while it waits.
// Errors    An error_code or exception_ptr that comes first is thrown, an error_code as a
//           system_error. An operation that is dropped, its io_context destroyed, throws
//           operation_aborted, with as_tuple too.
// Cost      What Asio does for a callback; nothing is allocated here. However many operations
//           complete at once, the stack gets no deeper. With a stop token: a std::stop_callback.

#pragma once

#include <ctx/executors/asio/detail/net.hpp>
#include <ctx/executors/asio/detail/operation.hpp>

#include <tuple>
#include <type_traits>
#include <utility>

namespace ctx::asio {

/// The type of use_task.
struct use_task_t {};

/// The completion token of operations that are awaited.
inline constexpr use_task_t use_task{};

namespace detail {

/// An operation that has not begun.
template <typename Base, typename Initiation, typename... Args>
class [[nodiscard]] TaskOperation {
public:
    template <typename I, typename... As>
    explicit TaskOperation(std::in_place_t, I&& initiation, As&&... args)
        : initiation_(std::forward<I>(initiation)), args_(std::forward<As>(args)...) {}

    /// Begins it. To be awaited once: `co_await std::move(operation)`.
    [[nodiscard]] auto operator co_await() && {
        return OperationAwaiter<Base, Initiation, Args...>{std::move(initiation_),
                                                           std::move(args_)};
    }

private:
    Initiation initiation_;
    std::tuple<Args...> args_;
};

}  // namespace detail
}  // namespace ctx::asio

template <typename R, typename... Results>
class ctx::asio::net::async_result<ctx::asio::use_task_t, R(Results...)> {
    using Base = ctx::asio::detail::ResultOperation<std::decay_t<Results>...>;

public:
    using return_type = void;  // read and not used by bind_allocator and bind_cancellation_slot

    template <typename Initiation, typename... Args>
    static auto initiate(Initiation&& initiation, ctx::asio::use_task_t, Args&&... args) {
        using Operation =
            ctx::asio::detail::TaskOperation<Base, std::decay_t<Initiation>, std::decay_t<Args>...>;
        return Operation{std::in_place, std::forward<Initiation>(initiation),
                         std::forward<Args>(args)...};
    }
};

#if !CTX_ASIO_HAS_CANCELLATION
template <typename Executor, typename R, typename... Results>
class ctx::asio::net::async_result<ctx::asio::net::executor_binder<ctx::asio::use_task_t, Executor>,
                                   R(Results...)> {
    static_assert(!std::is_same_v<Executor, Executor>,
                  "ctx::asio::use_task: bind_executor() of this Asio takes callbacks only");
};
#endif
