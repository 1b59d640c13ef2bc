// Conflicts, boundaries, forwarding: the rules around the formats.

#include "propagation/headers.hpp"
#include <ctx/baggage/carriers.hpp>
#include <ctx/propagation.hpp>
#include <ctx/propagation/grpc_trace_bin.hpp>
#include <ctx/propagation/traceparent.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

using ctx::Context;
using ctx::Destination;
using ctx::Propagators;
using ctx::test::caller_span;
using ctx::test::caller_trace;
using ctx::test::caller_traceparent;
using ctx::test::Headers;
using ctx::test::only;

constexpr const char* other_trace = "11111111111111111111111111111111";
const std::string other_b3 = std::string(other_trace) + "-2222222222222222-1";

Headers two_traces() {
    return {{"traceparent", std::string(caller_traceparent)}, {"b3", other_b3}};
}

std::string trace_of(const Context& context) {
    return context.trace_id().to_string();
}

TEST(Conflict, the_last_wins_and_the_other_becomes_a_link) {
    const Context context = Propagators::named("tracecontext,b3").extract(two_traces());
    EXPECT_EQ(trace_of(context), other_trace);
    ASSERT_EQ(context.links().size(), 1U);
    EXPECT_EQ(context.links()[0].trace_id.to_string(), caller_trace);
    EXPECT_EQ(context.links()[0].span_id.to_string(), caller_span);
}

TEST(Conflict, the_first_wins_where_it_is_told_to) {
    const Context context = Propagators::named("tracecontext,b3")
                                .conflict(ctx::Conflict::first_wins)
                                .extract(two_traces());
    EXPECT_EQ(trace_of(context), caller_trace);
    ASSERT_EQ(context.links().size(), 1U);
    EXPECT_EQ(context.links()[0].trace_id.to_string(), other_trace);
}

TEST(Conflict, of_one_trace_each_format_adds_what_it_alone_can_say) {
    const std::string debug = std::string(caller_trace) + "-" + std::string(caller_span) + "-d";
    for (const ctx::Conflict rule : {ctx::Conflict::last_wins, ctx::Conflict::first_wins}) {
        for (const char* order : {"tracecontext,b3", "b3,tracecontext"}) {
            const Context context = Propagators::named(order).conflict(rule).extract(
                Headers{{"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03"},
                        {"tracestate", "a=1"},
                        {"b3", debug}});
            EXPECT_TRUE(context.flags().debug()) << order;
            EXPECT_TRUE(context.flags().random()) << order;
            EXPECT_EQ(context.trace_state().header(), "a=1") << order;
            EXPECT_TRUE(context.links().empty()) << order;
        }
    }
}

TEST(Conflict, half_an_id_is_no_other_trace) {
    const std::string low = std::string{caller_trace}.substr(16);
    const Headers in{{"traceparent", std::string(caller_traceparent)},
                     {"x-datadog-trace-id", "9532127138774266268"},
                     {"x-datadog-parent-id", "43"},
                     {"x-datadog-origin", "rum"},
                     {"ot-tracer-traceid", low},
                     {"ot-tracer-spanid", "000000000000002c"}};
    for (const char* order : {"tracecontext,datadog,ottrace", "ottrace,tracecontext,datadog"}) {
        for (const ctx::Conflict rule : {ctx::Conflict::last_wins, ctx::Conflict::first_wins}) {
            const Context context = Propagators::named(order).conflict(rule).extract(in);
            EXPECT_EQ(trace_of(context), caller_trace) << order;
            EXPECT_TRUE(context.links().empty()) << order;
            ASSERT_NE(ctx::datadog_state(context), nullptr) << order;
            EXPECT_EQ(ctx::datadog_state(context)->origin, "rum");
        }
    }
}

