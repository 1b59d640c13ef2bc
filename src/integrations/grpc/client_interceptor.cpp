#include "integrations/grpc/call_span.hpp"
#include <ctx/context/current.hpp>
#include <ctx/integrations/grpc/interceptors.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace ctx {
namespace {

using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::InterceptorBatchMethods;

/// Lives as long as the grpc::ClientContext of its call.
class ClientInterceptor final : public grpc::experimental::Interceptor {
public:
    // Made by the thread that makes the call. The name may go before the call starts.
    ClientInterceptor(std::shared_ptr<const GrpcOptions> options, const char* method)
        : options_(std::move(options)), method_(method), caller_(current()) {}

    ClientInterceptor(const ClientInterceptor&) = delete;
    ClientInterceptor& operator=(const ClientInterceptor&) = delete;

    ~ClientInterceptor() override { finish(detail::given_up()); }

    void Intercept(InterceptorBatchMethods* batch) override {
        if (batch->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_INITIAL_METADATA))
            begin(*batch);
        if (batch->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_STATUS)) {
            const grpc::Status* status = batch->GetRecvStatus();
            finish(status == nullptr ? detail::given_up() : *status);
        }
        batch->Proceed();  // may end the call, and this object
    }

private:
    void begin(InterceptorBatchMethods& batch) noexcept try {
        const std::lock_guard lock{mutex_};
        const Context caller = std::exchange(caller_, Context{});
        GrpcMetadata::Map* entries = batch.GetSendInitialMetadata();
        if (ended_ || entries == nullptr) return;
        span_ = detail::CallSpan{*options_, SpanKind::client, method_, caller};
        GrpcMetadata metadata{*entries, options_->metadata_limit};
        options_->propagators.inject(span_.context(), metadata);
    } catch (...) {  // no memory: the call goes on with less
    }

    void finish(const grpc::Status& status) noexcept {
        const std::lock_guard lock{mutex_};
        if (std::exchange(ended_, true)) return;
        span_.end(status);
    }

    // The metadata of a corked stream leaves with the first message, while the status of a call
    // that failed before may arrive on another thread.
    std::mutex mutex_;
    std::shared_ptr<const GrpcOptions> options_;
    std::string method_;
    Context caller_;
    detail::CallSpan span_;
    bool ended_ = false;
};

}  // namespace

GrpcClientInterceptors::GrpcClientInterceptors(GrpcOptions options)
    : options_(std::make_shared<const GrpcOptions>(std::move(options))) {}

grpc::experimental::Interceptor* GrpcClientInterceptors::CreateClientInterceptor(
    grpc::experimental::ClientRpcInfo* call) try {
    return std::make_unique<ClientInterceptor>(options_, call->method()).release();
} catch (...) {
    return nullptr;  // gRPC goes on without
}

}  // namespace ctx
