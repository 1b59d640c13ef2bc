// One call that is being measured.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/integrations/grpc/metrics.hpp>
#include <ctx/tracing/span_data.hpp>

#include <grpcpp/support/status.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace ctx::detail {

class CallTimer {
public:
    CallTimer() noexcept = default;  ///< measures nothing
    /// @param method  "package.Service/Method"
    CallTimer(const std::shared_ptr<GrpcMetrics>& metrics, SpanKind kind,
              std::string_view method) noexcept;

    /// Observes the duration in this context; a second call does nothing.
    void end(const Context& context, grpc::StatusCode code, bool failed) noexcept;

private:
    std::shared_ptr<GrpcMetrics> metrics_;  // null: nothing to do, or done
    const std::string* method_ = nullptr;
    std::chrono::steady_clock::time_point start_;
    bool server_ = false;
};

}  // namespace ctx::detail
