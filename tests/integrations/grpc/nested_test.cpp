// Services that call each other: one trace, and nobody's but the caller's.

#include "integrations/grpc/support.hpp"
#include <ctx/context/current.hpp>
#include <ctx/context/stats.hpp>

#include <gmock/gmock.h>

#include <latch>
#include <thread>

namespace {

using ctx::SpanKind;
using ctx::test::Bench;
using ctx::test::call;
using ctx::test::SyncService;
using ctx::test::TestServer;
using ctx::test::Transport;

std::string whose() {
    return std::string{ctx::current().baggage().find("user").value_or("nobody")} + "@" +
           ctx::current().trace_id().to_string();
}

/// A front service that asks a back service, each in a server of its own.
struct TwoServices {
    explicit TwoServices(Transport over) : over_(over) {}

    Bench bench;
    ctx::GrpcOptions options{.tracer = bench.tracer};
    std::atomic<int> strangers{0};

    std::string ask_back(const std::string& request) {
        strangers += whose() == request ? 0 : 1;
        const std::string answer = call(*to_back, request).text;
        strangers += whose() == request ? 0 : 1;
        return answer;
    }

    SyncService back{[](grpc::ServerContext&, std::string) { return whose(); }};
    TestServer back_server{options, back};

private:
    Transport over_;

public:
    std::shared_ptr<grpc::Channel> to_back = back_server.channel(options, over_);
    SyncService front{[this](grpc::ServerContext&, std::string text) { return ask_back(text); }};
    TestServer front_server{options, front};
    std::shared_ptr<grpc::Channel> to_front = front_server.channel(options, over_);
};

TEST(GrpcNestedCalls, are_one_trace_with_the_right_parents) {
    TwoServices services{Transport::loopback};
    ctx::SpanContext root;
    {
        const auto request = services.bench.tracer.start_scoped("request");
        root = request.span_context();
        EXPECT_TRUE(call(*services.to_front, whose()).status.ok());
    }
    services.front_server.shutdown();
    services.back_server.shutdown();

    const auto spans = services.bench.finished();
    ASSERT_EQ(spans.size(), 5U);
    std::map<std::string, ctx::SpanDataPtr> child_of;
    for (const auto& span : spans) {
        EXPECT_EQ(span->context.trace_id, root.trace_id);
        child_of[span->parent_id.to_string()] = span;
    }
    std::vector<SpanKind> kinds;
    for (ctx::SpanId id = root.span_id; child_of.contains(id.to_string());) {
        const auto& span = child_of[id.to_string()];
        kinds.push_back(span->kind);
        id = span->context.span_id;
    }
    EXPECT_THAT(kinds, testing::ElementsAre(SpanKind::client, SpanKind::server, SpanKind::client,
                                            SpanKind::server));
}

void call_concurrently(TwoServices& services, std::atomic<int>& mismatches) {
    constexpr int callers = 64;
    constexpr int calls = 20;
    std::latch all_there{callers};
    std::vector<std::jthread> threads;
    for (int caller = 0; caller < callers; ++caller) {
        threads.emplace_back([&, caller] {
            all_there.arrive_and_wait();
            for (int i = 0; i < calls; ++i) {
                const std::string user = std::to_string(caller * calls + i);
                const ctx::Span span = services.bench.tracer.start("request");
                const auto baggage = ctx::Baggage{}.set("user", user);
                const ctx::Scope scope{span.context().with_baggage(baggage)};
                mismatches += call(*services.to_front, whose()).text == whose() ? 0 : 1;
            }
        });
    }
}

TEST(GrpcConcurrentCalls, of_64_callers_never_see_another_ones_context) {
    for (const Transport over : {Transport::in_process, Transport::loopback}) {
        const auto before = ctx::live_contexts();
        {
            TwoServices services{over};
            std::atomic<int> mismatches{0};
            call_concurrently(services, mismatches);
            services.front_server.shutdown();
            services.back_server.shutdown();
            EXPECT_EQ(mismatches, 0);
            EXPECT_EQ(services.strangers, 0);
            EXPECT_EQ(services.front_server.watch.calls, 64 * 20);
            EXPECT_EQ(services.front_server.watch.strangers, 0);
            EXPECT_EQ(services.back_server.watch.calls, 64 * 20);
            EXPECT_EQ(services.back_server.watch.strangers, 0);
        }
        EXPECT_EQ(ctx::live_contexts(), before);
    }
}

}  // namespace
