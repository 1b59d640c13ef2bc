// What the vectors do not show of the formats: state that is passed on, limits, typed bags.

#include "propagation/headers.hpp"
#include <ctx/baggage/bag_path.hpp>
#include <ctx/baggage/carriers.hpp>
#include <ctx/propagation.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

using ctx::Context;
using ctx::Propagators;
using ctx::test::counted;
using ctx::test::Headers;
using ctx::test::only;

Headers sent_on(const Propagators& propagators, const Headers& in) {
    const Context context = propagators.extract(in);
    Headers out;
    propagators.inject(context.with_span(ctx::child_of(context)), out);
    return out;
}

const Headers datadog_trace{{"x-datadog-trace-id", "42"},
                            {"x-datadog-parent-id", "43"},
                            {"x-datadog-sampling-priority", "2"},
                            {"x-datadog-tags", "_dd.p.dm=-4,other=1,_dd.p.usr.id=a=b"}};

TEST(Datadog, passes_its_tags_on) {
    const Headers out = sent_on(Propagators::named("datadog"), datadog_trace);
    EXPECT_EQ(only(out, "x-datadog-tags"), "_dd.p.dm=-4,_dd.p.usr.id=a=b");
    EXPECT_EQ(only(out, "x-datadog-sampling-priority"), "2");
}

// The next hop would not see the white space at the end of a header.
TEST(Datadog, tags_and_origin_have_no_white_space_around_them) {
    Headers in = datadog_trace;
    in.back().second = "_dd.p.a= x y , _dd.p.b= ,_dd.p.c=z\t,other";
    const Headers out = sent_on(Propagators::named("datadog"), in);
    EXPECT_EQ(only(out, "x-datadog-tags"), "_dd.p.a=x y,_dd.p.c=z");

    const Headers member = sent_on(Propagators::named("tracecontext,datadog"),
                                   {{"traceparent", std::string{ctx::test::caller_traceparent}},
                                    {"tracestate", "dd=s:1;o: rum ;t.a:x ,v=1"}});
    EXPECT_EQ(only(member, "x-datadog-origin"), "rum");
    EXPECT_EQ(only(member, "x-datadog-tags"), "_dd.p.tid=0af7651916cd43dd,_dd.p.a=x");
}

TEST(Datadog, tags_of_exactly_512_characters_travel) {
    for (const std::size_t size : {511U, 512U}) {
        Headers in = datadog_trace;
        in.back().second = "_dd.p.x=" + std::string(size - 8, 'a');
        EXPECT_EQ(only(sent_on(Propagators::named("datadog"), in), "x-datadog-tags").size(), size);
    }
}

TEST(Datadog, forgets_who_decided_when_the_decision_is_another) {
    const auto datadog = Propagators::named("datadog");
    const Context context = datadog.extract(datadog_trace);
    ctx::SpanContext dropped = ctx::child_of(context);
    dropped.flags = dropped.flags.with_sampled(false);
    Headers out;
    datadog.inject(context.with_span(dropped), out);
    EXPECT_EQ(only(out, "x-datadog-sampling-priority"), "0");
    EXPECT_EQ(only(out, "x-datadog-tags"), "_dd.p.usr.id=a=b");
}

TEST(Datadog, does_not_pass_the_state_of_one_trace_on_in_another) {
    const auto datadog = Propagators::named("datadog");
    const Context context =
        datadog.extract(Headers{{"x-datadog-trace-id", "42"}, {"x-datadog-origin", "rum"}});
    Headers out;
    datadog.inject(context.with_span(ctx::child_of(Context{})), out);
    EXPECT_EQ(only(out, "x-datadog-origin"), "(absent)");
}

TEST(Datadog, takes_its_state_from_the_tracestate_of_a_w3c_caller) {
    const Headers out = sent_on(
        Propagators::named("tracecontext,datadog"),
        {{"traceparent", std::string(ctx::test::caller_traceparent)},
         {"tracestate", "dd=s:2;o:synthetics~browser;p:b7ad6b7169203331;t.dm:-4;t.tid:0,x=1"}});
    EXPECT_EQ(only(out, "x-datadog-trace-id"), "9532127138774266268");
    EXPECT_EQ(only(out, "x-datadog-sampling-priority"), "2");
    EXPECT_EQ(only(out, "x-datadog-origin"), "synthetics=browser");
    EXPECT_EQ(only(out, "x-datadog-tags"), "_dd.p.tid=0af7651916cd43dd,_dd.p.dm=-4");
    EXPECT_EQ(only(out, "tracestate"),
              "dd=s:2;o:synthetics~browser;p:b7ad6b7169203331;t.dm:-4;t.tid:0,x=1");
}

