// Calls in one process, over a real channel, of bytes: no generated code is needed for that.

#include "tracing/support.hpp"
#include <ctx/context/current.hpp>
#include <ctx/context/scope.hpp>
#include <ctx/integrations/grpc.hpp>
#include <ctx/propagation/grpc_trace_bin.hpp>

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/client_unary_call.h>
#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/support/method_handler.h>
#include <grpcpp/support/sync_stream.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

using ctx::test::Bench;
using grpc::ByteBuffer;
using grpc::internal::RpcMethod;

constexpr const char* unary = "/test.Echo/Say";
constexpr const char* streaming = "/test.Echo/Chat";

ByteBuffer bytes(const std::string& text) {
    const grpc::Slice slice{text};
    return ByteBuffer{&slice, 1};
}

std::string text_of(const ByteBuffer& buffer) {
    std::vector<grpc::Slice> slices;
    (void)buffer.Dump(&slices);
    std::string text;
    for (const grpc::Slice& slice : slices)
        text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    return text;
}

using Handler = std::function<grpc::Status(grpc::ServerContext&, std::string& answer)>;
using Stream = grpc::ServerReaderWriter<ByteBuffer, ByteBuffer>;

/// A synchronous service of one unary method and one stream that answers each message.
class Echo final : public grpc::Service {
public:
    explicit Echo(Handler handler) : handler_(std::move(handler)) {
        AddMethod(new grpc::internal::RpcServiceMethod(
            unary, RpcMethod::NORMAL_RPC,
            new grpc::internal::RpcMethodHandler<Echo, ByteBuffer, ByteBuffer>(
                [](Echo* self, grpc::ServerContext* call, const ByteBuffer*, ByteBuffer* answer) {
                    std::string text;
                    const grpc::Status status = self->handler_(*call, text);
                    *answer = bytes(text);
                    return status;
                },
                this)));
        AddMethod(new grpc::internal::RpcServiceMethod(
            streaming, RpcMethod::BIDI_STREAMING,
            new grpc::internal::BidiStreamingHandler<Echo, ByteBuffer, ByteBuffer>(
                [](Echo* self, grpc::ServerContext* call, Stream* stream) {
                    grpc::Status status;
                    ByteBuffer message;
                    while (stream->Read(&message)) {
                        std::string text;
                        status = self->handler_(*call, text);
                        stream->Write(bytes(text));
                    }
                    return status;
                },
                this)));
    }

private:
    Handler handler_;
};

/// A server and a channel to it, both traced.
class Pair {
public:
    Pair(const Bench& bench, Handler handler, const char* formats = "tracecontext,baggage")
        : tracing(std::make_shared<ctx::GrpcTracing>(
              ctx::GrpcTracingOptions{.tracer = bench.tracer,
                                      .propagators = ctx::Propagators::named(formats),
                                      .edge = "grpc_test"})),
          service(std::move(handler)) {
        grpc::ServerBuilder builder;
        builder.RegisterService(&service);
        builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
        builder.experimental().SetInterceptorCreators(tracing->server_interceptors());
        server = builder.BuildAndStart();
        channel = grpc::experimental::CreateCustomChannelWithInterceptors(
            "127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials(), {},
            tracing->client_interceptors());
    }
    Pair(const Pair&) = delete;
    Pair& operator=(const Pair&) = delete;
    ~Pair() { server->Shutdown(); }

    /// A channel that does not know ctx.
    [[nodiscard]] std::shared_ptr<grpc::Channel> plain_channel() const {
        return grpc::CreateChannel("127.0.0.1:" + std::to_string(port),
                                   grpc::InsecureChannelCredentials());
    }

    std::shared_ptr<ctx::GrpcTracing> tracing;
    Echo service;
    int port = 0;
    std::unique_ptr<grpc::Server> server;
    std::shared_ptr<grpc::Channel> channel;
};

grpc::Status say(grpc::ChannelInterface& channel, grpc::ClientContext& call, std::string& answer) {
    ByteBuffer reply;
    const grpc::Status status = grpc::internal::BlockingUnaryCall<ByteBuffer, ByteBuffer>(
        &channel, RpcMethod(unary, RpcMethod::NORMAL_RPC), &call, bytes("hello"), &reply);
    answer = text_of(reply);
    return status;
}

