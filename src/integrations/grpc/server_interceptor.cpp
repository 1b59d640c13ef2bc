#include "integrations/grpc/call_span.hpp"
#include "integrations/grpc/call_table.hpp"
#include <ctx/context/boundary.hpp>
#include <ctx/integrations/grpc/interceptors.hpp>

#include <memory>
#include <utility>

namespace ctx {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::InterceptorBatchMethods;

/// Lives as long as the server context of its call.
class ServerInterceptor final : public grpc::experimental::Interceptor {
public:
    ServerInterceptor(std::shared_ptr<const GrpcOptions> options,
                      grpc::experimental::ServerRpcInfo* call) noexcept
        : options_(std::move(options)), call_(call) {}

    ServerInterceptor(const ServerInterceptor&) = delete;
    ServerInterceptor& operator=(const ServerInterceptor&) = delete;

    ~ServerInterceptor() override {
        if (server_context_ == nullptr) return;
        detail::CallTable::remove(server_context_, span_.context());
        finish(detail::given_up());
    }

    void Intercept(InterceptorBatchMethods* batch) override {
        if (batch->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_INITIAL_METADATA)) {
            begin(*batch);
            proceed_within(span_.context(), batch);
            return;
        }
        if (batch->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS))
            finish(batch->GetSendStatus());
        batch->Proceed();  // may end the call, and this object
    }

private:
    // Handlers of the synchronous API, and the function that makes a reactor, run before Proceed()
    // returns and on this thread. By then this object may be gone: the boundary needs nothing of
    // it. A thread that gRPC hands the call to instead is not touched at all.
    static void proceed_within(Context context, InterceptorBatchMethods* batch) {
        const Boundary inside{std::move(context)};
        batch->Proceed();
    }

    void begin(InterceptorBatchMethods& batch) noexcept try {
        const auto* metadata = batch.GetRecvInitialMetadata();
        if (metadata == nullptr || server_context_ != nullptr) return;
        const Context caller = options_->propagators.extract(*metadata);
        span_ = detail::CallSpan{*options_, SpanKind::server, call_->method(), caller};
        server_context_ = call_->server_context();
        detail::CallTable::put(server_context_, span_.context());
    } catch (...) {  // no memory: the call goes on with less
    }

    void finish(const grpc::Status& status) noexcept {
        if (std::exchange(ended_, true)) return;
        span_.end(status);
    }

    std::shared_ptr<const GrpcOptions> options_;
    grpc::experimental::ServerRpcInfo* call_;
    const grpc::ServerContextBase* server_context_ = nullptr;  // null: nothing has begun
    detail::CallSpan span_;
    bool ended_ = false;
};

}  // namespace

GrpcServerInterceptors::GrpcServerInterceptors(GrpcOptions options)
    : options_(std::make_shared<const GrpcOptions>(std::move(options))) {}

grpc::experimental::Interceptor* GrpcServerInterceptors::CreateServerInterceptor(
    grpc::experimental::ServerRpcInfo* call) try {
    return std::make_unique<ServerInterceptor>(options_, call).release();
} catch (...) {
    return nullptr;  // gRPC goes on without
}

Context grpc_context(const grpc::ServerContextBase& call) noexcept {
    return detail::CallTable::find(&call);
}

}  // namespace ctx
