// Streams of clients: one call each, from its start to its status.

#include "integrations/grpc/support.hpp"
#include <ctx/context/current.hpp>

#include <gmock/gmock.h>
#include <grpcpp/impl/rpc_method.h>

#include <future>

namespace {

using ctx::SpanKind;
using ctx::test::Bench;
using ctx::test::only;
using ctx::test::SyncService;
using ctx::test::TestServer;
using ctx::test::to_bytes;
using grpc::ByteBuffer;

struct StreamEcho {
    Bench bench;
    ctx::Context seen;
    std::size_t traceparents = 0;
    SyncService service{[](grpc::ServerContext&, std::string text) { return text; },
                        [this](grpc::ServerContext& call, ctx::test::Stream& messages) {
                            traceparents = call.client_metadata().count("traceparent");
                            seen = ctx::Context{ctx::current()};
                            ByteBuffer message;
                            while (messages.Read(&message))
                                messages.Write(message);
                            return grpc::Status{};
                        }};
    TestServer server{{.tracer = bench.tracer}, service};

    std::shared_ptr<grpc::Channel> channel() { return server.channel({.tracer = bench.tracer}); }
    ctx::SpanDataPtr client_span() {
        server.shutdown();
        return only(bench.finished(), SpanKind::client);
    }
};

TEST(GrpcSyncStream, is_one_span_until_its_status) {
    StreamEcho echo;
    const auto channel = echo.channel();
    const ctx::Span request = echo.bench.tracer.start("request");
    grpc::ClientContext client;
    using Factory = grpc::internal::ClientReaderWriterFactory<ByteBuffer, ByteBuffer>;
    const grpc::internal::RpcMethod method{ctx::test::stream,
                                           grpc::internal::RpcMethod::BIDI_STREAMING};
    std::unique_ptr<grpc::ClientReaderWriter<ByteBuffer, ByteBuffer>> messages;
    {
        const ctx::Scope scope{request.context()};
        messages.reset(Factory::Create(channel.get(), method, &client));
    }
    ByteBuffer answer;
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(messages->Write(to_bytes("hi")));
        EXPECT_TRUE(messages->Read(&answer));
    }
    EXPECT_TRUE(echo.bench.finished().empty());  // it runs
    messages->WritesDone();
    EXPECT_TRUE(messages->Finish().ok());
    const auto span = echo.client_span();
    EXPECT_EQ(span->parent_id, request.span_context().span_id);
    EXPECT_EQ(span->name, "test.Echo/Stream");
    EXPECT_EQ(echo.traceparents, 1U);
    EXPECT_EQ(echo.seen.trace_id(), span->context.trace_id);
}

/// Sends one message, reads its echo, and ends.
class Reactor final : public grpc::ClientBidiReactor<ByteBuffer, ByteBuffer> {
public:
    Reactor(grpc::GenericStub& stub, grpc::ClientContext& client) {
        stub.PrepareBidiStreamingCall(&client, ctx::test::stream, {}, this);
    }
    void exchange() {
        StartWriteLast(&message_, {});
        StartRead(&answer_);
        StartCall();
    }
    void OnReadDone(bool) override { had_context_ = static_cast<bool>(ctx::current()); }
    void OnDone(const grpc::Status& status) override { done_.set_value(status); }

    grpc::Status wait() { return done_.get_future().get(); }
    [[nodiscard]] bool had_context() const { return had_context_; }

private:
    ByteBuffer message_ = to_bytes("hi");
    ByteBuffer answer_;
    bool had_context_ = true;
    std::promise<grpc::Status> done_;
};

class GrpcCallbackStream : public testing::TestWithParam<bool> {};

TEST_P(GrpcCallbackStream, is_a_child_of_where_it_was_made_also_when_its_metadata_waits) {
    StreamEcho echo;
    grpc::GenericStub stub{echo.channel()};
    const ctx::Span request = echo.bench.tracer.start("request");
    const ctx::Span stranger = echo.bench.tracer.start("stranger");
    grpc::ClientContext client;
    client.set_initial_metadata_corked(GetParam());
    std::unique_ptr<Reactor> reactor;
    {
        const ctx::Scope scope{request.context()};
        reactor = std::make_unique<Reactor>(stub, client);
    }
    {
        const ctx::Scope scope{stranger.context()};
        reactor->exchange();
    }
    EXPECT_TRUE(reactor->wait().ok());
    EXPECT_FALSE(reactor->had_context());
    const auto span = echo.client_span();
    EXPECT_EQ(span->parent_id, request.span_context().span_id);
    EXPECT_EQ(echo.traceparents, 1U);
}

INSTANTIATE_TEST_SUITE_P(corked, GrpcCallbackStream, testing::Bool());

TEST(GrpcQueueStream, that_is_given_up_ends_as_cancelled) {
    StreamEcho echo;
    grpc::GenericStub stub{echo.channel()};
    grpc::CompletionQueue queue;
    {
        grpc::ClientContext client;
        const auto messages = stub.PrepareCall(&client, ctx::test::stream, &queue);
        messages->StartCall(nullptr);
        void* tag = nullptr;
        bool ok = false;
        EXPECT_TRUE(queue.Next(&tag, &ok));
        EXPECT_TRUE(echo.bench.finished().empty());
    }
    const auto span = echo.client_span();
    EXPECT_EQ(ctx::test::to_map(span->attributes)["rpc.grpc.status_code"], "1");
    EXPECT_EQ(span->status, ctx::StatusCode::error);
}

}  // namespace