ctx::Context request_context(const char* tenant = "acme") {
    const ctx::Context root = ctx::Context{}.with_baggage(ctx::Baggage{}.set("tenant", tenant));
    ctx::SpanContext span = ctx::child_of(root);
    span.flags = span.flags.with_sampled(true);
    return root.with_span(span);
}

/// Answers with the trace id and the tenant of the call's context.
Handler telling(const std::shared_ptr<ctx::GrpcTracing>*& tracing) {
    return [&tracing](grpc::ServerContext& call, std::string& answer) {
        EXPECT_FALSE(ctx::current()) << "nobody's context is left on a pooled thread";
        const ctx::Scope scope{(*tracing)->context_of(call)};
        answer = ctx::current().trace_id().to_string() + " " +
                 std::string{ctx::current().baggage().find("tenant").value_or("none")};
        return grpc::Status::OK;
    };
}

TEST(Grpc, one_trace_from_client_to_server) {
    Bench bench;
    const std::shared_ptr<ctx::GrpcTracing>* tracing = nullptr;
    Pair pair{bench, telling(tracing)};
    tracing = &pair.tracing;
    const ctx::Context request = request_context();
    {
        const ctx::Scope scope{request};
        grpc::ClientContext call;
        std::string answer;
        ASSERT_TRUE(say(*pair.channel, call, answer).ok());
        EXPECT_EQ(answer, request.trace_id().to_string() + " acme");
        EXPECT_EQ(ctx::current(), ctx::ContextView{request});
    }
    pair.server->Shutdown();
    const auto spans = bench.finished();
    ASSERT_EQ(spans.size(), 2U);
    const auto is_client = [](const auto& s) { return s->kind == ctx::SpanKind::client; };
    const auto& client = **std::find_if(spans.begin(), spans.end(), is_client);
    const auto& server = **std::find_if_not(spans.begin(), spans.end(), is_client);
    EXPECT_EQ(client.parent_id, request.span_id());
    EXPECT_EQ(server.parent_id, client.context.span_id);
    for (const auto* span : {&client, &server}) {
        EXPECT_EQ(span->name, "test.Echo/Say");
        EXPECT_EQ(span->status, ctx::StatusCode::unset);
        EXPECT_EQ(ctx::test::to_map(span->attributes),
                  (std::map<std::string, std::string>{{"rpc.grpc.status_code", "0"},
                                                      {"rpc.method", "Say"},
                                                      {"rpc.service", "test.Echo"},
                                                      {"rpc.system", "grpc"}}));
    }
}

TEST(Grpc, a_stream_is_one_call) {
    Bench bench;
    const std::shared_ptr<ctx::GrpcTracing>* tracing = nullptr;
    Pair pair{bench, telling(tracing)};
    tracing = &pair.tracing;
    const ctx::Context request = request_context();
    const ctx::Scope scope{request};
    grpc::ClientContext call;
    const std::unique_ptr<grpc::ClientReaderWriter<ByteBuffer, ByteBuffer>> stream{
        grpc::internal::ClientReaderWriterFactory<ByteBuffer, ByteBuffer>::Create(
            pair.channel.get(), RpcMethod(streaming, RpcMethod::BIDI_STREAMING), &call)};
    for (int i = 0; i < 3; ++i) {
        ByteBuffer answer;
        ASSERT_TRUE(stream->Write(bytes("hello")));
        ASSERT_TRUE(stream->Read(&answer));
        EXPECT_EQ(text_of(answer), request.trace_id().to_string() + " acme");
    }
    stream->WritesDone();
    ASSERT_TRUE(stream->Finish().ok());
    pair.server->Shutdown();
    EXPECT_EQ(bench.finished().size(), 2U);
}

