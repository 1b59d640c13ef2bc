// ctx/executors/cancellation.hpp: cancellation and deadlines that follow the request.
//
//     std::stop_source stop;
//     ctx::Scope scope{ctx::with_stop_token(ctx::current(), stop.get_token())};
//     co_await work();                 // anywhere below, on any thread: ctx::throw_if_cancelled()
//
//     ctx::Scope limited{ctx::with_deadline(ctx::current(), std::chrono::steady_clock::now() +
//     2s)}; ctx::time_left();
//
// Both are local values of the context: whatever carries the context carries them.
//
// Threads   As std::stop_token: any.
// Errors    throw_if_cancelled() throws Cancelled and nothing else.
// Cost      Reading: one comparison per local value. Setting: two allocations.

#pragma once

#include <ctx/context/current.hpp>
#include <ctx/context/key.hpp>
#include <ctx/export.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <stop_token>

namespace ctx {

/// What asks the request to stop. Branches that are joined keep the first one's.
CTX_EXPORT extern const Key<std::stop_token> stop_token_key;
/// When the request need not be answered any more. Branches that are joined have the earlier one.
CTX_EXPORT extern const Key<std::chrono::steady_clock::time_point> deadline_key;

/// The request was cancelled, or its deadline is over.
struct CTX_EXPORT Cancelled : std::exception {
    [[nodiscard]] const char* what() const noexcept override;
};

/// `context` with that token, in place of the one it had.
[[nodiscard]] CTX_EXPORT Context with_stop_token(ContextView context, std::stop_token token);
/// `context` with that deadline, or the one that it had if that is earlier.
[[nodiscard]] CTX_EXPORT Context with_deadline(ContextView context,
                                               std::chrono::steady_clock::time_point deadline);

/// The token of a context; one that is never asked to stop if it has none.
[[nodiscard]] CTX_EXPORT std::stop_token stop_token_of(ContextView context) noexcept;

/// Time until the current deadline, never negative; nothing without one.
[[nodiscard]] CTX_EXPORT std::optional<std::chrono::nanoseconds> time_left() noexcept;

/// Whether the current context was asked to stop, or its deadline is over.
[[nodiscard]] CTX_EXPORT bool is_cancelled() noexcept;

/// To be called where work can be given up.
CTX_EXPORT void throw_if_cancelled();

}  // namespace ctx
