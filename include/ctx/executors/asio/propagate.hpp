// ctx/executors/asio/propagate.hpp: completion handlers that run with their initiator's context.
//
//     timer.async_wait(ctx::asio::propagate([](error_code e) { retry(e); }));
//     auto done = socket.async_connect(peer, ctx::asio::propagate(boost::asio::use_future));
//
// For callbacks on executors that carry no context: the completion of an operation on a plain
// io_context comes out of its event loop, where there is none. propagate() takes any completion
// token, captures the context when the operation is initiated and installs it around the handler.
// Executor, allocator and cancellation slot of the handler are what they were.
//
// Threads   As the operation and the handler.
// Errors    As the handler. Exceptions pass through after the thread has its own context back.
// Cost      One relaxed increment and eight bytes per operation; no allocation of its own.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/context/current.hpp>
#include <ctx/executors/asio/detail/net.hpp>
#include <ctx/executors/detail/run.hpp>

#include <type_traits>
#include <utility>

namespace ctx::asio {

/// The completion token that propagate() makes.
template <typename Token>
struct propagate_t {
    Token token;
};

/// `token` with the context of whoever initiates the operation it is given to.
template <typename Token>
[[nodiscard]] propagate_t<std::decay_t<Token>> propagate(Token&& token) {
    return {std::forward<Token>(token)};
}

namespace detail {

/// Called once: the context moves into the thread, the handler is destroyed while it is current.
template <typename Handler>
class PropagatingHandler {
public:
    template <typename H>
    PropagatingHandler(Context context, H&& handler)
        : context_(std::move(context)), handler_(std::forward<H>(handler)) {}

    template <typename... Args>
    requires std::is_invocable_v<Handler, Args...>
    void operator()(Args&&... args) {
        static_cast<void>(
            ctx::detail::run_once(std::move(context_), handler_, std::forward<Args>(args)...));
    }

    [[nodiscard]] const Handler& handler() const noexcept { return handler_; }

private:
    Context context_;
    Handler handler_;
};

/// Initiates an operation with the handler wrapped: here the context is captured.
template <typename Initiation>
struct PropagatingInitiation {
    Initiation initiation;

    template <typename Handler, typename... Args>
    void operator()(Handler&& handler, Args&&... args) {
        std::move(initiation)(
            PropagatingHandler<std::decay_t<Handler>>{Context{current()},
                                                      std::forward<Handler>(handler)},
            std::forward<Args>(args)...);
    }
};

}  // namespace detail
}  // namespace ctx::asio

template <typename Token, typename Signature>
struct ctx::asio::net::async_result<ctx::asio::propagate_t<Token>, Signature> {
    template <typename Initiation, typename RawToken, typename... Args>
    static auto initiate(Initiation&& initiation, RawToken&& raw, Args&&... args) {
        using Wrapped = ctx::asio::detail::PropagatingInitiation<std::decay_t<Initiation>>;
        // A token that somebody keeps for the next operation is copied, not moved out.
        using Given =
            std::conditional_t<std::is_lvalue_reference_v<RawToken>, decltype((raw.token)), Token>;
        return async_initiate<Given, Signature>(Wrapped{std::forward<Initiation>(initiation)},
                                                raw.token, std::forward<Args>(args)...);
    }
};

// Executor, allocator and cancellation slot are those of the handler inside.

#if CTX_ASIO_HAS_CANCELLATION

template <template <typename, typename> class Associator, typename Handler,
          typename DefaultCandidate>
struct ctx::asio::net::associator<Associator, ctx::asio::detail::PropagatingHandler<Handler>,
                                  DefaultCandidate> : Associator<Handler, DefaultCandidate> {
    using Propagating = ctx::asio::detail::PropagatingHandler<Handler>;

    static auto get(const Propagating& propagating) noexcept {
        return Associator<Handler, DefaultCandidate>::get(propagating.handler());
    }
    static auto get(const Propagating& propagating, const DefaultCandidate& fallback) noexcept {
        return Associator<Handler, DefaultCandidate>::get(propagating.handler(), fallback);
    }
};

#else

template <typename Handler, typename Executor>
struct ctx::asio::net::associated_executor<ctx::asio::detail::PropagatingHandler<Handler>,
                                           Executor> {
    using type = typename associated_executor<Handler, Executor>::type;
    static type get(const ctx::asio::detail::PropagatingHandler<Handler>& propagating,
                    const Executor& fallback = Executor()) noexcept {
        return associated_executor<Handler, Executor>::get(propagating.handler(), fallback);
    }
};

template <typename Handler, typename Allocator>
struct ctx::asio::net::associated_allocator<ctx::asio::detail::PropagatingHandler<Handler>,
                                            Allocator> {
    using type = typename associated_allocator<Handler, Allocator>::type;
    static type get(const ctx::asio::detail::PropagatingHandler<Handler>& propagating,
                    const Allocator& fallback = Allocator()) noexcept {
        return associated_allocator<Handler, Allocator>::get(propagating.handler(), fallback);
    }
};

#endif
