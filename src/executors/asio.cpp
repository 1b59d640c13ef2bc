#include <ctx/context/stats.hpp>
#include <ctx/executors/asio/executor.hpp>

namespace ctx::asio::detail {
namespace {

Stat without_context{"ctx_asio_tasks_without_context_total",
                     "Functions run through a wrapped Asio executor whose context is empty."};

}  // namespace

void count_task_without_context() noexcept {
    without_context.add();
}

}  // namespace ctx::asio::detail
