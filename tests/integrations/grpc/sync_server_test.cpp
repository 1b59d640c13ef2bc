// Servers of the synchronous API: what a handler sees, what the span says, what stays behind.

#include "integrations/grpc/support.hpp"
#include <ctx/context/current.hpp>
#include <ctx/context/stats.hpp>

#include <gmock/gmock.h>

#include <stdexcept>

namespace {

using ctx::SpanKind;
using ctx::StatusCode;
using ctx::test::Bench;
using ctx::test::call;
using ctx::test::only;
using ctx::test::SyncService;
using ctx::test::TestServer;
using ctx::test::trace_id;
using ctx::test::traceparent;

TEST(GrpcSyncServer, runs_the_handler_in_the_context_of_the_call) {
    Bench bench;
    ctx::Context seen;
    ctx::Context asked_for;
    SyncService service{[&](grpc::ServerContext& call, std::string text) {
        seen = ctx::Context{ctx::current()};
        asked_for = ctx::grpc_context(call);
        return text;
    }};
    TestServer server{{.tracer = bench.tracer}, service};
    grpc::ClientContext client;
    client.AddMetadata("traceparent", traceparent);
    client.AddMetadata("baggage", "tenant=acme");
    EXPECT_EQ(call(*server.plain_channel(), client, "hello").text, "hello");
    server.shutdown();

    EXPECT_EQ(seen.trace_id().to_string(), trace_id);
    EXPECT_EQ(seen.baggage().find("tenant"), "acme");
    EXPECT_EQ(seen, asked_for);
    const auto span = only(bench.finished(), SpanKind::server);
    EXPECT_EQ(span->name, "test.Echo/Unary");
    EXPECT_EQ(span->context.span_id, seen.span_id());
    EXPECT_EQ(span->parent_id.to_string(), "b7ad6b7169203331");
    EXPECT_TRUE(span->parent_remote);
    EXPECT_EQ(span->status, StatusCode::unset);
    using Map = std::map<std::string, std::string>;
    EXPECT_EQ(ctx::test::to_map(span->attributes), (Map{{"rpc.grpc.status_code", "0"},
                                                        {"rpc.method", "Unary"},
                                                        {"rpc.service", "test.Echo"},
                                                        {"rpc.system", "grpc"}}));
}

TEST(GrpcSyncServer, runs_a_streaming_handler_in_the_context_of_the_call) {
    Bench bench;
    std::string seen;
    SyncService service{[](grpc::ServerContext&, std::string text) { return text; },
                        [&](grpc::ServerContext&, ctx::test::Stream& messages) {
                            grpc::ByteBuffer message;
                            while (messages.Read(&message))
                                messages.Write(message);
                            seen = ctx::current().trace_id().to_string();
                            return grpc::Status{};
                        }};
    TestServer server{{.tracer = bench.tracer}, service};
    grpc::ClientContext client;
    client.AddMetadata("traceparent", traceparent);
    EXPECT_TRUE(call(*server.plain_channel(), client, "one", ctx::test::stream).status.ok());
    server.shutdown();
    EXPECT_EQ(seen, trace_id);
    EXPECT_EQ(only(bench.finished(), SpanKind::server)->name, "test.Echo/Stream");
    EXPECT_EQ(server.watch.strangers, 0);
}

TEST(GrpcSyncServer, begins_a_trace_for_a_caller_without_one) {
    Bench bench;
    ctx::Context seen;
    SyncService service{[&](grpc::ServerContext&, std::string text) {
        seen = ctx::Context{ctx::current()};
        return text;
    }};
    TestServer server{{.tracer = bench.tracer}, service};
    EXPECT_TRUE(call(*server.plain_channel()).status.ok());
    server.shutdown();
    EXPECT_TRUE(seen.trace_id().is_valid());
    EXPECT_FALSE(only(bench.finished(), SpanKind::server)->parent_id.is_valid());
}

TEST(GrpcSyncServer, at_a_boundary_begins_a_trace_with_a_link_to_the_callers) {
    Bench bench;
    SyncService service{[](grpc::ServerContext&, std::string text) { return text; }};
    const auto outside = ctx::Propagators{}.at(ctx::Destination::outside);
    TestServer server{{.tracer = bench.tracer, .propagators = outside}, service};
    grpc::ClientContext client;
    client.AddMetadata("traceparent", traceparent);
    EXPECT_TRUE(call(*server.plain_channel(), client).status.ok());
    server.shutdown();
    const auto span = only(bench.finished(), SpanKind::server);
    EXPECT_NE(span->context.trace_id.to_string(), trace_id);
    ASSERT_EQ(span->links.size(), 1U);
    EXPECT_EQ(span->links[0].trace_id.to_string(), trace_id);
}

TEST(GrpcSyncServer, leaves_nothing_on_the_threads_of_the_pool) {
    const auto before = ctx::live_contexts();
    {
        Bench bench;
        SyncService service{[](grpc::ServerContext&, std::string text) { return text; }};
        TestServer server{{.tracer = bench.tracer}, service};
        const auto channel = server.channel({.tracer = bench.tracer});
        for (int i = 0; i < 50; ++i)
            EXPECT_TRUE(call(*channel).status.ok());
        server.shutdown();
        EXPECT_GE(server.watch.calls, 50);
        EXPECT_EQ(server.watch.strangers, 0);
    }
    EXPECT_EQ(ctx::live_contexts(), before);
}

TEST(GrpcSyncServer, cleans_up_after_a_handler_that_leaves_a_scope_open) {
    ctx::set_scope_misuse_policy(ctx::ScopeMisusePolicy::count);
    Bench bench;
    std::vector<std::unique_ptr<ctx::Scope>> left;
    SyncService service{[&](grpc::ServerContext&, std::string text) {
        left.push_back(std::make_unique<ctx::Scope>(ctx::Context{ctx::current()}));
        return text;
    }};
    TestServer server{{.tracer = bench.tracer}, service};
    EXPECT_TRUE(call(*server.plain_channel()).status.ok());
    server.shutdown();
    EXPECT_EQ(server.watch.strangers, 0);
    EXPECT_EQ(left.size(), 1U);
    left.clear();
}

TEST(GrpcSyncServer, says_unknown_of_a_handler_that_throws) {
    Bench bench;
    SyncService service{[](grpc::ServerContext&, std::string) -> std::string {
        throw std::runtime_error("unlucky");
    }};
    TestServer server{{.tracer = bench.tracer}, service};
    EXPECT_EQ(call(*server.plain_channel()).status.error_code(), grpc::StatusCode::UNKNOWN);
    server.shutdown();
    EXPECT_EQ(server.watch.strangers, 0);
    EXPECT_EQ(only(bench.finished(), SpanKind::server)->status, StatusCode::error);
}

class GrpcStatus : public testing::TestWithParam<int> {};

// OpenTelemetry semantic conventions for gRPC, "gRPC Status".
TEST_P(GrpcStatus, is_an_error_of_every_client_and_of_the_server_that_is_at_fault) {
    const std::string at_fault = "2 4 12 13 14 15";
    Bench bench;
    SyncService service{[](grpc::ServerContext&) {
        return grpc::Status{grpc::StatusCode(GetParam()), "why"};
    }};
    TestServer server{{.tracer = bench.tracer}, service};
    const auto answer = call(*server.channel({.tracer = bench.tracer}));
    EXPECT_EQ(answer.status.error_code(), GetParam());
    server.shutdown();

    const std::string code = std::to_string(GetParam());
    const auto spans = bench.finished();
    const auto ours = only(spans, SpanKind::server);
    const auto theirs = only(spans, SpanKind::client);
    const bool fault = (" " + at_fault + " ").find(" " + code + " ") != std::string::npos;
    EXPECT_EQ(ours->status, fault ? StatusCode::error : StatusCode::unset);
    EXPECT_EQ(ours->status_description, fault ? "why" : "");
    EXPECT_EQ(theirs->status, StatusCode::error);
    EXPECT_EQ(theirs->status_description, "why");
    EXPECT_EQ(ctx::test::to_map(ours->attributes)["rpc.grpc.status_code"], code);
    EXPECT_EQ(ctx::test::to_map(theirs->attributes)["rpc.grpc.status_code"], code);
}

INSTANTIATE_TEST_SUITE_P(every_code_but_ok, GrpcStatus, testing::Range(1, 17));

}  // namespace
