// Several formats in one request: what one of them says must not spoil what another said.

#include "propagation/headers.hpp"
#include <ctx/context/child_span.hpp>
#include <ctx/propagation/propagator.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace {

using ctx::Context;
using ctx::Propagators;
using ctx::test::caller_trace;
using ctx::test::caller_traceparent;
using ctx::test::Headers;
using ctx::test::only;
using ctx::test::repeated;

/// What a service with these formats sends after it was sent `in`.
Headers hop(std::string_view formats, const Headers& in) {
    const Propagators propagators = Propagators::named(formats);
    const Context context = propagators.extract(in);
    Headers out;
    propagators.inject(context, out);
    return out;
}

Headers hops(std::string_view formats, Headers headers, int count) {
    for (int i = 0; i < count; ++i)
        headers = hop(formats, headers);
    return headers;
}

class BesideBaggage : public testing::TestWithParam<const char*> {
protected:
    [[nodiscard]] std::string formats() const {
        return std::string{"tracecontext,baggage,"} + GetParam();
    }
};

TEST_P(BesideBaggage, properties_and_spelling_of_equal_entries_stay) {
    const std::string text = "k=v;p=1;q,u=https://x/y?a";
    EXPECT_EQ(only(hops(formats(), {{"baggage", text}}, 3), "baggage"), text);
}

TEST_P(BesideBaggage, large_values_stay) {
    const std::string text = "q=" + repeated("/", 2600) + ",j=" + repeated("a", 2000);
    // Entries are in the order of their keys when two lists were united.
    const std::string sorted = "j=" + repeated("a", 2000) + ",q=" + repeated("/", 2600);
    const std::string sent = only(hops(formats(), {{"baggage", text}}, 3), "baggage");
    EXPECT_TRUE(sent == text || sent == sorted) << sent.size();
}

TEST_P(BesideBaggage, keys_keep_their_capitals) {
    EXPECT_EQ(only(hops(formats(), {{"baggage", "UserId=1"}}, 3), "baggage"), "UserId=1");
}

TEST_P(BesideBaggage, a_changed_entry_is_the_new_one_in_both) {
    const Propagators propagators = Propagators::named(formats());
    Context context = propagators.extract(hop(formats(), {{"baggage", "UserId=1"}}));
    context = context.with_baggage(context.baggage().set("UserId", "2"));
    Headers out;
    propagators.inject(context, out);
    EXPECT_EQ(only(out, "baggage"), "UserId=2");
    const Context next = propagators.extract(out);
    EXPECT_EQ(next.baggage().size(), 1U);
    EXPECT_EQ(next.baggage().find("UserId"), "2");
}

INSTANTIATE_TEST_SUITE_P(each, BesideBaggage, testing::Values("jaeger", "ottrace", "datadog"),
                         [](const auto& tested) { return std::string{tested.param}; });

TEST(PrefixedBaggage, is_spelled_as_if_it_had_been_set_here) {
    std::string value = repeated("/", 2800);
    for (char c = '!'; c <= '~'; ++c)
        value += c == '%' ? ' ' : c;
    std::string with_spaces = value;  // as Jaeger's clients read it
    std::replace(with_spaces.begin(), with_spaces.end(), '+', ' ');
    for (const auto& [formats, header] :
         {std::pair{"ottrace", "ot-baggage-k"}, std::pair{"datadog", "ot-baggage-k"},
          std::pair{"jaeger", "uberctx-k"}}) {
        Headers out;
        Propagators::named("baggage").inject(
            Propagators::named(formats).extract(Headers{{header, value}}), out);
        Headers local;
        Propagators{}.inject(Context{}.with_baggage(ctx::Baggage{}.set(
                                 "k", std::string_view{formats} == "jaeger" ? with_spaces : value)),
                             local);
        EXPECT_EQ(only(out, "baggage"), only(local, "baggage")) << formats;
    }
}

TEST(PrefixedBaggage, that_is_escaped_counts_as_what_it_means) {
    const std::string value = repeated("/", 2800);
    const Context context = Context{}.with_baggage(ctx::Baggage{}.set("u", value));
    Headers out;
    Propagators::named("jaeger").inject(context, out);
    EXPECT_EQ(Propagators::named("jaeger").extract(out).baggage().find("u"), value);
}

