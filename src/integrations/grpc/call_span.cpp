#include "integrations/grpc/call_span.hpp"

#include <ctx/tracing/tracer.hpp>

namespace ctx::detail {
namespace {

bool is_fault_of_server(grpc::StatusCode code) noexcept {
    switch (code) {
        case grpc::StatusCode::UNKNOWN:
        case grpc::StatusCode::DEADLINE_EXCEEDED:
        case grpc::StatusCode::UNIMPLEMENTED:
        case grpc::StatusCode::INTERNAL:
        case grpc::StatusCode::UNAVAILABLE:
        case grpc::StatusCode::DATA_LOSS:
            return true;
        default:
            return false;
    }
}

}  // namespace

CallSpan::CallSpan(const GrpcOptions& options, SpanKind kind, std::string_view method,
                   ContextView parent)
    : kind_(kind) {
    if (method.starts_with('/')) method.remove_prefix(1);
    timer_ = CallTimer{options.metrics, kind, method};
    span_ = options.tracer.start(
        method, {.kind = kind, .parent = parent, .attributes = {{"rpc.system", "grpc"}}});
    const std::size_t slash = method.rfind('/');
    if (slash == std::string_view::npos) return;
    span_.set_attribute("rpc.service", method.substr(0, slash));
    span_.set_attribute("rpc.method", method.substr(slash + 1));
}

void CallSpan::end(const grpc::Status& status) noexcept {
    const grpc::StatusCode code = status.error_code();
    span_.set_attribute("rpc.grpc.status_code", static_cast<int>(code));
    const bool failed = kind_ == SpanKind::server ? is_fault_of_server(code) : !status.ok();
    if (failed) span_.set_status(StatusCode::error, status.error_message());
    timer_.end(span_.context(), code, failed);  // while its exemplar can be told to the span
    span_.end();
}

}  // namespace ctx::detail
