// Callers that mean harm: what they send reaches the interceptors, and the server goes on.

#include "integrations/grpc/support.hpp"
#include <ctx/context/current.hpp>

#include <gmock/gmock.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <mutex>
#include <string>

namespace {

using ctx::test::Bench;
using ctx::test::call;
using ctx::test::SyncService;
using ctx::test::TestServer;
using ctx::test::trace_id;
using ctx::test::traceparent;
using ctx::test::Transport;

struct Target {
    explicit Target(int accepted_bytes = 0)
        : server({.tracer = bench.tracer}, [this, accepted_bytes](grpc::ServerBuilder& builder) {
              if (accepted_bytes != 0)
                  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, accepted_bytes);
              builder.RegisterService(&service);
          }) {}

    Bench bench;
    std::mutex mutex;
    int calls = 0;
    std::map<std::string, ctx::Context> seen;  // by trace id
    SyncService service{[this](grpc::ServerContext&, std::string text) {
        const std::lock_guard lock{mutex};
        seen[ctx::current().trace_id().to_string()] = ctx::Context{ctx::current()};
        calls += 1;
        return text;
    }};
    TestServer server;

    /// After the attack the server serves, and its threads are clean.
    void expect_alive() {
        const auto status = call(*server.plain_channel(Transport::loopback)).status;
        EXPECT_TRUE(status.ok()) << status.error_code() << ' ' << status.error_message();
        server.shutdown();
        EXPECT_GE(calls, 1);
        EXPECT_EQ(server.watch.strangers, 0);
    }
};

TEST(GrpcHostileCaller, with_more_metadata_than_is_accepted_is_refused) {
    Target target;
    grpc::ClientContext client;
    client.AddMetadata("baggage", "k=" + std::string(20'000, 'x'));
    const auto answer = call(*target.server.plain_channel(Transport::loopback), client);
    EXPECT_EQ(answer.status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    target.expect_alive();
    EXPECT_EQ(target.calls, 1);  // ours
}

TEST(GrpcHostileCaller, with_many_entries_and_long_ones_is_served) {
    Target target{1 << 20};
    grpc::ClientContext client;
    client.AddMetadata("traceparent", std::string(20'000, '0'));
    client.AddMetadata("tracestate", std::string(20'000, ','));
    for (int i = 0; i < 1000; ++i)
        client.AddMetadata("baggage", "k" + std::to_string(i) + "=v");
    const auto answer = call(*target.server.plain_channel(Transport::loopback), client);
    EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
    target.expect_alive();
    EXPECT_EQ(target.calls, 2);
    for (const auto& [trace, context] : target.seen) {
        EXPECT_TRUE(context.trace_id().is_valid());
        EXPECT_EQ(context.trace_state().header(), "");
        EXPECT_LE(context.baggage().size(), 1000U);
    }
}

/// HTTP/2 by hand: libraries of clients refuse to send what follows. Runs once.
class RawCall {
public:
    explicit RawCall(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(static_cast<std::uint16_t>(port));
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
        header(":method", "POST");
        header(":scheme", "http");
        header(":path", ctx::test::unary);
        header(":authority", "localhost");
        header("te", "trailers");
        header("content-type", "application/grpc");
    }

    /// HPACK, "literal without indexing", both shorter than 127.
    void header(std::string_view name, std::string_view value) {
        block_.push_back('\0');
        for (const std::string_view text : {name, value}) {
            block_.push_back(static_cast<char>(text.size()));
            block_.append(text);
        }
    }

    /// Sends the call with an empty message; returns when the peer has answered it or hung up.
    void run() {
        std::string out = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
        out += frame(settings, 0, 0, {}) + frame(headers, end_headers, 1, block_) +
               frame(data, end_stream, 1, std::string(5, '\0'));
        EXPECT_EQ(::send(socket_, out.data(), out.size(), 0), std::ssize(out));
        std::string in;
        while (!is_answered(in)) {
            char chunk[4096];
            const ssize_t got = ::recv(socket_, chunk, sizeof chunk, 0);
            if (got <= 0) break;
            in.append(chunk, static_cast<std::size_t>(got));
        }
        ::close(socket_);  // a server that shuts down waits for its callers
    }

private:
    static constexpr char data = 0;
    static constexpr char headers = 1;
    static constexpr char reset = 3;
    static constexpr char settings = 4;
    static constexpr char go_away = 7;
    static constexpr char end_stream = 1;
    static constexpr char end_headers = 4;

    static std::string frame(char type, char flags, char stream, const std::string& payload) {
        std::string text{'\0',
                         static_cast<char>(payload.size() >> 8U),
                         static_cast<char>(payload.size() & 0xFFU),
                         type,
                         flags,
                         '\0',
                         '\0',
                         '\0'};
        return text + stream + payload;
    }

    static bool is_answered(std::string_view in) {
        while (in.size() >= 9) {
            const char type = in[3];
            if (type == reset || type == go_away) return true;
            if (type == headers && (in[4] & end_stream) != 0) return true;
            const auto byte = [&](std::size_t at) -> std::size_t {
                return static_cast<unsigned char>(in[at]);
            };
            const std::size_t length = 9U + (byte(0) << 16U | byte(1) << 8U | byte(2));
            in.remove_prefix(std::min(length, in.size()));
        }
        return false;
    }

    int socket_;
    std::string block_;
};

TEST(GrpcHostileCaller, with_bytes_that_no_header_may_hold_is_served_or_refused) {
    Target target;
    for (const char* name : {"traceparent", "tracestate", "baggage", "grpc-trace-bin"}) {
        for (int first = 0; first < 256; first += 64) {
            std::string bytes;
            for (int i = 0; i < 64; ++i)
                bytes.push_back(static_cast<char>(first + i));
            RawCall attack{target.server.port()};
            attack.header(name, bytes);
            attack.run();
        }
    }
    RawCall decent{target.server.port()};
    decent.header("traceparent", traceparent);
    decent.run();
    target.expect_alive();
    EXPECT_TRUE(target.seen.contains(trace_id));  // what we send by hand is a call
    EXPECT_GE(target.calls, 4);                   // gRPC lets some of it through
}

TEST(GrpcHostileCaller, with_high_bytes_in_the_baggage_keeps_the_trace) {
    Target target;
    RawCall attack{target.server.port()};
    attack.header("traceparent", traceparent);
    attack.header("baggage", "tenant=\x80\xff,user=u");
    attack.run();
    target.expect_alive();
    ASSERT_TRUE(target.seen.contains(trace_id));
    EXPECT_EQ(target.seen[trace_id].baggage().find("user"), "u");
}

}  // namespace
