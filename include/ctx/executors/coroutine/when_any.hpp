// ctx/executors/coroutine/when_any.hpp: the branch of a request that succeeds first.
//
//     auto price = co_await ctx::when_any(ask_cache(item), ask_server(item));   // a std::variant
//     switch (price.index()) { … }
//
//     ctx::Winner<Quote> quote = co_await ctx::when_any(std::move(tasks));
//     use(quote.index, quote.value);
//
// The branches begin with the context that is current, on this thread, one after the other, until
// one has succeeded; the others are asked to stop (cancellation.hpp) and waited for: nothing of
// them runs when the coroutine goes on. It does so with the join of its context and the winner's.
//
// What a branch hands on (ctx::spawn, ctx::bind) has the branches' stop token, also from the winner:
// it is cancelled when one has succeeded. What is to go on needs the token from outside, or is
// begun after the await; ctx::background() takes the token away, and the rest of the context too:
//
//     const std::stop_token own = ctx::stop_token_of(ctx::current());    // before when_any
//     …                                                                  // in the branch:
//     const ctx::Scope scope{ctx::with_stop_token(ctx::current(), own)};
//     receipt = ctx::spawn(pool, write_to_cache(quote));
//
// The others add nothing, neither baggage nor links, not even one that came to its end before it
// noticed the stop: what it found out was thrown away with its result.
//
// Threads   The branches run in parallel if they move to other threads. The coroutine goes on on
//           the thread on which the last of them ended.
// Errors    Failures of branches are dropped when one succeeds. When none does: the first failure
//           in the order of the branches, one that is no Cancelled if there is one, and the
//           context is as it was. An empty vector: std::invalid_argument.
// Cost      As when_all: a stop source and a context for all branches, one atomic decrement for
//           each. A branch that never notices the stop is waited for until its end.

#pragma once

#include <ctx/executors/coroutine/task.hpp>
#include <ctx/executors/detail/branches.hpp>

#include <cstddef>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace ctx {

/// The result of the task that succeeded first, and its place among the tasks.
template <typename T>
struct Winner {
    std::size_t index;
    T value;
};
template <>
struct Winner<void> {
    std::size_t index;
};

namespace detail {

struct AnyOf {
    static constexpr Decisive decisive = Decisive::success;

    template <typename Branches>
    static auto result(BranchGroup& group, Branches& branches) {
        const void* const winner = group.decided_by();
        if (winner == nullptr) fail(branches);
        branches.for_each([&](auto& branch) {
            if (&branch == winner) group.join_with(branch.last_context());
        });
        group.continue_joined();
        return result_of(winner, branches);
    }

private:
    template <typename Branches>
    [[noreturn]] static void fail(Branches& branches) {
        Failures failures;
        branches.for_each([&](auto& branch) { branch.add_failure_to(failures); });
        failures.rethrow_first();
        throw std::invalid_argument{"ctx::when_any: there are no tasks"};
    }

    template <std::size_t I = 0, typename... Ts>
    static std::variant<KeptResult<Ts>...> result_of(const void* winner,
                                                     BranchTuple<Ts...>& branches) {
        auto& branch = std::get<I>(branches.all());
        if constexpr (I + 1 < sizeof...(Ts)) {
            if (&branch != winner) return result_of<I + 1>(winner, branches);
        }
        return std::variant<KeptResult<Ts>...>{std::in_place_index<I>, branch.result()};
    }

    template <typename T>
    static Winner<T> result_of(const void* winner, BranchList<T>& branches) {
        std::size_t index = 0;
        while (&branches.all()[index] != winner)
            ++index;
        if constexpr (std::is_void_v<T>) {
            return {index};
        } else {
            return {index, branches.all()[index].result()};
        }
    }
};

}  // namespace detail

/// The result of the one that succeeds first, as the alternative with its index: std::monostate for
/// a task without a result, a std::reference_wrapper for a reference. To be awaited in a ctx::task
/// or where the promise is a ContextPromise.
template <typename... Ts>
[[nodiscard]] auto when_any(task<Ts>... tasks) {
    static_assert(sizeof...(Ts) > 0, "ctx::when_any: there are no tasks");
    using Branches = detail::BranchTuple<Ts...>;
    return detail::SideBySide<Branches, detail::AnyOf>{Branches{std::move(tasks)...}};
}

/// The same of any number, but none: a Winner.
template <typename T>
[[nodiscard]] auto when_any(std::vector<task<T>> tasks) {
    using Branches = detail::BranchList<T>;
    return detail::SideBySide<Branches, detail::AnyOf>{Branches{std::move(tasks)}};
}

}  // namespace ctx
