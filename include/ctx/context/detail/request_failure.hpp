// How the layer that ends spans tells the one that holds log lines that a request has failed.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/export.hpp>

namespace ctx::detail {

/// Called by the thread that ended the first span of a request here, in error.
/// @param request  the context of that span
using RequestFailureHook = void (*)(ContextView request) noexcept;

/// One for the process; a second one replaces the first.
CTX_EXPORT void set_request_failure_hook(RequestFailureHook hook) noexcept;

CTX_EXPORT void tell_request_failure(ContextView request) noexcept;

}  // namespace ctx::detail
