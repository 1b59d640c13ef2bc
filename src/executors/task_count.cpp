#include <ctx/context/stats.hpp>
#include <ctx/executors/executor.hpp>

namespace ctx::detail {
namespace {

Stat without_context{"ctx_executors_tasks_without_context_total",
                     "Tasks submitted to a wrapped pool by a thread without a context."};

}  // namespace

void count_task_without_context() noexcept {
    without_context.add();
}

}  // namespace ctx::detail
