// How an expression is awaited, and what stands for a coroutine in somebody else's hands.

#pragma once

#include <concepts>
#include <coroutine>
#include <type_traits>
#include <utility>

namespace ctx::detail {

template <typename A>
concept HasMemberCoAwait = requires(A&& a) {
    std::forward<A>(a).operator co_await();
};
template <typename A>
concept HasFreeCoAwait = requires(A&& a) {
    operator co_await(std::forward<A>(a));
};

/// The awaiter of an awaitable ([expr.await] 3.2): itself, if it has no operator co_await.
template <typename A>
decltype(auto) get_awaiter(A&& awaitable) {
    if constexpr (HasMemberCoAwait<A>) {
        return std::forward<A>(awaitable).operator co_await();
    } else if constexpr (HasFreeCoAwait<A>) {
        return operator co_await(std::forward<A>(awaitable));
    } else {
        return std::forward<A>(awaitable);
    }
}

/// What get_awaiter() gives, to be kept: an object by value, an lvalue as a reference.
template <typename A>
using Awaiter = decltype(get_awaiter(std::declval<A>()));

/// GCC 12 destroys a prvalue awaiter of aggregate type twice when its members have destructors.
template <typename A>
inline constexpr bool survives_being_awaited =
#if defined(__GNUC__) && !defined(__clang__)
    !std::is_aggregate_v<std::remove_cvref_t<A>> ||
    std::is_trivially_destructible_v<std::remove_cvref_t<A>>;
#else
    true;
#endif

template <typename A>
concept HasAwaitReady = requires(A& awaiter) {
    static_cast<bool>(awaiter.await_ready());
};

/// An expression that can follow co_await.
template <typename A>
concept Awaitable = HasAwaitReady<std::remove_reference_t<Awaiter<A>>>;

/// What await_suspend() of an awaiter returns.
template <typename A>
using SuspendResult =
    decltype(std::declval<A&>().await_suspend(std::declval<std::coroutine_handle<>>()));

/// Says itself what is to run next, whichever coroutine awaits it.
template <typename A>
concept Transfers = requires {
    requires std::convertible_to<SuspendResult<A>, std::coroutine_handle<>>;
};

/// Looks like a suspended coroutine to whoever holds its handle: the frames of GCC and Clang begin
/// with these two functions.
struct FakeFrame {
    void (*resume)(void*);
    void (*destroy)(void*);

    [[nodiscard]] std::coroutine_handle<> handle() noexcept {
        return std::coroutine_handle<>::from_address(this);
    }
};

}  // namespace ctx::detail
