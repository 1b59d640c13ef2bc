#include <ctx/context/child_span.hpp>
#include <ctx/integrations/beast.hpp>

#include <boost/beast/http/dynamic_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/string_body.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace {

namespace http = boost::beast::http;

constexpr const char* traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

static_assert(ctx::ReadableCarrier<http::fields> && ctx::WritableCarrier<http::fields>);
static_assert(ctx::WritableCarrier<http::basic_fields<std::allocator<char>>>);
static_assert(ctx::WritableCarrier<http::request_header<>>);
static_assert(ctx::WritableCarrier<http::response<http::empty_body>>);

template <typename Message>
class BeastMessage : public testing::Test {};

using Messages =
    testing::Types<http::fields, http::request_header<>, http::response_header<>,
                   http::request<http::string_body>, http::response<http::dynamic_body>>;
TYPED_TEST_SUITE(BeastMessage, Messages);

TYPED_TEST(BeastMessage, is_read_and_written_like_any_carrier) {
    TypeParam in;
    in.insert("TraceParent", traceparent);
    in.insert("TRACESTATE", "a=1");
    in.insert("tracestate", "b=2");
    in.insert("Baggage", "k=v");
    in.insert("baggage", "j=w;p");
    const ctx::Context context = ctx::extract(in);
    EXPECT_EQ(context.trace_state().header(), "a=1,b=2");
    EXPECT_EQ(context.baggage().size(), 2U);

    TypeParam out;
    out.insert("Traceparent", "stale");
    out.insert("baggage", "stale=1");
    out.insert("BAGGAGE", "stale=2");
    out.insert("Host", "h");
    ctx::inject(context, out);
    EXPECT_EQ(out.count("traceparent"), 1U);
    EXPECT_EQ(out.count("tracestate"), 1U);
    EXPECT_EQ(out.count("baggage"), 1U);
    EXPECT_EQ(out["traceparent"], traceparent);
    EXPECT_EQ(out["tracestate"], "a=1,b=2");
    EXPECT_EQ(out["baggage"], "k=v,j=w;p");
    EXPECT_EQ(out["host"], "h");
    EXPECT_EQ(out.find("traceparent")->name_string(), "traceparent");
}

TYPED_TEST(BeastMessage, with_two_traceparent_fields_has_no_trace) {
    TypeParam in;
    in.insert("traceparent", traceparent);
    in.insert("Traceparent", traceparent);
    EXPECT_FALSE(ctx::extract(in));
}

TYPED_TEST(BeastMessage, shows_all_its_fields_to_formats_that_look_for_prefixes) {
    TypeParam in;
    in.insert("uberctx-Tenant", "acme");
    in.insert("Host", "h");
    std::string seen;
    ctx::CarrierReader{in}.for_each([&seen](std::string_view name, std::string_view value) {
        seen.append(name).append("=").append(value).append(" ");
    });
    EXPECT_EQ(seen, "uberctx-Tenant=acme Host=h ");
}

TYPED_TEST(BeastMessage, of_an_empty_context_loses_stale_headers) {
    TypeParam out;
    out.insert("traceparent", "stale");
    out.insert("Baggage", "stale=1");
    ctx::inject(ctx::Context{}, out);
    EXPECT_EQ(out.begin(), out.end());
}

}  // namespace
