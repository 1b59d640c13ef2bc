// Runs a callable for the last time with a given context: the one place every adapter shares.

#pragma once

#include <ctx/context/boundary.hpp>
#include <ctx/context/context.hpp>

#include <functional>
#include <type_traits>
#include <utility>

namespace ctx::detail {

/// Whether the callable may be called where it is: nothing of it is destroyed, or the result may
/// refer into it.
template <typename F, typename... Args>
inline constexpr bool runs_in_place =
    std::is_trivially_destructible_v<F> || std::is_reference_v<std::invoke_result_t<F, Args...>>;

template <typename F, typename... Args>
inline constexpr bool is_nothrow_run_once = std::is_nothrow_invocable_v<F, Args...> &&
                                            (runs_in_place<F, Args...> ||
                                             (std::is_nothrow_move_constructible_v<F> &&
                                              std::is_nothrow_destructible_v<F>));

/// Moves `context` into the thread, calls `callable` as an rvalue and destroys it before the
/// thread gets its own context back.
template <typename F, typename... Args>
std::invoke_result_t<F, Args...> run_once(Context&& context, F& callable, Args&&... args) noexcept(
    is_nothrow_run_once<F, Args...>) {
    const Boundary boundary{std::move(context)};
    if constexpr (runs_in_place<F, Args...>) {
        return std::invoke(std::move(callable), std::forward<Args>(args)...);
    } else {
        F callee(std::move(callable));
        return std::invoke(std::move(callee), std::forward<Args>(args)...);
    }
}

}  // namespace ctx::detail
