// A call within one process: the handler sees the caller's trace and baggage.
// Prints: acme
// Prints: one trace
#include <ctx/context/current.hpp>
#include <ctx/integrations/grpc.hpp>

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <cstdio>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

ctx::Context seen;

class Service final : public grpc::CallbackGenericService {
    grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext*) override {
        seen = ctx::Context{ctx::current()};
        class Reactor final : public grpc::ServerGenericBidiReactor {
        public:
            Reactor() { Finish(grpc::Status{grpc::StatusCode::NOT_FOUND, ""}); }
            void OnDone() override { delete this; }
        };
        return new Reactor;
    }
};

}  // namespace

int main() {
    const ctx::GrpcOptions options{.tracer = ctx::Tracer{{.scope_name = "consumer"}}};
    std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> on_server;
    on_server.push_back(std::make_unique<ctx::GrpcServerInterceptors>(options));
    Service service;
    grpc::ServerBuilder builder;
    builder.RegisterCallbackGenericService(&service);
    builder.experimental().SetInterceptorCreators(std::move(on_server));
    const auto server = builder.BuildAndStart();

    std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>> on_client;
    on_client.push_back(std::make_unique<ctx::GrpcClientInterceptors>(options));
    grpc::GenericStub stub{
        server->experimental().InProcessChannelWithInterceptors({}, std::move(on_client))};

    const ctx::Baggage baggage = ctx::Baggage{}.set("tenant", "acme");
    const ctx::Scope request{options.tracer.start("request").context().with_baggage(baggage)};
    grpc::ClientContext call;
    const grpc::Slice text{"order 7"};
    const grpc::ByteBuffer order{&text, 1};
    grpc::ByteBuffer response;
    std::promise<void> done;
    stub.UnaryCall(&call, "/shop.Orders/Find", {}, &order, &response,
                   [&done](const grpc::Status&) { done.set_value(); });
    done.get_future().wait();
    std::printf("%s\n", std::string(seen.baggage().find("tenant").value_or("")).c_str());
    if (seen.trace_id() == ctx::current().trace_id()) std::puts("one trace");
}
