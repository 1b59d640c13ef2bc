// Clients of every API: whose child a call is, what is sent, when its span ends.

#include "integrations/grpc/support.hpp"
#include <ctx/context/child_span.hpp>
#include <ctx/context/current.hpp>
#include <ctx/propagation/tracecontext.hpp>

#include <gmock/gmock.h>
#include <grpcpp/completion_queue.h>

#include <chrono>
#include <cstdlib>
#include <future>
#include <map>

namespace {

using ctx::SpanKind;
using ctx::StatusCode;
using ctx::test::Bench;
using ctx::test::call;
using ctx::test::only;
using ctx::test::SyncService;
using ctx::test::TestServer;
using ctx::test::Transport;
using ctx::test::unary;

/// A server that remembers the trace headers of its last call.
struct Echo {
    Bench bench;
    std::vector<std::string> traceparents;
    ctx::Context seen;
    SyncService service{[this](grpc::ServerContext& call, std::string text) {
        traceparents.clear();
        const auto [first, last] = call.client_metadata().equal_range("traceparent");
        for (auto at = first; at != last; ++at)
            traceparents.emplace_back(at->second.data(), at->second.size());
        seen = ctx::Context{ctx::current()};
        return text;
    }};
    TestServer server{{.tracer = bench.tracer}, service};