TEST(Decision, without_ids_reaches_the_new_trace) {
    const Context denied = Propagators::named("b3").extract(Headers{{"b3", "0"}});
    EXPECT_FALSE(denied.trace_id().is_valid());
    EXPECT_TRUE(denied.flags().decided());
    EXPECT_FALSE(ctx::child_of(denied).flags.sampled());
    const Context accepted = Propagators::named("b3").extract(Headers{{"b3", "1"}});
    EXPECT_TRUE(ctx::child_of(accepted).flags.sampled());
    EXPECT_TRUE(ctx::child_of(accepted).flags.random());
}

TEST(Decision, without_ids_is_passed_on_when_no_span_begins) {
    for (const char* decision : {"0", "1", "d"}) {
        Headers out;
        const auto b3 = Propagators::named("b3,b3multi");
        b3.inject(b3.extract(Headers{{"b3", decision}}), out);
        EXPECT_EQ(only(out, "b3"), decision);
    }
}

TEST(Decision, does_not_overrule_a_trace_but_a_debug_request_counts) {
    const auto both = Propagators::named("tracecontext,b3");
    const Headers denied{{"traceparent", std::string(caller_traceparent)}, {"b3", "0"}};
    EXPECT_TRUE(both.extract(denied).flags().sampled());
    const Headers debug{{"traceparent", std::string(caller_traceparent)}, {"b3", "d"}};
    EXPECT_TRUE(both.extract(debug).flags().debug());
}

TEST(Decision, stays_open_below_a_caller_who_left_it_open) {
    const auto b3 = Propagators::named("b3");
    const Context caller =
        b3.extract(Headers{{"b3", std::string(caller_trace) + "-" + std::string(caller_span)}});
    EXPECT_FALSE(caller.flags().decided());
    Headers out;
    b3.inject(caller.with_span(ctx::child_of(caller)), out);
    EXPECT_EQ(only(out, "b3").size(), 32U + 1 + 16) << only(out, "b3");
    Propagators::named("tracecontext").inject(caller, out);
    EXPECT_TRUE(only(out, "traceparent").ends_with("-00")) << "W3C cannot leave it open";
}

TEST(Boundary, from_outside_a_trace_begins_anew_with_a_link) {
    const Headers in{{"traceparent", std::string(caller_traceparent)},
                     {"tracestate", "a=1"},
                     {"baggage", "tenant=acme"}};
    const Context context = Propagators{}.at(Destination::outside).extract(in);
    EXPECT_FALSE(context.trace_id().is_valid());
    EXPECT_FALSE(context.flags().sampled());
    ASSERT_EQ(context.links().size(), 1U);
    EXPECT_EQ(context.links()[0].span_id.to_string(), caller_span);
    const ctx::SpanContext begun = ctx::child_of(context);
    EXPECT_NE(begun.trace_id.to_string(), caller_trace);
    EXPECT_TRUE(begun.trace_state.empty());
}

TEST(Boundary, a_decision_from_outside_does_not_count) {
    const Context context =
        Propagators::named("b3").at(Destination::outside).extract(Headers{{"b3", "d"}});
    EXPECT_FALSE(context.flags().debug());
    EXPECT_FALSE(context.flags().decided());
}

TEST(Boundary, restarting_keeps_baggage_where_it_is_admitted) {
    const auto restarting =
        Propagators{}.policy(Destination::inside, {.incoming = ctx::Incoming::restart_with_link});
    const Context context = restarting.extract(
        Headers{{"traceparent", std::string(caller_traceparent)}, {"baggage", "tenant=acme"}});
    EXPECT_FALSE(context.trace_id().is_valid());
    EXPECT_EQ(context.baggage().find("tenant"), "acme");
}

TEST(Boundary, ignoring_leaves_the_base_as_it_was) {
    const auto deaf =
        Propagators{}.policy(Destination::inside, {.incoming = ctx::Incoming::ignore});
    const Context base = Context{}.with_baggage(ctx::Baggage{}.set("mine", "1"));
    const Context context = deaf.extract(
        Headers{{"traceparent", std::string(caller_traceparent)}, {"baggage", "tenant=acme"}},
        base);
    EXPECT_EQ(context, base);
}

