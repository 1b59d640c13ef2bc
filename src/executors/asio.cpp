#include <ctx/context/lost_context.hpp>
#include <ctx/executors/asio/executor.hpp>

namespace ctx::asio::detail {
namespace {

LostContextCounter without_context{
    "asio", "ctx_asio_tasks_without_context_total",
    "Functions run through a wrapped Asio executor whose context is empty."};

}  // namespace

void count_task_without_context() noexcept {
    without_context.count();
}

}  // namespace ctx::asio::detail
