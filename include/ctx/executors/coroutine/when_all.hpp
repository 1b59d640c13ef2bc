// ctx/executors/coroutine/when_all.hpp: branches of a request, and their join.
//
//     auto [price, stock] = co_await ctx::when_all(ask_price(item), ask_stock(item));
//     std::vector<Quote> quotes = co_await ctx::when_all(std::move(tasks));
//
// All branches begin with the context that is current, on this thread, one after the other, and go
// on wherever they get to. When all have ended the coroutine goes on with the join of their
// contexts: the baggage that they added (ctx::continue_with) is merged as the Tracing Plane does,
// and their spans become links. A branch that was cancelled adds nothing.
//
// When a branch fails, the others are asked to stop (cancellation.hpp), and waited for.
//
// Threads   The branches run in parallel if they move to other threads. The coroutine goes on on
//           the thread on which the last of them ended.
// Errors    The first failure in the order of the branches, one that is no Cancelled if there is
//           one, when all have ended.
// Cost      A stop source and a context for all branches; one atomic decrement for each.

#pragma once

#include <ctx/executors/coroutine/task.hpp>
#include <ctx/executors/detail/branches.hpp>

#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace ctx {

namespace detail {

struct AllOf {
    static constexpr Decisive decisive = Decisive::failure;

    template <typename Branches>
    static auto result(BranchGroup& group, Branches& branches) {
        Failures failures;
        branches.for_each([&](auto& branch) {
            const bool was_cancelled = branch.add_failure_to(failures);
            if (!was_cancelled) group.join_with(branch.last_context());
        });
        group.continue_joined();
        failures.rethrow_first();
        return results(branches);
    }

private:
    template <typename... Ts>
    static std::tuple<BranchResult<Ts>...> results(BranchTuple<Ts...>& branches) {
        return std::apply(
            [](auto&... branch) { return std::tuple<BranchResult<Ts>...>{branch.result()...}; },
            branches.all());
    }

    template <typename T>
    static auto results(BranchList<T>& branches) {
        if constexpr (!std::is_void_v<T>) {
            std::vector<KeptResult<T>> results;
            results.reserve(branches.count());
            branches.for_each([&](Branch<T>& branch) { results.push_back(branch.result()); });
            return results;
        }
    }
};

}  // namespace detail

/// Waits for all of them: a tuple of their results, std::monostate for a task without one. To be
/// awaited in a ctx::task or where the promise is a ContextPromise.
template <typename... Ts>
[[nodiscard]] auto when_all(task<Ts>... tasks) {
    using Branches = detail::BranchTuple<Ts...>;
    return detail::SideBySide<Branches, detail::AllOf>{Branches{std::move(tasks)...}};
}

/// The same of any number: a vector of their results, of a std::reference_wrapper for references,
/// nothing for tasks without one.
template <typename T>
[[nodiscard]] auto when_all(std::vector<task<T>> tasks) {
    using Branches = detail::BranchList<T>;
    return detail::SideBySide<Branches, detail::AllOf>{Branches{std::move(tasks)}};
}

}  // namespace ctx