TEST(Grpc, errors_are_whose_they_are) {
    Bench bench;
    Pair pair{bench, [](grpc::ServerContext&, std::string&) {
                  return grpc::Status{grpc::StatusCode::NOT_FOUND, "no such order"};
              }};
    grpc::ClientContext call;
    std::string answer;
    const ctx::Scope scope{request_context()};
    EXPECT_EQ(say(*pair.channel, call, answer).error_code(), grpc::StatusCode::NOT_FOUND);
    pair.server->Shutdown();
    for (const auto& span : bench.finished()) {
        const bool client = span->kind == ctx::SpanKind::client;
        EXPECT_EQ(span->status, client ? ctx::StatusCode::error : ctx::StatusCode::unset);
        EXPECT_EQ(ctx::test::to_map(span->attributes).at("rpc.grpc.status_code"), "5");
    }
}

TEST(Grpc, a_call_that_nobody_answers_ends_its_span) {
    Bench bench;
    const auto tracing = std::make_shared<ctx::GrpcTracing>(
        ctx::GrpcTracingOptions{.tracer = bench.tracer, .edge = "grpc_test"});
    const auto channel = grpc::experimental::CreateCustomChannelWithInterceptors(
        "unix:/nonexistent/socket", grpc::InsecureChannelCredentials(), {},
        tracing->client_interceptors());
    const ctx::Scope scope{request_context()};
    grpc::ClientContext call;
    std::string answer;
    EXPECT_EQ(say(*channel, call, answer).error_code(), grpc::StatusCode::UNAVAILABLE);
    const auto spans = bench.finished();
    ASSERT_EQ(spans.size(), 1U);
    EXPECT_EQ(spans[0]->status, ctx::StatusCode::error);
}

TEST(Grpc, the_asynchronous_and_the_callback_client_send_what_was_current) {
    Bench bench;
    const std::shared_ptr<ctx::GrpcTracing>* tracing = nullptr;
    Pair pair{bench, telling(tracing)};
    tracing = &pair.tracing;
    grpc::GenericStub stub{pair.channel};
    const ctx::Context request = request_context();
    const std::string expected = request.trace_id().to_string() + " acme";

    grpc::ClientContext async_call;
    grpc::CompletionQueue queue;
    std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
    {
        const ctx::Scope scope{request};
        reader = stub.PrepareUnaryCall(&async_call, unary, bytes("hello"), &queue);
    }
    reader->StartCall();  // with nothing current
    ByteBuffer answer;
    grpc::Status status;
    reader->Finish(&answer, &status, &queue);
    void* tag = nullptr;
    bool ok = false;
    ASSERT_TRUE(queue.Next(&tag, &ok));
    EXPECT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(text_of(answer), expected);

    grpc::ClientContext callback_call;
    const ByteBuffer message = bytes("hello");
    ByteBuffer callback_answer;
    std::promise<grpc::Status> done;
    {
        const ctx::Scope scope{request};
        stub.UnaryCall(&callback_call, unary, {}, &message, &callback_answer,
                       [&done](grpc::Status result) { done.set_value(std::move(result)); });
    }
    EXPECT_TRUE(done.get_future().get().ok());
    EXPECT_EQ(text_of(callback_answer), expected);
}

TEST(Grpc, calls_from_many_threads_do_not_mix) {
    Bench bench;
    const std::shared_ptr<ctx::GrpcTracing>* tracing = nullptr;
    Pair pair{bench, telling(tracing)};
    tracing = &pair.tracing;
    std::atomic<int> mismatches{0};
    std::atomic<int> calls{0};
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 64; ++t) {
            threads.emplace_back([&, t] {
                for (int i = 0; i < 10; ++i) {
                    const std::string tenant = "t" + std::to_string(t);
                    const ctx::Context request = request_context(tenant.c_str());
                    const ctx::Scope scope{request};
                    grpc::ClientContext call;
                    std::string answer;
                    if (!say(*pair.channel, call, answer).ok() ||
                        answer != request.trace_id().to_string() + " " + tenant) {
                        ++mismatches;
                    }
                    ++calls;
                }
            });
        }
    }
    EXPECT_EQ(calls, 640);
    EXPECT_EQ(mismatches, 0);
}

