// The span of one call, as client and server record it.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/integrations/grpc/interceptors.hpp>
#include <ctx/tracing/span.hpp>

#include <grpcpp/support/status.h>

#include <string_view>

namespace ctx::detail {

/// @param method  as gRPC has it, "/package.Service/Method".
[[nodiscard]] Span start_call_span(const Tracer& tracer, SpanKind kind, std::string_view method,
                                   ContextView parent);

/// Ends the span of a call that came to this status.
void end_call_span(Span& span, SpanKind kind, const grpc::Status& status) noexcept;

/// Of a call that nobody waited for: gRPC cancels it when its last owner is gone.
[[nodiscard]] inline grpc::Status given_up() noexcept {
    return {grpc::StatusCode::CANCELLED, ""};
}

}  // namespace ctx::detail
