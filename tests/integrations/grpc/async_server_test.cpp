// Servers whose work runs on other threads than the one that received the call.

#include "integrations/grpc/support.hpp"
#include <ctx/context/current.hpp>

#include <gmock/gmock.h>

#include <future>

namespace {

using ctx::SpanKind;
using ctx::StatusCode;
using ctx::test::Bench;
using ctx::test::only;
using ctx::test::TestServer;
using grpc::ByteBuffer;

/// A call of the callback API by a client that is traced.
struct Caller {
    Caller(TestServer& server, const Bench& bench)
        : stub(server.channel({.tracer = bench.tracer})) {}

    void start(std::string method = "/any.Service/Method") {
        stub.UnaryCall(&client, method, {}, &message, &response,
                       [this](const grpc::Status& s) { done.set_value(s); });
    }
    grpc::Status wait() { return done.get_future().get(); }

    grpc::GenericStub stub;
    grpc::ClientContext client;
    ByteBuffer message = ctx::test::to_bytes("hi");
    ByteBuffer response;
    std::promise<grpc::Status> done;
};

/// What a reactor saw as current, and got from grpc_context(), in each of its functions.
struct Seen {
    ctx::Context made;
    ctx::Context made_asked;
    bool read = true;
    ctx::Context read_asked;
};

class EchoService final : public grpc::CallbackGenericService {
public:
    explicit EchoService(Seen& seen) : seen_(seen) {}

    grpc::ServerGenericBidiReactor* CreateReactor(
        grpc::GenericCallbackServerContext* call) override {
        seen_.made = ctx::Context{ctx::current()};
        seen_.made_asked = ctx::grpc_context(*call);
        return new Reactor{seen_, *call};
    }

private:
    class Reactor final : public grpc::ServerGenericBidiReactor {
    public:
        Reactor(Seen& seen, grpc::GenericCallbackServerContext& call) : seen_(seen), call_(call) {
            StartRead(&message_);
        }
        void OnReadDone(bool) override {
            seen_.read = static_cast<bool>(ctx::current());
            seen_.read_asked = ctx::grpc_context(call_);
            StartWriteAndFinish(&message_, {}, grpc::Status{});
        }
        void OnDone() override { delete this; }

    private:
        Seen& seen_;
        grpc::GenericCallbackServerContext& call_;
        ByteBuffer message_;
    };

    Seen& seen_;
};

TEST(GrpcCallbackServer, makes_the_reactor_in_the_context_of_the_call_and_gives_it_later) {
    Bench bench;
    Seen seen;
    EchoService service{seen};
    TestServer server{{.tracer = bench.tracer}, [&](grpc::ServerBuilder& builder) {
                          builder.RegisterCallbackGenericService(&service);
                      }};
    Caller caller{server, bench};
    caller.start();
    EXPECT_TRUE(caller.wait().ok());
    server.shutdown();
    const auto span = only(bench.finished(), SpanKind::server);
    EXPECT_EQ(span->name, "any.Service/Method");
    EXPECT_EQ(seen.made.span_id(), span->context.span_id);
    EXPECT_EQ(seen.made_asked, seen.made);
    EXPECT_EQ(seen.read_asked, seen.made);
    EXPECT_FALSE(seen.read);
    EXPECT_EQ(server.watch.strangers, 0);
    EXPECT_EQ(ctx::test::to_map(span->attributes)["rpc.grpc.status_code"], "0");
}

/// A server of the asynchronous API, with its queue.
struct QueueServer {
    Bench bench;
    grpc::AsyncGenericService service;
    std::unique_ptr<grpc::ServerCompletionQueue> queue;
    TestServer server{{.tracer = bench.tracer}, [this](grpc::ServerBuilder& builder) {
                          builder.RegisterAsyncGenericService(&service);
                          queue = builder.AddCompletionQueue();
                      }};

    ~QueueServer() {
        server.shutdown();
        queue->Shutdown();
        void* tag = nullptr;
        bool ok = false;
        while (queue->Next(&tag, &ok)) {
        }
    }

    /// The next tag, as a number.
    std::intptr_t next() {
        void* tag = nullptr;
        bool ok = false;
        EXPECT_TRUE(queue->Next(&tag, &ok));
        EXPECT_FALSE(ctx::current());
        return reinterpret_cast<std::intptr_t>(tag);
    }
};

void* tag(std::intptr_t number) {
    return reinterpret_cast<void*>(number);
}

TEST(GrpcQueueServer, gives_the_context_of_the_call_and_leaves_none_on_the_thread) {
    QueueServer q;
    grpc::GenericServerContext call;
    grpc::GenericServerAsyncReaderWriter messages{&call};
    EXPECT_FALSE(ctx::grpc_context(call));
    q.service.RequestCall(&call, &messages, q.queue.get(), q.queue.get(), tag(1));
    Caller caller{q.server, q.bench};
    caller.start();
    EXPECT_EQ(q.next(), 1);
    const ctx::Context context = ctx::grpc_context(call);
    EXPECT_TRUE(context);
    ByteBuffer message;
    messages.Read(&message, tag(2));
    EXPECT_EQ(q.next(), 2);
    messages.WriteAndFinish(message, {}, grpc::Status{}, tag(3));
    EXPECT_EQ(q.next(), 3);
    EXPECT_TRUE(caller.wait().ok());
    const auto span = only(q.bench.finished(), SpanKind::server);
    EXPECT_EQ(span->name, "any.Service/Method");
    EXPECT_EQ(span->context.span_id, context.span_id());
}

TEST(GrpcQueueServer, ends_the_span_of_a_call_that_gets_no_status_as_cancelled) {
    QueueServer q;
    {
        grpc::GenericServerContext call;
        grpc::GenericServerAsyncReaderWriter messages{&call};
        call.AsyncNotifyWhenDone(tag(2));
        q.service.RequestCall(&call, &messages, q.queue.get(), q.queue.get(), tag(1));
        Caller caller{q.server, q.bench};
        caller.start();
        EXPECT_EQ(q.next(), 1);
        caller.client.TryCancel();
        EXPECT_EQ(q.next(), 2);
        EXPECT_EQ(caller.wait().error_code(), grpc::StatusCode::CANCELLED);
    }
    const auto span = only(q.bench.finished(), SpanKind::server);
    EXPECT_EQ(ctx::test::to_map(span->attributes)["rpc.grpc.status_code"], "1");
    EXPECT_EQ(span->status, StatusCode::unset);
}

TEST(GrpcContext, of_a_server_context_that_no_call_uses_is_empty) {
    const grpc::ServerContext call;
    EXPECT_FALSE(ctx::grpc_context(call));
}

}  // namespace