    std::shared_ptr<grpc::Channel> channel(Transport over = Transport::in_process) {
        return server.channel({.tracer = bench.tracer}, over);
    }
    ctx::SpanDataPtr client_span() {
        server.shutdown();
        return only(bench.finished(), SpanKind::client);
    }
    void expect_child_of(const ctx::SpanContext& parent) {
        const auto span = client_span();
        EXPECT_EQ(span->context.trace_id, parent.trace_id);
        EXPECT_EQ(span->parent_id, parent.span_id);
        EXPECT_EQ(seen.trace_id(), parent.trace_id);
    }
};

std::string code_of(const ctx::SpanData& span) {
    return ctx::test::to_map(span.attributes)["rpc.grpc.status_code"];
}

TEST(GrpcSyncClient, makes_the_call_a_child_of_the_current_span_and_sends_it_once) {
    Echo echo;
    ctx::SpanContext parent;
    {
        const auto request = echo.bench.tracer.start_scoped("request");
        parent = request.span_context();
        grpc::ClientContext client;
        client.AddMetadata("traceparent", "stale");
        EXPECT_EQ(call(*echo.channel(Transport::loopback), client, "hi").text, "hi");
        EXPECT_EQ(ctx::current().span_id(), parent.span_id);
    }
    echo.expect_child_of(parent);
    const auto span = echo.client_span();
    EXPECT_EQ(span->name, "test.Echo/Unary");
    EXPECT_EQ(span->status, StatusCode::unset);
    using Map = std::map<std::string, std::string>;
    EXPECT_EQ(ctx::test::to_map(span->attributes), (Map{{"rpc.grpc.status_code", "0"},
                                                        {"rpc.method", "Unary"},
                                                        {"rpc.service", "test.Echo"},
                                                        {"rpc.system", "grpc"}}));
    ASSERT_EQ(echo.traceparents.size(), 1U);
    EXPECT_EQ(echo.traceparents[0].substr(36, 16), span->context.span_id.to_string());
}

TEST(GrpcSyncClient, begins_a_trace_where_there_is_none) {
    Echo echo;
    EXPECT_TRUE(call(*echo.channel()).status.ok());
    EXPECT_FALSE(echo.client_span()->parent_id.is_valid());
    EXPECT_EQ(echo.traceparents.size(), 1U);
}

TEST(GrpcSyncClient, says_why_a_call_never_arrived) {
    Echo echo;
    const auto channel = echo.channel(Transport::loopback);
    echo.server.shutdown();
    EXPECT_EQ(call(*channel).status.error_code(), grpc::StatusCode::UNAVAILABLE);
    EXPECT_EQ(echo.client_span()->status, StatusCode::error);
    EXPECT_EQ(code_of(*echo.client_span()), "14");
}

TEST(GrpcSyncClient, ends_the_span_of_a_call_past_its_deadline) {
    Echo echo;
    grpc::ClientContext client;
    client.set_deadline(std::chrono::system_clock::now() - std::chrono::seconds{1});
    EXPECT_FALSE(call(*echo.channel(), client).status.ok());
    EXPECT_EQ(code_of(*echo.client_span()), "4");
}

TEST(GrpcSyncClient, sends_the_trace_when_the_baggage_is_larger_than_receivers_accept) {
    Echo echo;
    const auto baggage = ctx::Baggage{}.set("large", std::string(8000, 'x'));
    const ctx::Scope scope{ctx::Context{}.with_baggage(baggage)};
    EXPECT_TRUE(call(*echo.channel(Transport::loopback)).status.ok());
    EXPECT_EQ(echo.traceparents.size(), 1U);
    EXPECT_EQ(echo.seen.baggage().size(), 0U);
    EXPECT_EQ(echo.seen.trace_id(), echo.client_span()->context.trace_id);
}

// Reserved names and gRPC's own entries have their place beside what the limit admits.
TEST(GrpcSyncClient, sends_baggage_that_fills_the_limit) {
    Echo echo;
    const std::size_t others = (11 + 55 + 32) + (7 + 6 + 32);  // traceparent, "baggage", "large="
    const std::string value(ctx::default_grpc_metadata_limit - others, 'x');
    const ctx::Scope scope{ctx::Context{}.with_baggage(ctx::Baggage{}.set("large", value))};
    EXPECT_TRUE(call(*echo.channel(Transport::loopback)).status.ok());
    EXPECT_EQ(echo.seen.baggage().find("large"), value);
}

TEST(GrpcSyncClient, sends_no_more_than_its_own_limit) {
    Echo echo;
    const auto channel = echo.server.channel({.tracer = echo.bench.tracer, .metadata_limit = 500});
    const auto baggage = ctx::Baggage{}.set("large", std::string(500, 'x'));
    const ctx::Scope scope{ctx::Context{}.with_baggage(baggage)};
    EXPECT_TRUE(call(*channel).status.ok());
    EXPECT_EQ(echo.traceparents.size(), 1U);
    EXPECT_EQ(echo.seen.baggage().size(), 0U);
}

/// Whether GrpcOptions write a b3 header, and no other, where the environment asks for that.
bool speaks_b3_of_the_environment() {
    if (setenv("OTEL_PROPAGATORS", "b3", 1) != 0) return false;  // NOLINT(concurrency-mt-unsafe)
    const ctx::GrpcOptions options{.tracer = ctx::Tracer{{}}};
    std::map<std::string, std::string> headers;
    options.propagators.inject(ctx::Context{}.with_span(ctx::child_of(ctx::Context{})), headers);
    return headers.size() == 1 && headers.contains("b3");
}

// In a process of its own: threads of gRPC read the environment whenever they like.
TEST(GrpcOptionsDeathTest, speak_the_formats_of_the_environment_unless_told) {
    testing::FLAGS_gtest_death_test_style = "threadsafe";
    EXPECT_EXIT(std::_Exit(speaks_b3_of_the_environment() ? 0 : 1), testing::ExitedWithCode(0), "");
}

void extract_nothing(const ctx::CarrierReader&, ctx::Extraction&) {}
void inject_evil(ctx::ContextView, const ctx::CarrierWriter& into) {
    into.set("evil", "\xff\n");
}
constexpr std::string_view evil_fields[] = {"evil"};
constexpr ctx::Format evil{"evil", evil_fields, &extract_nothing, &inject_evil};

TEST(GrpcSyncClient, survives_a_format_that_writes_what_metadata_must_not_hold) {
    Echo echo;
    const auto channel = echo.server.channel(
        {.tracer = echo.bench.tracer, .propagators = {evil, ctx::tracecontext_format}},
        Transport::loopback);
    EXPECT_TRUE(call(*channel).status.ok());
    EXPECT_EQ(echo.traceparents.size(), 1U);
}

TEST(GrpcCallbackClient, takes_the_context_of_the_caller_and_leaves_the_callback_without) {
    Echo echo;
    grpc::GenericStub stub{echo.channel()};
    const ctx::Span request = echo.bench.tracer.start("request");
    grpc::ClientContext client;
    const grpc::ByteBuffer message = ctx::test::to_bytes("hi");
    grpc::ByteBuffer response;
    std::promise<bool> had_context;
    {
        const ctx::Scope scope{request.context()};
        stub.UnaryCall(&client, unary, {}, &message, &response, [&](const grpc::Status& status) {
            EXPECT_TRUE(status.ok());
            had_context.set_value(static_cast<bool>(ctx::current()));
        });
    }
    EXPECT_FALSE(had_context.get_future().get());
    echo.expect_child_of(request.span_context());
}

TEST(GrpcCallbackClient, ends_the_span_of_a_call_that_is_cancelled) {
    Bench bench;
    std::promise<void> entered;
    std::promise<void> let_go;
    SyncService service{[&](grpc::ServerContext&, std::string text) {
        entered.set_value();
        let_go.get_future().wait();
        return text;
    }};
    TestServer server{{.tracer = bench.tracer}, service};
    grpc::GenericStub stub{server.channel({.tracer = bench.tracer})};
    grpc::ClientContext client;
    const grpc::ByteBuffer message = ctx::test::to_bytes("hi");
    grpc::ByteBuffer response;
    std::promise<grpc::Status> done;
    stub.UnaryCall(&client, unary, {}, &message, &response,
                   [&](const grpc::Status& status) { done.set_value(status); });
    entered.get_future().wait();
    client.TryCancel();
    EXPECT_EQ(done.get_future().get().error_code(), grpc::StatusCode::CANCELLED);
    let_go.set_value();
    server.shutdown();
    const auto spans = bench.finished();
    EXPECT_EQ(code_of(*only(spans, SpanKind::client)), "1");
    EXPECT_EQ(only(spans, SpanKind::client)->status, StatusCode::error);
    EXPECT_EQ(only(spans, SpanKind::server)->status, StatusCode::unset);
    EXPECT_EQ(server.watch.strangers, 0);
}

/// Waits for the next tag, and says whether that left a context behind.
bool next(grpc::CompletionQueue& queue) {
    void* tag = nullptr;
    bool ok = false;
    EXPECT_TRUE(queue.Next(&tag, &ok));
    EXPECT_FALSE(ctx::current());
    return ok;
}

TEST(GrpcQueueClient, takes_the_context_where_the_call_is_made_and_not_where_it_starts) {
    Echo echo;
    grpc::GenericStub stub{echo.channel()};
    const ctx::Span request = echo.bench.tracer.start("request");
    const ctx::Span stranger = echo.bench.tracer.start("stranger");
    grpc::CompletionQueue queue;
    grpc::ClientContext client;
    grpc::ByteBuffer response;
    grpc::Status status;
    std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
    {
        const ctx::Scope scope{request.context()};
        reader =
            stub.PrepareUnaryCall(&client, std::string{unary}, ctx::test::to_bytes("hi"), &queue);
    }
    {
        const ctx::Scope scope{stranger.context()};
        reader->StartCall();
        reader->Finish(&response, &status, nullptr);
    }
    EXPECT_TRUE(next(queue));
    EXPECT_TRUE(status.ok());
    echo.expect_child_of(request.span_context());
}

TEST(GrpcQueueClient, records_nothing_of_a_call_that_never_starts) {
    Echo echo;
    grpc::GenericStub stub{echo.channel()};
    grpc::CompletionQueue queue;
    {
        grpc::ClientContext client;
        EXPECT_NE(stub.PrepareCall(&client, unary, &queue), nullptr);
    }
    echo.server.shutdown();
    for (const auto& span : echo.bench.finished())
        EXPECT_NE(span->kind, SpanKind::client);  // a server in this process hears of it
}

}  // namespace
