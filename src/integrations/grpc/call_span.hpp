// One call, as client and server record and measure it.

#pragma once

#include "integrations/grpc/call_timer.hpp"
#include <ctx/context/context.hpp>
#include <ctx/integrations/grpc/interceptors.hpp>
#include <ctx/tracing/span.hpp>

#include <grpcpp/support/status.h>

#include <string_view>

namespace ctx::detail {

class CallSpan {
public:
    CallSpan() = default;  ///< records nothing
    /// @param method  as gRPC has it, "/package.Service/Method".
    CallSpan(const GrpcOptions& options, SpanKind kind, std::string_view method,
             ContextView parent);

    [[nodiscard]] Context context() const noexcept { return span_.context(); }

    /// The call came to this status.
    void end(const grpc::Status& status) noexcept;

private:
    SpanKind kind_ = SpanKind::internal;
    Span span_;
    CallTimer timer_;
};

/// Of a call that nobody waited for: gRPC cancels it when its last owner is gone.
[[nodiscard]] inline grpc::Status given_up() noexcept {
    return {grpc::StatusCode::CANCELLED, ""};
}

}  // namespace ctx::detail
