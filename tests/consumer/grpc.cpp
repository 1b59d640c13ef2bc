// The metadata of a call is a carrier.
// Prints: acme
// Prints: no call, no context
#include <ctx/integrations/grpc.hpp>

#include <cstdio>
#include <map>
#include <memory>
#include <string>

int main() {
    const std::multimap<grpc::string_ref, grpc::string_ref> metadata{
        {"traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
        {"baggage", "tenant=acme"}};
    const ctx::Context caller = ctx::extract(metadata);
    std::printf("%s\n", std::string{caller.baggage().find("tenant").value_or("")}.c_str());

    const auto tracing =
        std::make_shared<ctx::GrpcTracing>(ctx::GrpcTracingOptions{.tracer = ctx::Tracer{{}}});
    const grpc::ServerContext call;
    if (tracing->server_interceptors().size() == 1 && !tracing->context_of(call)) {
        std::puts("no call, no context");
    }
}