TEST(Boundary, outside_is_told_ids_and_no_tracestate) {
    const Context context = Propagators{}.extract(
        Headers{{"traceparent", std::string(caller_traceparent)}, {"tracestate", "a=1"}});
    Headers out;
    Propagators{}.inject(context, out, Destination::outside);
    EXPECT_EQ(only(out, "traceparent"), caller_traceparent);
    EXPECT_EQ(only(out, "tracestate"), "(absent)");
}

TEST(Boundary, nothing_is_told_where_the_policy_says_so) {
    const auto quiet = Propagators::named("tracecontext,datadog,sw8")
                           .policy(Destination::inside, {.sending = ctx::TraceSending::none});
    const Context context = quiet.extract(Headers{
        {"x-datadog-trace-id", "42"}, {"x-datadog-parent-id", "43"}, {"x-datadog-origin", "rum"}});
    Headers out{{"traceparent", "stale"}};
    quiet.inject(context, out);
    EXPECT_TRUE(out.empty()) << out.front().first;
}

TEST(Boundary, the_state_of_other_formats_stays_inside) {
    const auto datadog = Propagators::named("datadog");
    const Context context = datadog.extract(Headers{
        {"x-datadog-trace-id", "42"}, {"x-datadog-parent-id", "43"}, {"x-datadog-origin", "rum"}});
    Headers inside;
    datadog.inject(context, inside);
    EXPECT_EQ(only(inside, "x-datadog-origin"), "rum");
    Headers outside;
    datadog.inject(context, outside, Destination::outside);
    EXPECT_EQ(only(outside, "x-datadog-trace-id"), "42");
    EXPECT_EQ(only(outside, "x-datadog-origin"), "(absent)");
}

TEST(ReadingAndWriting, can_be_different_formats) {
    const auto migrating = Propagators{}
                               .reading({ctx::b3_format, ctx::tracecontext_format})
                               .writing({ctx::tracecontext_format});
    Headers out;
    migrating.inject(migrating.extract(Headers{{"b3", other_b3}}), out);
    EXPECT_EQ(only(out, "traceparent"), "00-11111111111111111111111111111111-2222222222222222-01");
    EXPECT_EQ(only(out, "b3"), "(absent)");
}

TEST(Passing, carries_headers_of_the_mesh_verbatim) {
    const auto meshed = Propagators{}.passing(ctx::mesh_headers);
    const Context context = meshed.extract(Headers{{"X-Request-Id", "7c1f-9A"},
                                                   {"traceparent", std::string(caller_traceparent)},
                                                   {"x-ot-span-context", "a;b"},
                                                   {"cookie", "secret"}});
    Headers out{{"x-client-trace-id", "stale"}};
    const Context child = context.with_span(ctx::child_of(context));
    meshed.inject(child, out);
    EXPECT_EQ(only(out, "x-request-id"), "7c1f-9A");
    EXPECT_EQ(only(out, "x-ot-span-context"), "a;b");
    EXPECT_EQ(only(out, "x-client-trace-id"), "(absent)") << "a stale one is removed";
    EXPECT_EQ(only(out, "cookie"), "(absent)");
    EXPECT_NE(only(out, "traceparent"), caller_traceparent) << "a format writes it";
    Headers outside;
    meshed.inject(child, outside, Destination::partner);
    EXPECT_EQ(only(outside, "x-request-id"), "(absent)");
}

TEST(Passing, leaves_a_header_to_the_format_that_writes_it_whichever_came_first) {
    const auto first = Propagators{}.passing(ctx::mesh_headers).writing({ctx::b3_format});
    const auto then = Propagators{}.writing({ctx::b3_format}).passing(ctx::mesh_headers);
    for (const Propagators& meshed : {first, then}) {
        const Context context =
            meshed.extract(Headers{{"b3", "0"}, {"traceparent", std::string(caller_traceparent)}});
        Headers out;
        meshed.inject(context.with_span(ctx::child_of(context)), out);
        EXPECT_EQ(only(out, "traceparent"), caller_traceparent) << "nobody writes it";
        EXPECT_NE(only(out, "b3"), "0");
    }
}

