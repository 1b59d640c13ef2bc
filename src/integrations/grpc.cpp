#include <ctx/context/current.hpp>
#include <ctx/integrations/grpc.hpp>
#include <ctx/propagation/quality.hpp>
#include <ctx/tracing/span.hpp>

#include <array>
#include <mutex>
#include <new>
#include <unordered_map>
#include <utility>

namespace ctx {
namespace {

using grpc::experimental::ClientRpcInfo;
using grpc::experimental::InterceptionHookPoints;
using grpc::experimental::Interceptor;
using grpc::experimental::InterceptorBatchMethods;
using grpc::experimental::ServerRpcInfo;

using Outgoing = std::multimap<std::string, std::string>;

/// "/package.Service/Method" without the slash in front.
std::string_view name_of(const char* method) noexcept {
    std::string_view name = method == nullptr ? std::string_view{} : std::string_view{method};
    if (name.starts_with('/')) name.remove_prefix(1);
    return name;
}

void describe(Span& span, std::string_view name) noexcept {
    if (!span.is_recording()) return;
    const std::size_t slash = name.rfind('/');
    span.set_attribute("rpc.system", "grpc");
    if (slash == std::string_view::npos) return;
    span.set_attribute("rpc.service", name.substr(0, slash));
    span.set_attribute("rpc.method", name.substr(slash + 1));
}

/// OpenTelemetry RPC conventions: what the server is to blame for.
bool is_servers_fault(grpc::StatusCode code) noexcept {
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

void finish(Span& span, const grpc::Status& status, bool is_error) noexcept {
    if (span.is_recording()) {
        span.set_attribute("rpc.grpc.status_code", static_cast<int>(status.error_code()));
        if (is_error) span.set_status(StatusCode::error, status.error_message());
    }
    span.end();
}

Propagators counted(Propagators propagators, const std::string& edge) {
    if (edge.empty()) return propagators;
    return propagators.counted_by(PropagationQuality::of("grpc", edge));
}

/// The metadata of a call before it is sent.
struct OutgoingMetadata {
    Outgoing* metadata;
};

}  // namespace

template <>
struct CarrierTraits<OutgoingMetadata> {
    static constexpr bool takes_bytes = true;

    template <typename Visit>
    static void for_each(const OutgoingMetadata& carrier, Visit&& visit) {
        CarrierTraits<Outgoing>::for_each(*carrier.metadata, visit);
    }
    static void set(OutgoingMetadata& carrier, std::string_view name, std::string_view value) {
        CarrierTraits<Outgoing>::set(*carrier.metadata, name, value);
    }
    static void remove(OutgoingMetadata& carrier, std::string_view name) {
        CarrierTraits<Outgoing>::remove(*carrier.metadata, name);
    }
};

/// The contexts of the calls that are being handled, by the address of the call.
struct GrpcTracing::Calls {
    struct alignas(64) Shard {
        std::mutex mutex;
        std::unordered_map<const void*, Context> contexts;
    };

    Shard& of(const void* call) {
        // Addresses differ above the size of what is allocated.
        return shards[reinterpret_cast<std::uintptr_t>(call) / 256 % shards.size()];
    }
    void put(const void* call, Context context) {
        Shard& shard = of(call);
        const std::lock_guard lock{shard.mutex};
        shard.contexts.insert_or_assign(call, std::move(context));
    }
    void remove(const void* call) noexcept {
        Context last;  // what it holds is released behind the lock
        Shard& shard = of(call);
        const std::lock_guard lock{shard.mutex};
        const auto at = shard.contexts.find(call);
        if (at == shard.contexts.end()) return;
        last = std::move(at->second);
        shard.contexts.erase(at);
    }
    Context find(const void* call) {
        Shard& shard = of(call);
        const std::lock_guard lock{shard.mutex};
        const auto at = shard.contexts.find(call);
        return at == shard.contexts.end() ? Context{} : at->second;
    }