TEST(Datadog, believes_traceparent_where_the_two_disagree) {
    const Headers out =
        sent_on(Propagators::named("tracecontext,datadog"),
                {{"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"},
                 {"tracestate", "dd=s:2;t.dm:-4"}});
    EXPECT_EQ(only(out, "x-datadog-sampling-priority"), "0");
    EXPECT_EQ(only(out, "x-datadog-tags"), "_dd.p.tid=0af7651916cd43dd");
}

TEST(Datadog, says_a_debug_request_as_keep_by_the_user) {
    const Headers out =
        sent_on(Propagators::named("b3,datadog"), {{"b3", "8448eb211c80319c-b7ad6b7169203331-d"}});
    EXPECT_EQ(only(out, "x-datadog-sampling-priority"), "2");
}

TEST(Jaeger, takes_a_debug_id_beside_a_trace) {
    const Context context = Propagators::named("jaeger").extract(
        Headers{{"uber-trace-id", "1:2:0:0"}, {"jaeger-debug-id", "probe"}});
    EXPECT_EQ(context.trace_id(), (ctx::TraceId{0, 1}));
    EXPECT_TRUE(context.flags().debug());
    EXPECT_EQ(*context.get(ctx::jaeger_debug_id), "probe");
}

TEST(Jaeger, removes_entries_of_a_reused_carrier) {
    Headers out{{"UberCtx-Old", "1"}, {"uberctx-new", "stale"}, {"uberctx", "no entry"}};
    Propagators::named("jaeger").inject(Context{}.with_baggage(ctx::Baggage{}.set("new", "1")),
                                        out);
    EXPECT_EQ(only(out, "uberctx-new"), "1");
    EXPECT_EQ(only(out, "uberctx"), "no entry");
    EXPECT_EQ(out.size(), 2U);
}

TEST(EntryHeaders, have_the_limits_of_the_w3c_header) {
    Headers many;
    for (int i = 0; i < 1000; ++i)
        many.emplace_back("uberctx-k" + std::to_string(i), "v");
    EXPECT_EQ(Propagators::named("jaeger").extract(many).baggage().size(), 180U);
    const Headers large{{"ot-baggage-a", std::string(5000, 'x')},
                        {"ot-baggage-b", std::string(5000, 'x')},
                        {"ot-baggage-c", "small"}};
    const Context context = Propagators::named("ottrace").extract(large);
    EXPECT_EQ(context.baggage().size(), 2U);
    EXPECT_EQ(context.baggage().find("c"), "small");
}

TEST(EntryHeaders, of_raw_text_send_nothing_that_breaks_a_line) {
    const auto before = counted("ctx_propagation_entry_headers_unsent_total");
    Headers out;
    Propagators::named("ottrace").inject(Context{}.with_baggage(ctx::Baggage{}
                                                                    .set("a", "x\r\ny: z")
                                                                    .set("b", " outer")
                                                                    .set("c", "\xc3\xa9")
                                                                    .set("d", "fine, yes")),
                                         out);
    ASSERT_EQ(out.size(), 1U);
    EXPECT_EQ(only(out, "ot-baggage-d"), "fine, yes");
    EXPECT_EQ(counted("ctx_propagation_entry_headers_unsent_total"), before + 3);
}

TEST(CloudTrace, yields_to_traceparent) {
    const Context context =
        Propagators::named("tracecontext,xcloud")
            .extract(Headers{{"traceparent", std::string(ctx::test::caller_traceparent)},
                             {"x-cloud-trace-context", "11111111111111111111111111111111/1;o=0"}});
    EXPECT_EQ(context.trace_id().to_string(), ctx::test::caller_trace);
    EXPECT_TRUE(context.links().empty());
}

const std::string sw8 = "1-" + ctx::encode_base64("a2b4c6d8e0f1023446587a9bbcddeeff.34.16000") +
                        "-" + ctx::encode_base64("segment.1.2") + "-3-" +
                        ctx::encode_base64("service") + "-" + ctx::encode_base64("instance") + "-" +
                        ctx::encode_base64("/api") + "-" + ctx::encode_base64("127.0.0.1:80");

TEST(SkyWalking, that_is_malformed_leaves_the_correlation_alone) {
    const Headers out = sent_on(Propagators::named("sw8"),
                                {{"sw8", "1-nonsense"}, {"sw8-correlation", "a2V5:dmFsdWU="}});
    EXPECT_EQ(out, (Headers{{"sw8-correlation", "a2V5:dmFsdWU="}}));
}

