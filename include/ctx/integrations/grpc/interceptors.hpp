// ctx/integrations/grpc/interceptors.hpp: every call of a channel or a server is a span of a trace.
//
//     ctx::GrpcOptions options{.tracer = tracer};
//
//     std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> server;
//     server.push_back(std::make_unique<ctx::GrpcServerInterceptors>(options));
//     builder.experimental().SetInterceptorCreators(std::move(server));
//
//     std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>> client;
//     client.push_back(std::make_unique<ctx::GrpcClientInterceptors>(options));
//     auto channel = grpc::experimental::CreateCustomChannelWithInterceptors(
//         target, credentials, arguments, std::move(client));
//
//     grpc::Status serve(grpc::ServerContext* server_context, …) {
//         spdlog::info("accepted");                             // carries the caller's trace id
//
// Client. A call is a child of the context that is current where the call is made (for the
// Prepare… functions: there, not at StartCall), in all APIs of gRPC, and ends with its status. Its
// callback runs on a thread of gRPC with no context: give it one with ctx::bind.
//
// Server. A handler of the synchronous API runs with the call's context as current, and so does
// the function of the callback API that makes the reactor or answers. What gRPC calls by itself
// (OnReadDone, OnDone, tags of a completion queue) runs with no context. There:
//
//     ctx::Scope scope{ctx::grpc_context(*server_context)};
//
// The same helps where an interceptor behind this one goes on from another thread, which takes
// the handler out of reach. Threads of gRPC are left as they were found, whatever a handler does.
//
// Spans are named `package.Service/Method`, with rpc.system, rpc.service, rpc.method and
// rpc.grpc.status_code. Of a client's, every status but OK is an error; of a server's, those are
// that say that the server is at fault (OpenTelemetry conventions for RPC). A call that is
// given up without a status ends as CANCELLED. GrpcOptions::metrics counts and times all calls,
// sampled or not.
//
// Threads   The factories are immutable and used by gRPC from any thread. grpc_context() may be
//           called from any thread as long as the call's server context lives.
// Errors    Nothing throws into gRPC: without memory a call goes on untraced. What a peer sends
//           makes no call fail.
// Cost      Per call, beside the span: one interceptor, a copy of the method's name at a client,
//           an entry in a locked table at a server.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/export.hpp>
#include <ctx/integrations/grpc/metadata.hpp>
#include <ctx/integrations/grpc/metrics.hpp>
#include <ctx/propagation/propagator.hpp>
#include <ctx/tracing/tracer.hpp>

#include <grpcpp/server_context.h>
#include <grpcpp/support/client_interceptor.h>
#include <grpcpp/support/server_interceptor.h>

#include <cstddef>
#include <memory>

namespace ctx {

struct GrpcOptions {
    Tracer tracer;
    /// What is read and written. Where the other side is not one of ours: Propagators::at().
    Propagators propagators = Propagators::from_environment();
    /// Of a client: what would make its metadata larger is not sent. See GrpcMetadata.
    std::size_t metadata_limit = default_grpc_metadata_limit;
    /// Measures every call; null measures none.
    std::shared_ptr<GrpcMetrics> metrics = nullptr;
};

/// Makes the interceptors of a channel.
class CTX_EXPORT GrpcClientInterceptors final
    : public grpc::experimental::ClientInterceptorFactoryInterface {
public:
    explicit GrpcClientInterceptors(GrpcOptions options);
    grpc::experimental::Interceptor* CreateClientInterceptor(
        grpc::experimental::ClientRpcInfo* call) override;

private:
    std::shared_ptr<const GrpcOptions> options_;  // shared with calls, which may live longer
};

/// Makes the interceptors of a server. Put it first in the server's list: gRPC runs the list
/// backwards for what comes in, so that only the handler is behind it.
class CTX_EXPORT GrpcServerInterceptors final
    : public grpc::experimental::ServerInterceptorFactoryInterface {
public:
    explicit GrpcServerInterceptors(GrpcOptions options);
    grpc::experimental::Interceptor* CreateServerInterceptor(
        grpc::experimental::ServerRpcInfo* call) override;

private:
    std::shared_ptr<const GrpcOptions> options_;
};

/// The context of the call that this server context belongs to: that of its span. Empty where no
/// GrpcServerInterceptors saw the call.
[[nodiscard]] CTX_EXPORT Context grpc_context(const grpc::ServerContextBase& call) noexcept;

}  // namespace ctx