    std::array<Shard, 16> shards;
};

/// Made where the call is made, so what is current there is the parent.
class GrpcTracing::ClientCall final : public Interceptor {
public:
    ClientCall(std::shared_ptr<GrpcTracing> tracing, const char* method)
        : tracing_(std::move(tracing)) {
        const std::string_view name = name_of(method);
        span_ = tracing_->tracer_.start(name, {.kind = SpanKind::client});
        describe(span_, name);
    }

    void Intercept(InterceptorBatchMethods* methods) override {
        if (methods->QueryInterceptionHookPoint(
                InterceptionHookPoints::PRE_SEND_INITIAL_METADATA)) {
            OutgoingMetadata carrier{methods->GetSendInitialMetadata()};
            tracing_->propagators_.inject(span_.context(), carrier);
        }
        if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::POST_RECV_STATUS)) {
            const grpc::Status& status = *methods->GetRecvStatus();
            finish(span_, status, !status.ok());
        }
        methods->Proceed();
    }

private:
    std::shared_ptr<GrpcTracing> tracing_;
    Span span_;
};

class GrpcTracing::ServerCall final : public Interceptor {
public:
    ServerCall(std::shared_ptr<GrpcTracing> tracing, ServerRpcInfo& info)
        : tracing_(std::move(tracing)), call_(info.server_context()), method_(info.method()) {}
    ~ServerCall() override { tracing_->calls_->remove(call_); }

    void Intercept(InterceptorBatchMethods* methods) override {
        if (methods->QueryInterceptionHookPoint(
                InterceptionHookPoints::POST_RECV_INITIAL_METADATA)) {
            begin(*methods->GetRecvInitialMetadata());
        }
        if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) {
            const grpc::Status status = methods->GetSendStatus();
            finish(span_, status, is_servers_fault(status.error_code()));
        }
        methods->Proceed();
    }

private:
    void begin(const std::multimap<grpc::string_ref, grpc::string_ref>& metadata) {
        const Context caller = tracing_->propagators_.extract(metadata);
        const std::string_view name = name_of(method_);
        span_ = tracing_->tracer_.start(name,
                                        {.kind = SpanKind::server, .parent = ContextView{caller}});
        describe(span_, name);
        tracing_->calls_->put(call_, span_.context());
    }

    std::shared_ptr<GrpcTracing> tracing_;
    const grpc::ServerContextBase* call_;
    const char* method_;
    Span span_;
};

class GrpcTracing::ClientFactory final
    : public grpc::experimental::ClientInterceptorFactoryInterface {
public:
    explicit ClientFactory(std::shared_ptr<GrpcTracing> tracing) : tracing_(std::move(tracing)) {}
    Interceptor* CreateClientInterceptor(ClientRpcInfo* info) override {
        return new ClientCall{tracing_, info->method()};
    }

private:
    std::shared_ptr<GrpcTracing> tracing_;
};

class GrpcTracing::ServerFactory final
    : public grpc::experimental::ServerInterceptorFactoryInterface {
public:
    explicit ServerFactory(std::shared_ptr<GrpcTracing> tracing) : tracing_(std::move(tracing)) {}
    Interceptor* CreateServerInterceptor(ServerRpcInfo* info) override {
        return new ServerCall{tracing_, *info};
    }

private:
    std::shared_ptr<GrpcTracing> tracing_;
};

GrpcTracing::GrpcTracing(GrpcTracingOptions options)
    : tracer_(std::move(options.tracer)),
      propagators_(counted(std::move(options.propagators), options.edge)),
      calls_(std::make_unique<Calls>()) {}

GrpcTracing::~GrpcTracing() = default;

std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>>
GrpcTracing::client_interceptors() {
    std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>> creators;
    creators.push_back(std::make_unique<ClientFactory>(shared_from_this()));
    return creators;
}

std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>>
GrpcTracing::server_interceptors() {
    std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> creators;
    creators.push_back(std::make_unique<ServerFactory>(shared_from_this()));
    return creators;
}

Context GrpcTracing::context_of(const grpc::ServerContextBase& call) const {
    return calls_->find(&call);
}

}  // namespace ctx
