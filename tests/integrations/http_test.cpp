#include "tracing/support.hpp"
#include <ctx/context/current.hpp>
#include <ctx/context/scope.hpp>
#include <ctx/integrations/beast.hpp>
#include <ctx/propagation/quality.hpp>

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/string_body.hpp>
#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace {

namespace http = boost::beast::http;
using ctx::test::Bench;
using ctx::test::to_map;
using Request = http::request<http::empty_body>;
using Response = http::response<http::string_body>;

constexpr const char* caller = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

ctx::HttpTracing tracing_of(const Bench& bench,
                            std::optional<ctx::ResponseHeader> respond_with = std::nullopt) {
    return ctx::HttpTracing{{.tracer = bench.tracer,
                             .propagators = ctx::Propagators::named("tracecontext,baggage,jaeger"),
                             .edge = "http_test",
                             .respond_with = respond_with}};
}

Request request_to(http::verb method, const char* target) {
    Request request{method, target, 11};
    request.set("traceparent", caller);
    return request;
}

TEST(HttpServer, continues_the_callers_trace) {
    Bench bench;
    const auto tracing = tracing_of(bench);
    auto served = tracing.serve(request_to(http::verb::get, "/orders/17?token=secret"),
                                {.route = "/orders/{id}"});
    EXPECT_EQ(served.context().trace_id().to_string(), std::string{caller}.substr(3, 32));
    Response response{http::status::ok, 11};
    served.finish(response);
    EXPECT_EQ(response.base().count("server-timing"), 0U) << "only when asked";

    const auto spans = bench.finished();
    ASSERT_EQ(spans.size(), 1U);
    EXPECT_EQ(spans[0]->name, "GET /orders/{id}");
    EXPECT_EQ(spans[0]->kind, ctx::SpanKind::server);
    EXPECT_EQ(spans[0]->parent_id.to_string(), std::string{caller}.substr(36, 16));
    EXPECT_TRUE(spans[0]->parent_remote);
    EXPECT_EQ(spans[0]->status, ctx::StatusCode::unset);
    EXPECT_EQ(to_map(spans[0]->attributes),
              (std::map<std::string, std::string>{{"http.request.method", "GET"},
                                                  {"http.response.status_code", "200"},
                                                  {"http.route", "/orders/{id}"},
                                                  {"url.path", "/orders/17"}}));
}

TEST(HttpServer, takes_a_route_later) {
    Bench bench;
    const auto tracing = tracing_of(bench);
    auto served = tracing.serve(request_to(http::verb::post, "/orders"));
    served.set_route("/orders");
    served.finish(404);
    const auto spans = bench.finished();
    ASSERT_EQ(spans.size(), 1U);
    EXPECT_EQ(spans[0]->name, "POST /orders");
    EXPECT_EQ(spans[0]->status, ctx::StatusCode::unset) << "404 is the client's error";
}

TEST(HttpServer, of_a_5xx_and_of_a_failure_is_an_error) {
    Bench bench;
    const auto tracing = tracing_of(bench);
    tracing.serve(request_to(http::verb::get, "/")).finish(503);
    tracing.serve(request_to(http::verb::get, "/")).fail("timeout");
    const auto spans = bench.finished();
    ASSERT_EQ(spans.size(), 2U);
    for (const auto& span : spans)
        EXPECT_EQ(span->status, ctx::StatusCode::error);
    EXPECT_EQ(to_map(spans[0]->attributes)["error.type"], "503");
    EXPECT_EQ(to_map(spans[1]->attributes)["error.type"], "timeout");
}

TEST(HttpServer, does_not_let_callers_name_spans) {
    Bench bench;
    const auto tracing = tracing_of(bench);
    Request request = request_to(http::verb::get, "/");
    request.method_string("BREW");
    tracing.serve(request).finish(200);
    const auto spans = bench.finished();
    ASSERT_EQ(spans.size(), 1U);
    EXPECT_EQ(spans[0]->name, "HTTP");
    EXPECT_EQ(to_map(spans[0]->attributes)["http.request.method"], "_OTHER");
    EXPECT_EQ(to_map(spans[0]->attributes)["http.request.method_original"], "BREW");
}

TEST(HttpServer, records_who_asked_for_a_debug_trace) {
    Bench bench{ctx::Sampler::parent_based(0)};
    const auto tracing = tracing_of(bench);
    Request request{http::verb::get, "/", 11};
    request.set("jaeger-debug-id", "probe-42");
    tracing.serve(request).finish(200);
    const auto spans = bench.finished();
    ASSERT_EQ(spans.size(), 1U) << "sampled, although nothing else is";
    EXPECT_EQ(to_map(spans[0]->attributes)["jaeger-debug-id"], "probe-42");
}

