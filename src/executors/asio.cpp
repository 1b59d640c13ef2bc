#include <ctx/context/lost_context.hpp>
#include <ctx/executors/asio/wrap.hpp>

namespace ctx::asio::detail {
namespace {

LostContextCounter without_context{
    "asio", "ctx_asio_tasks_without_context_total",
    "Functions run through a wrapped Asio executor whose context is empty."};

LostContextCounter wrapped_without_context{
    "asio", "ctx_asio_wraps_without_context_total",
    "Asio executors that were wrapped by a thread without a context."};

}  // namespace

void count_task_without_context() noexcept {
    without_context.count();
}

void count_wrap_without_context(SourcePlace caller) noexcept {
    wrapped_without_context.count(caller);
}

}  // namespace ctx::asio::detail