TEST(SkyWalking, is_sent_on_as_it_came_and_linked) {
    const auto propagators = Propagators::named("tracecontext,sw8");
    const Headers in{{"SW8", sw8}, {"sw8-correlation", "a2V5:dmFsdWU="}, {"sw8-x", "0-1"}};
    const Context context = propagators.extract(in);
    EXPECT_FALSE(context.trace_id().is_valid());
    ASSERT_EQ(context.links().size(), 1U);
    EXPECT_EQ(context.links()[0].trace_id.to_string(), "a2b4c6d8e0f1023446587a9bbcddeeff");
    EXPECT_TRUE(ctx::child_of(context).flags.sampled()) << "its decision counts for the new trace";
    const Headers out = sent_on(propagators, in);
    EXPECT_EQ(only(out, "sw8"), sw8);
    EXPECT_EQ(only(out, "sw8-correlation"), "a2V5:dmFsdWU=");
    EXPECT_EQ(only(out, "sw8-x"), "0-1");
}

TEST(SkyWalking, decodes_what_names_the_caller) {
    const auto header = ctx::parse_sw8(sw8);
    ASSERT_TRUE(header);
    EXPECT_EQ(header->segment_id, "segment.1.2");
    EXPECT_EQ(header->span_index, 3U);
    EXPECT_EQ(header->service, "service");
    EXPECT_EQ(header->peer, "127.0.0.1:80");
}

TEST(SkyWalking, of_another_form_is_not_sent_on) {
    for (const std::string& bad :
         {std::string{}, sw8.substr(0, sw8.rfind('-')), sw8 + "-x", "2" + sw8.substr(1),
          sw8 + std::string(2048, 'A'), "1-!-" + sw8.substr(2)}) {
        const auto before = counted("ctx_propagation_skywalking_malformed_total");
        EXPECT_EQ(only(sent_on(Propagators::named("sw8"), {{"sw8", bad}}), "sw8"), "(absent)");
        EXPECT_EQ(counted("ctx_propagation_skywalking_malformed_total"), before + 1) << bad;
    }
}

/// Baggage with a typed bag and a string entry.
Context typed_context() {
    auto baggage = ctx::Baggage{}.set("tenant", "acme");
    return Context{}.with_baggage(
        ctx::with_datum(baggage, ctx::BagPath{10}.field(3), std::string{"\x07", 1}));
}

TEST(TracingPlane, carries_every_bag_in_x_baggage) {
    Headers out;
    const auto plane = Propagators::named("tracingplane");
    plane.inject(typed_context(), out);
    EXPECT_EQ(plane.extract(out).baggage().atoms(), typed_context().baggage().atoms());
}

TEST(TracingPlane, leaves_string_entries_to_the_w3c_header_beside_it) {
    Headers out;
    const auto both = Propagators::named("tracingplane,baggage");
    both.inject(typed_context(), out);
    EXPECT_EQ(only(out, "baggage"), "tenant=acme");
    const auto bytes = ctx::decode_base64(only(out, "x-baggage"));
    ASSERT_TRUE(bytes);
    EXPECT_FALSE(ctx::Baggage::from_atoms(*bytes).bag(0).present());
    EXPECT_EQ(both.extract(out).baggage().atoms(), typed_context().baggage().atoms());
}

TEST(TracingPlane, travels_as_a_member_of_the_w3c_header) {
    Headers out;
    const auto member = Propagators::named("tracecontext,tp");
    member.inject(typed_context(), out);
    EXPECT_TRUE(only(out, "baggage").starts_with("tenant=acme,tp=")) << only(out, "baggage");
    const Context back = member.extract(out);
    EXPECT_EQ(back.baggage().atoms(), typed_context().baggage().atoms());
    EXPECT_FALSE(back.baggage().contains("tp"));
}

TEST(TracingPlane, is_one_member_also_when_another_propagator_takes_it_for_an_entry) {
    Headers in;
    Propagators::named("tp").inject(typed_context(), in);
    for (const char* names : {"baggage,tp", "tp,baggage"}) {
        const auto both = Propagators::named(names);
        const Context context = both.extract(in);
        Headers out;
        Propagators::named("tp").inject(context, out);
        EXPECT_EQ(only(out, "baggage"), only(in, "baggage")) << names;
    }
    Headers out;  // nothing but the entry: what it stood for is gone
    Propagators::named("tp").inject(
        Context{}.with_baggage(ctx::Baggage{}.set(*ctx::BaggageKey::parse("tp"), "old")), out);
    EXPECT_TRUE(out.empty());
}

TEST(PrefixedBaggage, fills_its_limit_to_the_last_byte) {
    const Headers in{{"ot-baggage-a", std::string(8190, 'x')}};
    EXPECT_EQ(Propagators::named("ottrace").extract(in).baggage().size(), 1U);
    const Headers more{{"ot-baggage-a", std::string(8191, 'x')}};
    EXPECT_EQ(Propagators::named("ottrace").extract(more).baggage().size(), 0U);
    Headers out;
    Propagators::named("ottrace").inject(Propagators::named("ottrace").extract(in), out);
    EXPECT_EQ(only(out, "ot-baggage-a"), in[0].second);
}

