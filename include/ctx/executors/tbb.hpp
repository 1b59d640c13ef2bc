// ctx/executors/tbb.hpp: contexts in oneTBB: loops, task groups, flow graphs.
//
//     ctx::tbb::parallel_for(0, rows, [&](int row) { filter(row); });       // the caller's context
//     double sum = ctx::tbb::parallel_reduce(tbb::blocked_range<int>{0, rows}, 0.0, body,
//     std::plus{}); tbb::parallel_invoke(ctx::tbb::borrow(left), ctx::tbb::borrow(right));  // any
//     other algorithm
//
// | the code                             | its context |
// |--------------------------------------|---------------------------------------------------------|
// | body of an algorithm that waits      | the caller's: parallel_for(), parallel_reduce(),
// borrow() | | `group.run(ctx::bind(f))`            | that of whoever called bind() | |
// `ctx::wrap(arena).enqueue(f)`        | the submitter's; `execute(f)` too, where it hands over  |
// | node of a flow graph                 | the message's: `Carried<T>` through `ctx::carry(f)` | |
// anything else                        | none, or that of a task which waits on the same thread  |
//
// The last line is why loops in a request need these functions: a thread that waits for its loop
// runs whatever task it finds, on top of its own stack and in its own context, also a stranger's.
// So does an observer of the arena not help: it learns of threads, not of tasks.
//
// A sink of a flow graph, whose body returns nothing to carry, makes the context current itself:
//
//     tbb::flow::function_node<ctx::Carried<Price>> sink{graph, 1, [](const ctx::Carried<Price>& p)
//     {
//         const ctx::Scope scope = p.scope();
//         return store(*p), tbb::flow::continue_msg{};
//     }};
//
// Threads   As oneTBB: bodies run on many threads at once.
// Errors    Exceptions of a body end the algorithm and come out of it; every thread has its own
//           context by then. Algorithms that are called without a context are counted
//           (`ctx_tbb_algorithms_without_context_total`).
// Cost      Per chunk of a loop, not per element: one increment and one decrement of the caller's
//           context. No allocation.

#pragma once

#include <ctx/context/boundary.hpp>
#include <ctx/context/context.hpp>
#include <ctx/context/current.hpp>
#include <ctx/executors/bind.hpp>
#include <ctx/executors/carried.hpp>
#include <ctx/executors/detail/task_count.hpp>

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/parallel_reduce.h>

#include <functional>
#include <type_traits>
#include <utility>

namespace ctx::tbb {

/// What borrow() returns: two pointers.
template <typename F>
class [[nodiscard]] Borrowed {
public:
    Borrowed(ContextView context, const F& callable) noexcept
        : context_(context), callable_(&callable) {}

    template <typename... Args>
    requires std::is_invocable_v<const F&, Args...> std::invoke_result_t<const F&, Args...>
    operator()(Args&&... args) const {
        const Boundary boundary{Context{context_}};
        return std::invoke(*callable_, std::forward<Args>(args)...);
    }

private:
    ContextView context_;
    const F* callable_;
};

/// `callable` with the context that is current now, for an algorithm that is called here and waits
/// until everything has run. Neither is owned, so that oneTBB's copies of it cost nothing.
template <typename F>
Borrowed<F> borrow(const F& callable, SourcePlace caller = SourcePlace::here()) noexcept {
    const ContextView context = current();
    ctx::detail::count_if_empty(ctx::detail::Adapter::tbb, context, caller);
    return {context, callable};
}

/// `tbb::parallel_for(range, body, more...)`; `more` is a partitioner, a task_group_context, both.
template <typename Range, typename Body, typename... More>
requires std::is_invocable_v<const Body&, const Range&>
void parallel_for(const Range& range, const Body& body, More&&... more) {
    ::tbb::parallel_for(range, borrow(body, {}), std::forward<More>(more)...);
}

/// `tbb::parallel_for(first, last, body, more...)`: `body` is called with each index.
template <typename Index, typename Body, typename... More>
requires std::is_integral_v<Index> && std::is_invocable_v<const Body&, Index>
void parallel_for(Index first, Index last, const Body& body, More&&... more) {
    using Range = ::tbb::blocked_range<Index>;
    if (first >= last) return;
    ctx::tbb::parallel_for(
        Range{first, last},
        [&body](const Range& chunk) {
            for (Index i = chunk.begin(); i != chunk.end(); ++i)
                std::invoke(body, i);
        },
        std::forward<More>(more)...);
}

/// `tbb::parallel_reduce(range, identity, body, reduction, more...)`, the form with functions.
template <typename Range, typename Value, typename Body, typename Reduction, typename... More>
[[nodiscard]] Value parallel_reduce(const Range& range, const Value& identity, const Body& body,
                                    const Reduction& reduction, More&&... more) {
    return ::tbb::parallel_reduce(range, identity, borrow(body, {}),
                                  Borrowed<Reduction>{current(), reduction},
                                  std::forward<More>(more)...);
}

}  // namespace ctx::tbb