TEST(Grpc, a_server_that_calls_is_in_the_middle_of_the_trace) {
    Bench bench;
    Pair* next = nullptr;
    const std::shared_ptr<ctx::GrpcTracing>* tracing = nullptr;
    Pair last{bench, telling(tracing)};
    tracing = &last.tracing;
    next = &last;
    const std::shared_ptr<ctx::GrpcTracing>* first_tracing = nullptr;
    Pair first{bench, [&](grpc::ServerContext& call, std::string& answer) {
                   const ctx::Scope scope{(*first_tracing)->context_of(call)};
                   grpc::ClientContext onward;
                   return say(*next->channel, onward, answer);
               }};
    first_tracing = &first.tracing;
    const ctx::Context request = request_context();
    const ctx::Scope scope{request};
    grpc::ClientContext call;
    std::string answer;
    ASSERT_TRUE(say(*first.channel, call, answer).ok());
    EXPECT_EQ(answer, request.trace_id().to_string() + " acme");
    first.server->Shutdown();
    last.server->Shutdown();
    const auto spans = bench.finished();
    ASSERT_EQ(spans.size(), 4U);
    std::size_t roots = 0;
    for (const auto& span : spans) {
        const auto is_parent = [&](const auto& s) { return s->context.span_id == span->parent_id; };
        if (std::none_of(spans.begin(), spans.end(), is_parent)) ++roots;
    }
    EXPECT_EQ(roots, 1U) << "a chain";
}

TEST(Grpc, metadata_of_any_kind_leaves_the_call_alone) {
    Bench bench;
    const std::shared_ptr<ctx::GrpcTracing>* tracing = nullptr;
    Pair pair{bench, telling(tracing), "tracecontext,baggage,grpcbin,jaeger"};
    tracing = &pair.tracing;
    grpc::ClientContext call;
    call.AddMetadata("traceparent", "junk");
    call.AddMetadata("traceparent", "00-11111111111111111111111111111111-1111111111111111-01");
    call.AddMetadata("grpc-trace-bin", std::string{"\0\0\xff", 3});
    call.AddMetadata("uberctx-tenant", "%zz%00");
    for (int i = 0; i < 50; ++i)
        call.AddMetadata("baggage", "k" + std::to_string(i) + "=v,,;=");
    std::string answer;
    ASSERT_TRUE(say(*pair.plain_channel(), call, answer).ok());
    EXPECT_EQ(answer.size(), 32 + 1 + std::string{"%zz"}.size() + 1) << answer;
}

TEST(Grpc, trace_bin_is_read_as_bytes_and_kept_by_grpc_on_the_way) {
    const ctx::Context request = request_context();
    char raw[ctx::binary_trace_context_size];
    ctx::write_binary_trace_context(request.span_context(), raw);
    const std::multimap<grpc::string_ref, grpc::string_ref> metadata{
        {"grpc-trace-bin", grpc::string_ref{raw, sizeof raw}}};
    const ctx::Propagators binary{ctx::grpc_trace_bin_format};
    EXPECT_EQ(binary.extract(metadata).trace_id(), request.trace_id());

    // gRPC C++ takes this one header for its own and shows it to no application: the call goes
    // through, and the server begins a trace.
    Bench bench;
    const std::shared_ptr<ctx::GrpcTracing>* tracing = nullptr;
    Pair pair{bench, telling(tracing), "grpcbin"};
    tracing = &pair.tracing;
    const ctx::Scope scope{request};
    grpc::ClientContext call;
    std::string answer;
    ASSERT_TRUE(say(*pair.channel, call, answer).ok());
    EXPECT_NE(answer, request.trace_id().to_string() + " none");
}

TEST(Grpc, a_stale_header_is_replaced) {
    Bench bench;
    const std::shared_ptr<ctx::GrpcTracing>* tracing = nullptr;
    Pair pair{bench, telling(tracing)};
    tracing = &pair.tracing;
    const ctx::Context request = request_context();
    const ctx::Scope scope{request};
    grpc::ClientContext call;
    call.AddMetadata("traceparent", "00-11111111111111111111111111111111-1111111111111111-01");
    std::string answer;
    ASSERT_TRUE(say(*pair.channel, call, answer).ok());
    EXPECT_EQ(answer, request.trace_id().to_string() + " acme");
}

TEST(Grpc, a_call_that_was_not_intercepted_has_no_context) {
    Bench bench;
    const ctx::GrpcTracing tracing{{.tracer = bench.tracer}};
    const grpc::ServerContext call;
    EXPECT_FALSE(tracing.context_of(call));
}

}  // namespace