TEST(HttpServer, follows_a_decision_without_a_trace) {
    Bench bench;
    const ctx::HttpTracing tracing{
        {.tracer = bench.tracer, .propagators = ctx::Propagators::named("b3"), .edge = {}}};
    Request health{http::verb::get, "/health", 11};
    health.set("b3", "0");
    auto served = tracing.serve(health);
    EXPECT_FALSE(served.span().is_recording());
    EXPECT_TRUE(served.context().trace_id().is_valid());
}

TEST(HttpServer, tells_the_caller_who_answered_when_asked) {
    Bench bench;
    for (const auto header :
         {ctx::ResponseHeader::traceresponse, ctx::ResponseHeader::server_timing}) {
        const auto tracing = tracing_of(bench, header);
        auto served = tracing.serve(request_to(http::verb::get, "/"));
        Response response{http::status::ok, 11};
        served.finish(response);
        const auto answered = ctx::extract_response(response);
        ASSERT_TRUE(answered);
        EXPECT_EQ(answered->span_id, served.context().span_id());
    }
}

TEST(HttpClient, sends_a_child_of_what_is_current) {
    Bench bench;
    const auto tracing = tracing_of(bench);
    auto served = tracing.serve(request_to(http::verb::get, "/"));
    const ctx::Scope scope{served.context()};
    Request outgoing{http::verb::put, "/users/17", 11};
    outgoing.set("TraceParent", "stale");
    auto call = tracing.call(
        outgoing,
        {.url_template = "/users/{id}", .server_address = "users.example", .server_port = 8080});
    EXPECT_EQ(outgoing.count("traceparent"), 1U);
    EXPECT_EQ(ctx::extract(outgoing).span_id(), call.context().span_id());
    EXPECT_EQ(ctx::current(), ctx::ContextView{served.context()}) << "a call opens no scope";
    call.finish(Response{http::status::not_found, 11});

    const auto spans = bench.finished();
    ASSERT_EQ(spans.size(), 1U);
    EXPECT_EQ(spans[0]->name, "PUT /users/{id}");
    EXPECT_EQ(spans[0]->kind, ctx::SpanKind::client);
    EXPECT_EQ(spans[0]->parent_id, served.context().span_id());
    EXPECT_EQ(spans[0]->status, ctx::StatusCode::error) << "a 4xx is an error of the client";
    EXPECT_EQ(to_map(spans[0]->attributes),
              (std::map<std::string, std::string>{{"error.type", "404"},
                                                  {"http.request.method", "PUT"},
                                                  {"http.response.status_code", "404"},
                                                  {"server.address", "users.example"},
                                                  {"server.port", "8080"},
                                                  {"url.template", "/users/{id}"}}));
}

TEST(HttpClient, remembers_which_span_answered) {
    Bench bench;
    const auto tracing = tracing_of(bench, ctx::ResponseHeader::server_timing);
    Request outgoing{http::verb::get, "/", 11};
    auto call = tracing.call(outgoing);
    auto served = tracing.serve(outgoing);
    Response response{http::status::ok, 11};
    served.finish(response);
    call.finish(response);

    Request elsewhere{http::verb::get, "/", 11};
    auto restarted = tracing.call(elsewhere);
    restarted.finish(response);

    const auto spans = bench.finished();
    ASSERT_EQ(spans.size(), 3U);
    EXPECT_EQ(to_map(spans[1]->attributes)["server.span_id"],
              served.context().span_id().to_string());
    ASSERT_EQ(spans[2]->links.size(), 1U) << "another trace answered";
    EXPECT_EQ(spans[2]->links[0].trace_id, served.context().trace_id());
}

TEST(HttpTracing, counts_the_quality_of_its_edge) {
    const auto before = ctx::PropagationQuality::of("http", "http_test").counts();
    Bench bench;
    const auto tracing = tracing_of(bench);
    tracing.serve(request_to(http::verb::get, "/")).finish(200);
    tracing.serve(Request{http::verb::get, "/", 11}).finish(200);
    Request outgoing{http::verb::get, "/", 11};
    tracing.call(outgoing).finish(200);
    const auto after = ctx::PropagationQuality::of("http", "http_test").counts();
    EXPECT_EQ(after.with_context - before.with_context, 1U);
    EXPECT_EQ(after.without_context - before.without_context, 1U);
    EXPECT_EQ(after.sent_with_context - before.sent_with_context, 1U);
}

TEST(HttpTracing, without_a_recorder_hands_ids_on) {
    const ctx::HttpTracing tracing{{.tracer = ctx::Tracer{{}}}};
    auto served = tracing.serve(request_to(http::verb::get, "/"));
    served.set_route("/");
    Request outgoing{http::verb::get, "/", 11};
    auto call = tracing.call(outgoing, {.parent = served.context()});
    EXPECT_EQ(ctx::extract(outgoing).trace_id().to_string(), std::string{caller}.substr(3, 32));
    EXPECT_TRUE(ctx::extract(outgoing).flags().sampled());
    call.fail("refused");
    served.finish(500);
}

}  // namespace
