#include "integrations/grpc/support.hpp"

#include <ctx/context/current.hpp>

#include <grpcpp/create_channel.h>
#include <grpcpp/impl/client_unary_call.h>
#include <grpcpp/impl/method_handler_impl.h>
#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/support/method_handler.h>

#include <utility>

namespace ctx::test {
namespace {

using grpc::ByteBuffer;
using grpc::internal::RpcMethod;
using Hook = grpc::experimental::InterceptionHookPoints;

class WatchingInterceptor final : public grpc::experimental::Interceptor {
public:
    explicit WatchingInterceptor(Watch& watch) : watch_(watch) {}
    void Intercept(grpc::experimental::InterceptorBatchMethods* batch) override {
        if (!batch->QueryInterceptionHookPoint(Hook::POST_RECV_INITIAL_METADATA)) {
            batch->Proceed();
            return;
        }
        Watch& watch = watch_;  // this object may not survive Proceed()
        watch.calls += 1;
        watch.strangers += current() ? 1 : 0;
        batch->Proceed();
        watch.strangers += current() ? 1 : 0;
    }

private:
    Watch& watch_;
};

class WatchingInterceptors final : public grpc::experimental::ServerInterceptorFactoryInterface {
public:
    explicit WatchingInterceptors(Watch& watch) : watch_(watch) {}
    grpc::experimental::Interceptor* CreateServerInterceptor(
        grpc::experimental::ServerRpcInfo*) override {
        return new WatchingInterceptor(watch_);
    }

private:
    Watch& watch_;
};

auto client_interceptors(const GrpcOptions& options) {
    std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>> list;
    list.push_back(std::make_unique<GrpcClientInterceptors>(options));
    return list;
}

/// Channels share no connections: what one does to a connection is not seen by another.
grpc::ChannelArguments own_connections() {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return arguments;
}

std::string address(int port) {
    return "127.0.0.1:" + std::to_string(port);
}

}  // namespace

ByteBuffer to_bytes(std::string_view text) {
    const grpc::Slice slice{text.data(), text.size()};
    return ByteBuffer{&slice, 1};
}

std::string to_text(const ByteBuffer& bytes) {
    std::vector<grpc::Slice> slices;
    if (!bytes.Dump(&slices).ok()) return {};
    std::string text;
    for (const grpc::Slice& slice : slices)
        text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    return text;
}

SyncService::SyncService(Handler handler, StreamHandler streamed) {
    serve([](grpc::ServerContext&) { return grpc::Status{}; }, std::move(handler),
          std::move(streamed));
}

SyncService::SyncService(StatusHandler handler) {
    serve(std::move(handler), [](grpc::ServerContext&, std::string text) { return text; }, {});
}

void SyncService::serve(StatusHandler handler, Handler answer, StreamHandler streamed) {
    const auto run = [handler = std::move(handler), answer = std::move(answer)](
                         SyncService*, grpc::ServerContext* context, const ByteBuffer* request,
                         ByteBuffer* response) {
        const grpc::Status status = handler(*context);
        if (status.ok()) *response = to_bytes(answer(*context, to_text(*request)));
        return status;
    };
    AddMethod(new grpc::internal::RpcServiceMethod(
        unary, RpcMethod::NORMAL_RPC,
        new grpc::internal::RpcMethodHandler<SyncService, ByteBuffer, ByteBuffer>(run, this)));
    const auto run_stream = [streamed = std::move(streamed)](
                                SyncService*, grpc::ServerContext* context, Stream* messages) {
        return streamed(*context, *messages);
    };
    AddMethod(new grpc::internal::RpcServiceMethod(
        stream, RpcMethod::BIDI_STREAMING,
        new grpc::internal::BidiStreamingHandler<SyncService, ByteBuffer, ByteBuffer>(run_stream,
                                                                                      this)));
}

TestServer::TestServer(const GrpcOptions& options, const Register& add) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> list;
    list.push_back(std::make_unique<GrpcServerInterceptors>(options));
    list.push_back(std::make_unique<WatchingInterceptors>(watch));  // sees what comes in first
    builder.experimental().SetInterceptorCreators(std::move(list));
    add(builder);
    server_ = builder.BuildAndStart();
    EXPECT_NE(server_, nullptr);
}

std::shared_ptr<grpc::Channel> TestServer::channel(const GrpcOptions& options, Transport over) {
    if (over == Transport::in_process)
        return server_->experimental().InProcessChannelWithInterceptors(
            {}, client_interceptors(options));
    return grpc::experimental::CreateCustomChannelWithInterceptors(
        address(port_), grpc::InsecureChannelCredentials(), own_connections(),
        client_interceptors(options));
}

std::shared_ptr<grpc::Channel> TestServer::plain_channel(Transport over) {
    if (over == Transport::in_process) return server_->InProcessChannel({});
    return grpc::CreateCustomChannel(address(port_), grpc::InsecureChannelCredentials(),
                                     own_connections());
}

void TestServer::shutdown() {
    if (server_ == nullptr) return;
    server_->Shutdown();
    server_->Wait();
}

Answer call(grpc::Channel& channel, grpc::ClientContext& context, std::string_view request,
            const char* method) {
    ByteBuffer response;
    const grpc::Status status = grpc::internal::BlockingUnaryCall<ByteBuffer, ByteBuffer>(
        &channel, RpcMethod{method, RpcMethod::NORMAL_RPC}, &context, to_bytes(request), &response);
    return {status, status.ok() ? to_text(response) : std::string{}};
}

Answer call(grpc::Channel& channel, std::string_view request) {
    grpc::ClientContext context;
    return call(channel, context, request);
}

SpanDataPtr only(const std::vector<SpanDataPtr>& spans, SpanKind kind) {
    SpanDataPtr found;
    for (const SpanDataPtr& span : spans) {
        if (span->kind != kind) continue;
        EXPECT_EQ(found, nullptr) << "a second span of this kind";
        found = span;
    }
    if (found == nullptr) throw std::runtime_error("no span of this kind");
    return found;
}

}  // namespace ctx::test
