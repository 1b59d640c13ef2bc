#include <ctx/context/lost_context.hpp>
#include <ctx/executors/detail/task_count.hpp>

#include <array>
#include <cstddef>

namespace ctx::detail {
namespace {

// In the order of Adapter.
std::array<LostContextCounter, 7> counters{{
    {"executors", "ctx_executors_tasks_without_context_total",
     "Tasks submitted to a wrapped pool by a thread without a context."},
    {"coroutines", "ctx_coroutines_tasks_without_context_total",
     "Coroutines spawned or started by a thread without a context."},
    {"senders", "ctx_senders_tasks_without_context_total",
     "Senders of a wrapped scheduler that were started by a thread without a context."},
    {"channel", "ctx_channel_items_without_context_total",
     "Items sent through a channel by a thread without a context."},
    {"callbacks", "ctx_callbacks_without_context_total",
     "Callbacks registered by a thread without a context."},
    {"boost_fiber", "ctx_boost_fiber_fibers_without_context_total",
     "Fibers of Boost.Fiber made by a thread without a context."},
    {"tbb", "ctx_tbb_algorithms_without_context_total",
     "Algorithms of oneTBB called by a thread without a context."},
}};

}  // namespace

void count_task_without_context(Adapter adapter, SourcePlace caller) noexcept {
    counters[static_cast<std::size_t>(adapter)].count(caller);
}

}  // namespace ctx::detail