TEST(Passing, is_bounded) {
    const auto before = ctx::test::counted("ctx_propagation_passed_headers_dropped_total");
    const Headers in{{"x-request-id", std::string(20000, 'x')}};
    Headers out;
    const auto meshed = Propagators{}.passing(ctx::mesh_headers);
    meshed.inject(meshed.extract(in), out);
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(ctx::test::counted("ctx_propagation_passed_headers_dropped_total"), before + 1);
}

TEST(Forwarding, copies_every_header_of_the_formats) {
    const auto proxy = Propagators::named("tracecontext,baggage,jaeger")
                           .passing(std::initializer_list<std::string_view>{"x-request-id"});
    const Headers in{{"Traceparent", "not even valid"},
                     {"TraceState", "a=1"},
                     {"tracestate", "b=2"},
                     {"baggage", "k = v ;p, broken"},
                     {"uberctx-Tenant", "a%20b"},
                     {"jaeger-debug-id", "me"},
                     {"x-request-id", "7"},
                     {"cookie", "secret"}};
    Headers out{{"uber-trace-id", "stale"}, {"uberctx-old", "stale"}};
    proxy.forward(in, out);
    EXPECT_EQ(only(out, "traceparent"), "not even valid");
    EXPECT_EQ(only(out, "tracestate"), "a=1,b=2");
    EXPECT_EQ(only(out, "baggage"), "k = v ;p, broken");
    EXPECT_EQ(only(out, "uberctx-tenant"), "a%20b");
    EXPECT_EQ(only(out, "jaeger-debug-id"), "me");
    EXPECT_EQ(only(out, "x-request-id"), "7");
    EXPECT_EQ(out.size(), 6U) << "no stale ones, and nothing that is not of the formats";
}

TEST(Passing, tells_no_trace_that_the_policy_does_not_tell) {
    const Headers in{{"x-request-id", "7"},
                     {"b3", other_b3},
                     {"sw8", "1-MQ==-Mg==-3-NA==-NQ==-Ng==-Nw=="},
                     {"x-datadog-trace-id", "42"},
                     {"traceparent", std::string(caller_traceparent)},
                     {"tracestate", "secret=1"}};
    const auto meshed = Propagators{}.passing(ctx::mesh_headers);
    Headers restarted;
    meshed.inject(meshed.extract(in, {}, Destination::outside), restarted);
    EXPECT_EQ(only(restarted, "x-request-id"), "7");
    EXPECT_EQ(restarted.size(), 1U) << "the caller's trace does not go on beside a new one";

    for (const ctx::TraceSending sending : {ctx::TraceSending::none, ctx::TraceSending::ids_only}) {
        const auto quiet = Propagators{ctx::baggage_format}
                               .passing(ctx::mesh_headers)
                               .policy(Destination::inside, {.sending = sending});
        Headers out;
        quiet.inject(quiet.extract(in), out);
        EXPECT_EQ(out, (Headers{{"x-request-id", "7"}}));
    }
}

TEST(Passing, makes_no_second_header_out_of_one) {
    const auto before = ctx::test::counted("ctx_propagation_passed_headers_dropped_total");
    const auto meshed = Propagators{}.passing(ctx::mesh_headers);
    for (const std::string& bad : {std::string("1\r\nx-evil: 1"), std::string("1\n2"),
                                   std::string("1\0"
                                               "2",
                                               3),
                                   std::string("\x7f")}) {
        const Headers in{{"x-request-id", bad}, {"tracestate", bad}};
        Headers passed;
        meshed.inject(meshed.extract(in), passed);
        EXPECT_TRUE(passed.empty());
        Headers forwarded{{"x-request-id", "stale"}};
        meshed.forward(in, forwarded);
        EXPECT_TRUE(forwarded.empty());
    }
    EXPECT_EQ(ctx::test::counted("ctx_propagation_passed_headers_dropped_total"), before + 12);
}