TEST(PrefixedBaggage, that_is_sent_is_within_the_limits_of_its_readers) {
    ctx::Baggage many;
    for (int i = 0; i < 300; ++i)
        many = many.set(*ctx::BaggageKey::parse("k" + std::to_string(i)), "v");
    for (const char* const formats : {"jaeger", "ottrace", "datadog"}) {
        Headers out;
        Propagators::named(formats).inject(Context{}.with_baggage(many), out);
        EXPECT_EQ(Propagators::named(formats).extract(out).baggage().size(), 180U) << formats;
        EXPECT_LE(out.size(), 180U) << formats;

        const ctx::Baggage large = ctx::Baggage{}.set("k", repeated("/", 70'000)).set("s", "v");
        Headers sent;
        Propagators::named(formats).inject(Context{}.with_baggage(large), sent);
        ASSERT_EQ(sent.size(), 1U) << formats;
        EXPECT_EQ(sent.front().second, "v") << formats;
    }
}

TEST(SideBySide, a_decision_alone_leaves_the_trace_of_an_earlier_extraction) {
    const Context base = Propagators{}.extract(
        Headers{{"traceparent", std::string{caller_traceparent}}, {"tracestate", "foo=1"}});
    for (const Headers& headers :
         {Headers{{"b3", "0"}}, Headers{{"x-b3-sampled", "1"}}, Headers{{"jaeger-debug-id", "x"}},
          Headers{{"sw8", "1-MQ==-Mg==-3-NA==-NQ==-Ng==-Nw=="}}}) {
        const Context context = Propagators::named("b3,b3multi,jaeger,sw8").extract(headers, base);
        EXPECT_EQ(context.trace_id().to_string(), caller_trace) << headers.front().first;
        EXPECT_EQ(context.trace_state().header(), "foo=1") << headers.front().first;
        EXPECT_TRUE(context.flags().sampled()) << headers.front().first;
        EXPECT_EQ(context.flags().debug(), headers.front().first == "jaeger-debug-id");
    }
}

TEST(SideBySide, links_of_an_earlier_extraction_stay) {
    const Propagators skywalking = Propagators::named("sw8");
    const Context first = skywalking.extract(Headers{{"sw8", "1-MQ==-Mg==-3-NA==-NQ==-Ng==-Nw=="}});
    const Context both =
        skywalking.extract(Headers{{"sw8", "1-OQ==-Mg==-3-NA==-NQ==-Ng==-Nw=="}}, first);
    EXPECT_EQ(first.links().size(), 1U);
    EXPECT_EQ(both.links().size(), 2U);
}

TEST(SideBySide, tracestate_survives_another_trace_in_between) {
    const Context context =
        Propagators::named("tracecontext,b3,jaeger")
            .extract(
                Headers{{"traceparent", "00-" + std::string{caller_trace} + "-b7ad6b7169203331-03"},
                        {"tracestate", "foo=1"},
                        {"b3", "1111111111111111-2222222222222222-1"},
                        {"uber-trace-id", std::string{caller_trace} + ":b7ad6b7169203331:0:1"}});
    EXPECT_EQ(context.trace_id().to_string(), caller_trace);
    EXPECT_EQ(context.trace_state().header(), "foo=1");
    EXPECT_TRUE(context.flags().random());
    ASSERT_EQ(context.links().size(), 1U);
    EXPECT_EQ(context.links()[0].span_id.to_string(), "2222222222222222");
}

TEST(SideBySide, a_debug_request_outlives_a_later_decision) {
    for (const char* const formats : {"tracecontext,jaeger,sw8,b3", "tracecontext,sw8,b3,jaeger"}) {
        for (const auto& [name, value] :
             {std::pair{"sw8", "0-MQ==-Mg==-3-NA==-NQ==-Ng==-Nw=="}, std::pair{"b3", "0"}}) {
            const Context context = Propagators::named(formats).extract(
                Headers{{"traceparent", "00-" + std::string{caller_trace} + "-b7ad6b7169203331-00"},
                        {"jaeger-debug-id", "me"},
                        {name, value}});
            EXPECT_TRUE(context.flags().debug()) << formats << ' ' << name;
        }
    }
}

TEST(SideBySide, x_cloud_trace_yields_to_traceparent_and_to_no_other) {
    const Headers others{{"b3", "1111111111111111-2222222222222222"},
                         {"x-cloud-trace-context", std::string{caller_trace} + "/5;o=1"}};
    const Context last = Propagators::named("b3,xcloud").extract(others);
    EXPECT_EQ(last.trace_id().to_string(), caller_trace);
    EXPECT_EQ(last.links().size(), 1U);

    const Context right_half =
        Propagators::named("b3,xcloud")
            .extract(Headers{{"b3", "8448eb211c80319c-2222222222222222"}, others[1]});
    EXPECT_EQ(right_half.trace_id().to_string(), "0af7651916cd43dd8448eb211c80319c");
    EXPECT_TRUE(right_half.flags().decided());

    Headers with_traceparent = others;
    with_traceparent.emplace_back("traceparent",
                                  "00-33333333333333333333333333333333-4444444444444444-00");
    const Context yields = Propagators::named("tracecontext,xcloud").extract(with_traceparent);
    EXPECT_EQ(yields.trace_id().to_string(), repeated("3", 32));
    EXPECT_TRUE(yields.links().empty());  // load balancers write one of their own everywhere
}

}  // namespace
