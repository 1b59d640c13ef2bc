// Metadata of gRPC as carriers: read in place, written without harm.

#include "integrations/grpc/support.hpp"
#include <ctx/propagation/grpc_trace_bin.hpp>

#include <gmock/gmock.h>

namespace {

using ctx::GrpcMetadata;
using ctx::test::stat;
using ctx::test::traceparent;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using Received = std::multimap<grpc::string_ref, grpc::string_ref>;
using Sent = GrpcMetadata::Map;

static_assert(ctx::ReadableCarrier<Received> && !ctx::WritableCarrier<Received>);
static_assert(ctx::ReadableCarrier<GrpcMetadata> && ctx::WritableCarrier<GrpcMetadata>);
static_assert(ctx::WritableCarrier<grpc::ClientContext>);
static_assert(!ctx::ReadableCarrier<grpc::ClientContext>);

ctx::Context incoming() {
    return ctx::extract(Sent{{"traceparent", traceparent}, {"baggage", "tenant=acme"}});
}

TEST(GrpcReceivedMetadata, is_read_in_place) {
    const Received received{{"tracestate", "a=1"},
                            {"tracestate", "b=2"},
                            {"traceparent", traceparent},
                            {"baggage", "k=v"},
                            {"x-other", "baggage"}};
    const ctx::Context context = ctx::extract(received);
    EXPECT_EQ(context.trace_id().to_string(), "0af7651916cd43dd8448eb211c80319c");
    EXPECT_EQ(context.trace_state().header(), "a=1,b=2");
    EXPECT_EQ(context.baggage().find("k"), "v");

    std::string names;
    ctx::CarrierReader{received}.for_each(
        [&](std::string_view name, std::string_view) { names.append(name).append(" "); });
    EXPECT_EQ(names, "baggage traceparent tracestate tracestate x-other ");
}

TEST(GrpcReceivedMetadata, hands_bytes_to_binary_formats) {
    const Sent sent = [] {
        Sent entries;
        GrpcMetadata metadata{entries};
        ctx::Propagators{ctx::grpc_trace_bin_format}.inject(incoming(), metadata);
        return entries;
    }();
    ASSERT_EQ(sent.count("grpc-trace-bin"), 1U);
    const std::string& value = sent.find("grpc-trace-bin")->second;
    EXPECT_EQ(value.size(), ctx::binary_trace_context_size);  // bytes, not base64
    const Received received{{"grpc-trace-bin", {value.data(), value.size()}}};
    EXPECT_EQ(ctx::Propagators{ctx::grpc_trace_bin_format}.extract(received).span_id(),
              incoming().span_id());
}

TEST(GrpcReceivedMetadata, of_any_bytes_crashes_nothing) {
    std::string bytes;
    for (int i = 0; i < 256; ++i)
        bytes.push_back(static_cast<char>(i));
    const std::string large(100'000, ',');
    Received received;
    for (const char* name : {"traceparent", "tracestate", "baggage", "grpc-trace-bin"}) {
        received.emplace(name, grpc::string_ref{bytes.data(), bytes.size()});
        received.emplace(name, grpc::string_ref{large.data(), large.size()});
        received.emplace(name, grpc::string_ref{});
    }
    for (int i = 0; i < 10'000; ++i)
        received.emplace("baggage", "k=v");
    const ctx::Propagators all = ctx::Propagators::named(
        "tracecontext,baggage,b3,b3multi,jaeger,xray,ottrace,datadog,grpcbin");
    EXPECT_FALSE(all.extract(received).trace_id().is_valid());
}

TEST(GrpcMetadata, replaces_what_is_stale_and_leaves_the_rest) {
    Sent entries{{"traceparent", "stale"},
                 {"traceparent", "too"},
                 {"tracestate", "stale=1"},
                 {"x-other", "1"},
                 {"x-other", "2"}};
    GrpcMetadata metadata{entries};
    ctx::inject(incoming(), metadata);
    EXPECT_THAT(entries,
                ElementsAre(Pair("baggage", "tenant=acme"), Pair("traceparent", traceparent),
                            Pair("x-other", "1"), Pair("x-other", "2")));
    ctx::inject(ctx::Context{}, metadata);
    EXPECT_THAT(entries, ElementsAre(Pair("x-other", "1"), Pair("x-other", "2")));
}

TEST(GrpcMetadata, leaves_out_what_grpc_aborts_at) {
    Sent entries;
    GrpcMetadata metadata{entries};
    const auto before = stat("ctx_grpc_metadata_left_out_total");
    metadata.set("x-high", "caf\xc3\xa9");
    metadata.set("x-line", "a\r\nb");
    metadata.set("x-tab", "a\tb");
    metadata.set("x-nul", std::string_view{"a\0b", 3});
    metadata.set("X-Upper", "a");
    metadata.set(":path", "a");
    metadata.set("x name", "a");
    metadata.set("", "a");
    EXPECT_THAT(entries, IsEmpty());
    EXPECT_EQ(stat("ctx_grpc_metadata_left_out_total"), before + 8);
    metadata.set("x-bin", std::string_view{"\xff\0\n", 3});
    metadata.set("x_1.b-c", " ~");
    EXPECT_EQ(entries.size(), 2U);
}

TEST(GrpcMetadata, leaves_out_what_would_exceed_the_limit) {
    Sent entries;
    GrpcMetadata metadata{entries, 100};
    metadata.set("12345678", std::string(60, 'v'));  // 8 + 60 + 32: fits to the byte
    EXPECT_EQ(entries.size(), 1U);
    metadata.set("12345678", std::string(61, 'v'));
    EXPECT_THAT(entries, IsEmpty());                 // not the stale one either
    metadata.set("12-4-bin", std::string(45, 'v'));  // 60 as base64
    EXPECT_EQ(entries.size(), 1U);
    metadata.set("12-4-bin", std::string(46, 'v'));
    EXPECT_THAT(entries, IsEmpty());
    metadata.set("a", "v");
    metadata.set("b", std::string(33, 'v'));
    EXPECT_EQ(entries.size(), 2U);  // 34 + 66
    metadata.set("c", "");
    EXPECT_EQ(entries.size(), 2U);
}

TEST(GrpcMetadata, leaves_out_the_last_members_of_a_list_that_does_not_fit) {
    Sent entries;
    GrpcMetadata metadata{entries, 7 + 32 + 9};
    metadata.set("baggage", "a=1,b=2,c=3");  // 11 characters
    EXPECT_THAT(entries, ElementsAre(Pair("baggage", "a=1,b=2")));
    metadata.set("baggage", "a=1,b=2;c");
    EXPECT_THAT(entries, ElementsAre(Pair("baggage", "a=1,b=2;c")));
    metadata.set("baggage", "a=12345678,b=2");
    EXPECT_THAT(entries, IsEmpty());
}

// What a stranger sent must not make the calls of this process fail.
TEST(GrpcClientContext, sends_no_more_than_a_peer_takes) {
    std::string large = "k0=" + std::string(1000, 'v');
    for (const char i : {'1', '2', '3', '4'})
        large += std::string(",k") + i + '=' + std::string(1000, 'v');
    std::string states = "a=" + std::string(250, 's');
    for (char name = 'b'; name < 'u'; ++name)
        states += std::string(",") + name + '=' + std::string(250, 's');
    const ctx::Context context = ctx::extract(
        Sent{{"traceparent", traceparent}, {"tracestate", states}, {"baggage", large}});
    std::size_t received = 0;
    ctx::test::SyncService service{[&](grpc::ServerContext& call, std::string text) {
        received = ctx::extract(call.client_metadata()).baggage().size();
        return text;
    }};
    ctx::test::Bench bench;
    ctx::test::TestServer server{{.tracer = bench.tracer}, service};
    grpc::ClientContext client;
    ctx::inject(context, client);
    const auto channel = server.plain_channel(ctx::test::Transport::loopback);
    EXPECT_TRUE(ctx::test::call(*channel, client).status.ok());
    server.shutdown();
    EXPECT_EQ(received, 1U);
}

TEST(GrpcClientContext, sends_what_is_injected_and_survives_what_is_not_legal) {
    std::multimap<std::string, std::string> received;
    ctx::test::SyncService service{[&](grpc::ServerContext& call, std::string text) {
        for (const auto& [name, value] : call.client_metadata())
            received.emplace(std::string{name.data(), name.size()},
                             std::string{value.data(), value.size()});
        return text;
    }};
    ctx::test::Bench bench;
    ctx::test::TestServer server{{.tracer = bench.tracer}, service};
    grpc::ClientContext client;
    ctx::inject(incoming(), client);
    ctx::CarrierWriter{client}.set("x-high", "\x80");
    ctx::CarrierWriter{client}.set("x-large", std::string(8000, 'x'));
    ctx::CarrierWriter{client}.set("x-bytes-bin", "\x80");
    const auto channel = server.plain_channel(ctx::test::Transport::loopback);
    EXPECT_TRUE(ctx::test::call(*channel, client).status.ok());
    server.shutdown();
    received.erase("user-agent");
    EXPECT_THAT(received,
                ElementsAre(Pair("baggage", "tenant=acme"), Pair("traceparent", traceparent),
                            Pair("x-bytes-bin", "\x80")));
}

// What the header says of grpc-trace-bin: a version of gRPC that hands it out makes it outdated.
TEST(GrpcClientContext, loses_grpc_trace_bin_to_grpc) {
    std::size_t received = 1;
    ctx::test::SyncService service{[&](grpc::ServerContext& call, std::string text) {
        received = call.client_metadata().count("grpc-trace-bin");
        return text;
    }};
    ctx::test::Bench bench;
    ctx::test::TestServer server{{.tracer = bench.tracer}, service};
    grpc::ClientContext client;
    ctx::Propagators{ctx::grpc_trace_bin_format}.inject(incoming(), client);
    const auto channel = server.plain_channel(ctx::test::Transport::loopback);
    EXPECT_TRUE(ctx::test::call(*channel, client).status.ok());
    server.shutdown();
    EXPECT_EQ(received, 0U);
}

}  // namespace