TEST(JaegerBaggage, has_no_members_without_a_value) {
    const auto jaeger = Propagators::named("jaeger");
    const Context context = jaeger.extract(Headers{{"jaeger-baggage", "k1, k2=v2 ,,=x, k3="}});
    EXPECT_FALSE(context.baggage().contains("k1"));
    EXPECT_EQ(context.baggage().find("k2"), "v2");
    EXPECT_EQ(context.baggage().find("k3"), "");
    EXPECT_EQ(context.baggage().size(), 2U);
}

TEST(Jaeger, leaves_none_of_its_input_headers_in_a_reused_carrier) {
    Headers headers{{"jaeger-debug-id", "me"}, {"jaeger-baggage", "k=v"}};
    const auto jaeger = Propagators::named("jaeger");
    jaeger.inject(jaeger.extract(headers), headers);
    EXPECT_EQ(only(headers, "jaeger-debug-id"), "(absent)");
    EXPECT_EQ(only(headers, "jaeger-baggage"), "(absent)");
    EXPECT_EQ(only(headers, "uberctx-k"), "v");
}

TEST(Datadog, passes_any_origin_on) {
    const auto datadog = Propagators::named("datadog");
    for (const std::string& origin : {std::string(300, 'o'), std::string{"caf\xC3\xA9"}}) {
        Headers out;
        datadog.inject(datadog.extract(Headers{{"x-datadog-trace-id", "42"},
                                               {"x-datadog-parent-id", "7"},
                                               {"x-datadog-origin", origin}}),
                       out);
        EXPECT_EQ(only(out, "x-datadog-origin"), origin);
    }
}

TEST(TracingPlane, trims_with_a_marker_what_does_not_fit) {
    ctx::Baggage baggage;
    for (std::uint32_t i = 1; i < 12; ++i) {
        baggage = ctx::with_datum(std::move(baggage), ctx::BagPath{i}, std::string(1000, 'x'));
    }
    const auto before = counted("ctx_propagation_tracing_plane_cut_total");
    for (const char* name : {"tracingplane", "tp"}) {
        Headers out;
        const auto propagators = Propagators::named(name);
        propagators.inject(Context{}.with_baggage(baggage), out);
        ASSERT_EQ(out.size(), 1U);
        EXPECT_LE(out[0].second.size(), 8192U);
        const Context back = propagators.extract(out);
        EXPECT_TRUE(back.baggage().overflowed());
        EXPECT_TRUE(back.baggage().bag(1).present());
        EXPECT_FALSE(back.baggage().bag(11).present());
    }
    EXPECT_EQ(counted("ctx_propagation_tracing_plane_cut_total"), before + 2);
}

TEST(TracingPlane, in_many_lines_is_bounded) {
    Headers in;
    for (int i = 0; i < 2000; ++i) {
        const std::string key = "k" + std::to_string(i);
        const auto baggage = ctx::Baggage{}.set(*ctx::BaggageKey::parse(key), "v");
        in.emplace_back("x-baggage", ctx::encode_base64(baggage.atoms()));
    }
    const auto before = counted("ctx_propagation_tracing_plane_malformed_total");
    const Context context = Propagators::named("tracingplane").extract(in);
    EXPECT_EQ(context.baggage().size(), 64U);
    EXPECT_EQ(counted("ctx_propagation_tracing_plane_malformed_total"), before + 2000 - 64);
}

TEST(TracingPlane, of_no_base64_is_dropped_alone) {
    const auto before = counted("ctx_propagation_tracing_plane_malformed_total");
    const Context context = Propagators::named("baggage,tracingplane")
                                .extract(Headers{{"x-baggage", "!!"}, {"baggage", "tenant=acme"}});
    EXPECT_EQ(context.baggage().find("tenant"), "acme");
    EXPECT_EQ(counted("ctx_propagation_tracing_plane_malformed_total"), before + 1);
}

TEST(GrpcTraceBin, goes_as_bytes_where_the_carrier_takes_them) {
    char bytes[ctx::binary_trace_context_size];
    const auto caller =
        ctx::extract(Headers{{"traceparent", std::string(ctx::test::caller_traceparent)}});
    ctx::write_binary_trace_context(caller.span_context(), bytes);
    const std::string value{bytes, sizeof bytes};
    const Context read = Propagators::named("grpcbin").extract(Headers{{"grpc-trace-bin", value}});
    EXPECT_EQ(read.span_context(), caller.span_context());
}

}  // namespace
