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

Span start_call_span(const Tracer& tracer, SpanKind kind, std::string_view method,
                     ContextView parent) {
    if (method.starts_with('/')) method.remove_prefix(1);
    Span span = tracer.start(
        method, {.kind = kind, .parent = parent, .attributes = {{"rpc.system", "grpc"}}});
    const std::size_t slash = method.rfind('/');
    if (slash != std::string_view::npos) {
        span.set_attribute("rpc.service", method.substr(0, slash));
        span.set_attribute("rpc.method", method.substr(slash + 1));
    }
    return span;
}

void end_call_span(Span& span, SpanKind kind, const grpc::Status& status) noexcept {
    const grpc::StatusCode code = status.error_code();
    span.set_attribute("rpc.grpc.status_code", static_cast<int>(code));
    const bool failed = kind == SpanKind::server ? is_fault_of_server(code) : !status.ok();
    if (failed) span.set_status(StatusCode::error, status.error_message());
    span.end();
}

}  // namespace ctx::detail
