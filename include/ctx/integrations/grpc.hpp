// ctx/integrations/grpc.hpp: continues traces in gRPC servers and sends them on from gRPC clients.
//
//     const auto tracing = std::make_shared<ctx::GrpcTracing>(ctx::GrpcTracingOptions{tracer});
//
//     builder.experimental().SetInterceptorCreators(tracing->server_interceptors());   // server
//     grpc::Status Orders::Get(grpc::ServerContext* call, …) {
//         const ctx::Scope scope{tracing->context_of(*call)};                  // in the handler
//
//     auto channel = grpc::experimental::CreateCustomChannelWithInterceptors(          // client
//         target, credentials, {}, tracing->client_interceptors());
//
// Client side: each call gets a span below the context that is current where the call is made, and
// its metadata is injected once; nothing else to do, for unary and streaming calls of the
// synchronous, asynchronous and callback APIs. Server side: the context of a call is extracted and
// its span runs before the handler does, which takes it with context_of(): an interceptor has no
// place where it could make a context current on the handler's thread and be sure to take it away
// again, so it does not.
//
// Spans follow OpenTelemetry's RPC conventions: named "package.Service/Method"; on the client every
// status but OK is an error, on the server those that are the server's fault.
//
// `grpc-trace-bin` is a header that gRPC C++ takes for its own: it can be sent, but a server built
// with gRPC C++ 1.51 is not shown it. Services that talk to one should speak `tracecontext`.
//
// Threads   GrpcTracing is used from any thread and must live as long as its interceptors have
//           calls: they share it. A Scope in a handler is for code that does not suspend.
// Errors    No metadata makes a call fail: see extract(). Where a span cannot be had for want of
//           memory the call goes on without.
// Cost      extract or inject and a span per call; on the server one look-up under a mutex that a
//           sixteenth of the calls share.

#pragma once

#include <ctx/export.hpp>
#include <ctx/propagation/propagator.hpp>
#include <ctx/tracing/tracer.hpp>

#include <grpcpp/client_context.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/client_interceptor.h>
#include <grpcpp/support/server_interceptor.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ctx {

/// Metadata that came in. Values of names that end in `-bin` are bytes.
template <>
struct CarrierTraits<std::multimap<grpc::string_ref, grpc::string_ref>> {
    using Metadata = std::multimap<grpc::string_ref, grpc::string_ref>;

    template <typename Visit>
    static void for_each(const Metadata& metadata, Visit&& visit) {
        for (const auto& [name, value] : metadata)
            visit(std::string_view{name.data(), name.size()},
                  std::string_view{value.data(), value.size()});
    }

    /// gRPC has names in lower case only.
    template <typename Visit>
    static void find(const Metadata& metadata, std::string_view name, Visit&& visit) {
        const auto [first, last] = metadata.equal_range({name.data(), name.size()});
        for (auto at = first; at != last; ++at)
            visit(std::string_view{at->second.data(), at->second.size()});
    }
};

/// The metadata of a call that came in: ServerContext, CallbackServerContext.
template <typename Call>
requires std::derived_from<Call, grpc::ServerContextBase>
struct CarrierTraits<Call>
    : private CarrierTraits<std::multimap<grpc::string_ref, grpc::string_ref>> {
    using OfMetadata = CarrierTraits<std::multimap<grpc::string_ref, grpc::string_ref>>;

    template <typename Visit>
    static void for_each(const Call& call, Visit&& visit) {
        OfMetadata::for_each(call.client_metadata(), visit);
    }
    template <typename Visit>
    static void find(const Call& call, std::string_view name, Visit&& visit) {
        OfMetadata::find(call.client_metadata(), name, visit);
    }
};

/// The metadata of a call that is about to be made, for services without interceptors. gRPC cannot
/// take back what was added, so inject once per ClientContext.
template <>
struct CarrierTraits<grpc::ClientContext> {
    static constexpr bool takes_bytes = true;

    static void set(grpc::ClientContext& call, std::string_view name, std::string_view value) {
        call.AddMetadata(std::string{name}, std::string{value});
    }
    static void remove(grpc::ClientContext& /*call*/, std::string_view /*name*/) {}
};

struct GrpcTracingOptions {
    Tracer tracer;
    Propagators propagators = Propagators::from_environment();
    /// Under which name the quality of propagation is counted (carrier "grpc"); empty: as
    /// `propagators` says.
    std::string edge = "grpc";
};

/// Traces the calls of one service.
class CTX_EXPORT GrpcTracing : public std::enable_shared_from_this<GrpcTracing> {
public:
    explicit GrpcTracing(GrpcTracingOptions options);
    GrpcTracing(const GrpcTracing&) = delete;
    GrpcTracing& operator=(const GrpcTracing&) = delete;
    ~GrpcTracing();

    /// For CreateCustomChannelWithInterceptors(); add others before or behind.
    [[nodiscard]] std::vector<
        std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>>
    client_interceptors();

    /// For ServerBuilder::experimental().SetInterceptorCreators().
    [[nodiscard]] std::vector<
        std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>>
    server_interceptors();

    /// The context of a call that is being handled: the server span below the caller's. Empty for
    /// calls that did not pass server_interceptors().
    [[nodiscard]] Context context_of(const grpc::ServerContextBase& call) const;

private:
    class ClientCall;
    class ServerCall;
    class ClientFactory;
    class ServerFactory;
    struct Calls;

    Tracer tracer_;
    Propagators propagators_;
    std::unique_ptr<Calls> calls_;
};

}  // namespace ctx