TEST(Passing, looks_at_every_character) {
    const auto meshed = Propagators{}.passing(ctx::mesh_headers);
    const auto passes = [&](const std::string& value) {
        Headers out;
        meshed.forward(Headers{{"x-request-id", value}}, out);
        return !out.empty();
    };
    for (std::size_t size = 1; size < 28; ++size) {
        for (std::size_t at = 0; at < size; ++at) {
            for (int c = 0; c < 256; ++c) {
                std::string value(size, '~');
                value[at] = static_cast<char>(c);
                const bool legal = (c >= ' ' && c != 0x7f) || c == '\t';
                ASSERT_EQ(passes(value), legal) << size << ' ' << at << ' ' << c;
            }
        }
    }
}

TEST(Passing, leaves_prefixed_headers_to_their_format) {
    const auto passing = Propagators::named("jaeger").passing(
        std::initializer_list<std::string_view>{"uberctx-tenant"});
    Context context = passing.extract(Headers{{"uberctx-tenant", "old"}});
    context = context.with_baggage(context.baggage().set("tenant", "new"));
    Headers out;
    passing.inject(context, out);
    EXPECT_EQ(only(out, "uberctx-tenant"), "new");
}

TEST(Forwarding, gives_the_next_reader_what_this_one_would_have_read) {
    const auto proxy = Propagators::named("tracingplane,b3");
    const std::string first = ctx::encode_base64(ctx::Baggage{}.set("a", "1").atoms());
    const std::string second = ctx::encode_base64(ctx::Baggage{}.set("b", "2").atoms());
    const Headers in{{"x-baggage", first}, {"b3", other_b3}, {"x-baggage", second}, {"b3", "0"}};
    Headers out;
    proxy.forward(in, out);
    const Context direct = proxy.extract(in);
    const Context through = proxy.extract(out);
    EXPECT_EQ(through.baggage().find("a"), "1");
    EXPECT_EQ(through.baggage().atoms(), direct.baggage().atoms());
    EXPECT_EQ(through.trace_id(), direct.trace_id());
    EXPECT_TRUE(through.trace_id().is_valid());
}

TEST(Forwarding, says_bytes_as_text_where_the_other_side_takes_no_bytes) {
    char bytes[ctx::binary_trace_context_size];
    ctx::write_binary_trace_context(*ctx::parse_traceparent(caller_traceparent), bytes);
    const std::string binary{bytes, sizeof bytes};
    Headers out;
    Propagators::named("tracecontext,grpcbin")
        .forward(Headers{{"traceparent", binary}, {"grpc-trace-bin", binary}}, out);
    EXPECT_EQ(only(out, "traceparent"), caller_traceparent);
    EXPECT_EQ(only(out, "grpc-trace-bin"), ctx::encode_base64(binary));
}

TEST(Forwarding, copies_what_is_read_and_what_is_written) {
    const auto migrating = Propagators{}
                               .reading({ctx::b3_format})
                               .writing({ctx::tracecontext_format})
                               .passing(ctx::mesh_headers);
    Headers out{{"tracestate", "stale=1"}};
    migrating.forward(Headers{{"b3", other_b3}, {"traceparent", std::string(caller_traceparent)}},
                      out);
    EXPECT_EQ(only(out, "b3"), other_b3);
    EXPECT_EQ(only(out, "traceparent"), caller_traceparent);
    EXPECT_EQ(only(out, "tracestate"), "(absent)");
}

TEST(Forwarding, across_a_boundary_holds_back_what_may_not_pass) {
    const auto proxy = Propagators{}.at(Destination::partner);
    Headers out;
    proxy.forward(Headers{{"traceparent", std::string(caller_traceparent)}, {"baggage", "s=1"}},
                  out);
    EXPECT_EQ(only(out, "traceparent"), caller_traceparent);
    EXPECT_EQ(only(out, "baggage"), "(absent)");
}

}  // namespace
