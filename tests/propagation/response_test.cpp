#include "propagation/headers.hpp"
#include <ctx/propagation.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

using ctx::test::Headers;
using ctx::test::only;

const std::string ids{ctx::test::caller_traceparent};

ctx::Context answering() {
    return ctx::extract(Headers{{"traceparent", ids}});
}

TEST(ServerTiming, is_read_in_every_spelling) {
    for (const std::string& value :
         {"trace;desc=" + ids, "trace;desc=\"" + ids + "\"", "TRACE ; DESC = " + ids,
          "db;dur=53, trace;desc=" + ids, "cache;desc=\"a, trace;desc=b\",trace;dur=1;desc=" + ids,
          "trace;desc=junk,trace;desc=" + ids, ",,trace;desc=" + ids + ","}) {
        const auto span = ctx::parse_server_timing(value);
        ASSERT_TRUE(span) << value;
        EXPECT_EQ(span->trace_id.to_string(), ctx::test::caller_trace);
        EXPECT_EQ(span->span_id.to_string(), ctx::test::caller_span);
        EXPECT_TRUE(span->flags.sampled());
    }
}

TEST(ServerTiming, of_something_else_is_nothing) {
    for (const std::string& value :
         {std::string{}, std::string{"trace"}, "tracer;desc=" + ids, "db;desc=" + ids,
          std::string{"trace;desc="}, "trace;desc=\"" + ids, "\"trace;desc=" + ids + "\"",
          "trace;desc=" + ids + "-x", std::string{"trace;desc=\"\\"}, std::string(20000, ';')}) {
        EXPECT_FALSE(ctx::parse_server_timing(value)) << value;
    }
}

TEST(Response, tells_in_either_header_and_is_read_back) {
    for (const auto header :
         {ctx::ResponseHeader::traceresponse, ctx::ResponseHeader::server_timing}) {
        Headers response;
        ctx::inject_response(answering(), response, header);
        ASSERT_EQ(response.size(), 1U);
        const auto span = ctx::extract_response(response);
        ASSERT_TRUE(span);
        EXPECT_EQ(*span, answering().span_context());
    }
}

TEST(Response, leaves_other_metrics_alone) {
    Headers response{{"Server-Timing", "db;dur=5, trace;desc=old"}, {"server-timing", "cache"}};
    ctx::inject_response(answering(), response);
    EXPECT_EQ(only(response, "server-timing"), "trace;desc=" + ids + ", db;dur=5, cache");
    ctx::inject_response(ctx::Context{}, response);
    EXPECT_EQ(only(response, "server-timing"), "db;dur=5, cache");
}

TEST(Response, without_a_span_has_no_header) {
    Headers response{{"traceresponse", "stale"}, {"server-timing", "trace;desc=old"}};
    ctx::inject_response(ctx::Context{}, response, ctx::ResponseHeader::traceresponse);
    ctx::inject_response(ctx::Context{}, response);
    EXPECT_TRUE(response.empty());
    EXPECT_FALSE(ctx::extract_response(response));
}

TEST(Response, prefers_traceresponse_and_falls_back) {
    const std::string other = "00-11111111111111111111111111111111-2222222222222222-00";
    const Headers both{{"traceresponse", ids}, {"server-timing", "trace;desc=" + other}};
    EXPECT_EQ(ctx::extract_response(both)->trace_id.to_string(), ctx::test::caller_trace);
    const Headers broken{{"traceresponse", "junk"}, {"server-timing", "trace;desc=" + other}};
    EXPECT_EQ(ctx::extract_response(broken)->trace_id.to_string(), other.substr(3, 32));
    const Headers two{{"traceresponse", ids}, {"traceresponse", other}};
    EXPECT_FALSE(ctx::extract_response(two)) << "two values are none, as of a traceparent";
}

}  // namespace
