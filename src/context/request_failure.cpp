#include <ctx/context/detail/request_failure.hpp>

#include <atomic>

namespace ctx::detail {
namespace {

constinit std::atomic<RequestFailureHook> installed_hook{nullptr};

}  // namespace

void set_request_failure_hook(RequestFailureHook hook) noexcept {
    // Asked with every request: only the first one writes.
    if (installed_hook.load(std::memory_order_acquire) == hook) return;
    installed_hook.store(hook, std::memory_order_release);
}

void tell_request_failure(ContextView request) noexcept {
    if (const RequestFailureHook hook = installed_hook.load(std::memory_order_acquire)) {
        hook(request);
    }
}

}  // namespace ctx::detail
