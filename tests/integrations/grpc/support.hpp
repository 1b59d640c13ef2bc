// What the tests of ctx::grpc share: a server of two methods that take and give bytes, channels to
// it, and a tracer whose spans can be looked at.

#pragma once

#include "tracing/support.hpp"
#include <ctx/integrations/grpc.hpp>

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/support/sync_stream.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ctx::test {

inline constexpr const char* unary = "/test.Echo/Unary";
inline constexpr const char* stream = "/test.Echo/Stream";
inline constexpr const char* trace_id = "0af7651916cd43dd8448eb211c80319c";
inline constexpr const char* traceparent =
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

grpc::ByteBuffer to_bytes(std::string_view text);
std::string to_text(const grpc::ByteBuffer& bytes);

using Handler = std::function<std::string(grpc::ServerContext&, std::string request)>;
using StatusHandler = std::function<grpc::Status(grpc::ServerContext&)>;
using Stream = grpc::ServerReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>;
using StreamHandler = std::function<grpc::Status(grpc::ServerContext&, Stream&)>;

/// The synchronous API.
class SyncService final : public grpc::Service {
public:
    explicit SyncService(Handler handler, StreamHandler streamed = {});
    explicit SyncService(StatusHandler handler);

private:
    void serve(StatusHandler handler, Handler answer, StreamHandler streamed);
};

/// Counts calls, and threads of gRPC that had a context before our interceptor or after it, the
/// handler having run between them.
struct Watch {
    std::atomic<int> calls{0};
    std::atomic<int> strangers{0};
};

enum class Transport { in_process, loopback };

/// A running server whose calls are traced, stopped when it is destroyed.
class TestServer {
public:
    using Register = std::function<void(grpc::ServerBuilder&)>;
    TestServer(const GrpcOptions& options, const Register& add);
    TestServer(const GrpcOptions& options, SyncService& service)
        : TestServer(options,
                     [&](grpc::ServerBuilder& builder) { builder.RegisterService(&service); }) {}
    ~TestServer() { shutdown(); }

    /// A channel whose calls are traced.
    std::shared_ptr<grpc::Channel> channel(const GrpcOptions& options,
                                           Transport over = Transport::in_process);
    /// A channel of somebody who traces nothing.
    std::shared_ptr<grpc::Channel> plain_channel(Transport over = Transport::in_process);

    /// Waits for the handlers that run.
    void shutdown();
    [[nodiscard]] int port() const noexcept { return port_; }

    Watch watch;

private:
    int port_ = 0;
    std::unique_ptr<grpc::Server> server_;
};

struct Answer {
    grpc::Status status;
    std::string text;
};

/// A call of the synchronous API.
Answer call(grpc::Channel& channel, grpc::ClientContext& context, std::string_view request = {},
            const char* method = unary);
Answer call(grpc::Channel& channel, std::string_view request = {});

/// Of the spans of a trace, the one of that kind; there must be one.
SpanDataPtr only(const std::vector<SpanDataPtr>& spans, SpanKind kind);

}  // namespace ctx::test
