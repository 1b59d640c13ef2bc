// The published declaration on the wire: who may send and receive what, and for how many hops.

#include "propagation/headers.hpp"
#include <ctx/context.hpp>
#include <ctx/propagation.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using ctx::Context;
using ctx::Destination;
using ctx::EntryType;
using ctx::extract;
using ctx::Field;
using ctx::inject;
using ctx::Propagators;
using ctx::Send;
using ctx::test::counted;
using ctx::test::Headers;
using ctx::test::only;
using testing::ElementsAre;

std::vector<std::string>& heard() {
    static std::vector<std::string> events;
    return events;
}

class GovernedPropagation : public testing::Test {
protected:
    void SetUp() override {
        publish({});
        heard().clear();
    }
    void TearDown() override {
        ctx::set_audit_callback(nullptr);
        publish({});
    }

    static void publish(std::vector<Field> fields) {
        auto set = ctx::FieldSet::create(std::move(fields));
        ASSERT_TRUE(set.ok()) << set.status();
        ctx::publish_fields(*std::move(set));
    }

    static void listen() {
        ctx::set_audit_callback([](const ctx::AuditEvent& event) noexcept {
            heard().push_back(std::string(event.who) + ": " + std::string(to_string(event.action)) +
                              " " + std::string(event.key) + " " +
                              std::string(to_string(event.reason)));
        });
    }

    static std::string sent(std::string_view baggage, Destination to = Destination::inside) {
        const Context context = Context{}.with_baggage(ctx::parse_baggage(baggage));
        Headers out{{"Baggage", "stale=1"}};
        inject(context, out, to);
        return only(out, "baggage");
    }

    static std::string taken(const std::string& baggage, Destination from = Destination::inside) {
        const Context context = extract(Headers{{"baggage", baggage}}, {}, from);
        return std::string(context.baggage().text());
    }
};

TEST_F(GovernedPropagation, forwards_undeclared_baggage_inside_and_nowhere_else) {
    const std::string in = "z=a%2fb;p=%41;q,a=1+1";
    EXPECT_EQ(sent(in), in);
    EXPECT_EQ(sent(in, Destination::partner), "(absent)");
    EXPECT_EQ(sent(in, Destination::outside), "(absent)");
    EXPECT_EQ(taken(in), in);
    EXPECT_EQ(taken(in, Destination::partner), "");
    EXPECT_EQ(taken(in, Destination::outside), "");
}

TEST_F(GovernedPropagation, crosses_each_boundary_with_what_is_declared_for_it) {
    publish({Field{"here"}.send(Send::none), Field{"ours"}, Field{"theirs"}.send(Send::partner),
             Field{"all"}.send(Send::outside)});
    const std::string in = "u=0,here=1,theirs=%33;p,ours=2,all=4";
    EXPECT_EQ(sent(in), "u=0,theirs=%33;p,ours=2,all=4");
    EXPECT_EQ(sent(in, Destination::partner), "theirs=%33;p,all=4");
    EXPECT_EQ(sent(in, Destination::outside), "all=4");
    EXPECT_EQ(taken(in), in);
    EXPECT_EQ(taken(in, Destination::partner), "theirs=%33;p,all=4");
    EXPECT_EQ(taken(in, Destination::outside), "all=4");
}

TEST_F(GovernedPropagation, sends_ids_to_the_outside_and_begins_its_traces_anew) {
    const Context context = extract(Headers{
        {"traceparent", std::string(ctx::test::caller_traceparent)}, {"baggage", "secret=1"}});
    Headers out;
    inject(context, out, Destination::outside);
    EXPECT_EQ(only(out, "traceparent"), ctx::test::caller_traceparent);
    EXPECT_EQ(only(out, "baggage"), "(absent)");
    const Context taken_outside =
        extract(Headers{{"traceparent", std::string(ctx::test::caller_traceparent)},
                        {"baggage", "secret=1"}},
                {}, Destination::outside);
    EXPECT_FALSE(taken_outside.trace_id().is_valid());
    ASSERT_EQ(taken_outside.links().size(), 1U);
    EXPECT_EQ(taken_outside.links()[0].trace_id.to_string(), ctx::test::caller_trace);
    EXPECT_TRUE(taken_outside.baggage().empty());
}

TEST_F(GovernedPropagation, has_the_boundary_that_the_propagators_were_given) {
    publish({Field{"theirs"}.send(Send::partner)});
    const Propagators partner = Propagators{}.at(Destination::partner);
    EXPECT_EQ(Propagators{}.boundary(), Destination::inside);
    EXPECT_EQ(partner.boundary(), Destination::partner);
    EXPECT_EQ(partner.formats().size(), Propagators{}.formats().size());
    const Headers in{{"baggage", "u=0,theirs=1"}};
    EXPECT_EQ(partner.extract(in).baggage().text(), "theirs=1");
    EXPECT_EQ(partner.extract(in, {}, Destination::inside).baggage().text(), "u=0,theirs=1");
    Headers out;
    partner.inject(extract(in), out);
    EXPECT_EQ(only(out, "baggage"), "theirs=1");
    partner.inject(extract(in), out, Destination::inside);
    EXPECT_EQ(only(out, "baggage"), "u=0,theirs=1");
    Propagators{}.inject(extract(in), out, Destination::outside);
    EXPECT_EQ(only(out, "baggage"), "(absent)");
}

void inject_all(ctx::ContextView context, const ctx::CarrierWriter& into) {
    std::string list;
    for (const auto& entry : context.baggage())
        list.append(entry.key).append(" ");
    into.set("x-mine", list);
}

void extract_mine(const ctx::CarrierReader& from, ctx::Extraction& into) {
    from.find("x-mine", [&](std::string_view value) {
        into.found(ctx::Baggage{}.set("secret", value).set("theirs", value));
    });
}

TEST_F(GovernedPropagation, governs_the_formats_of_users_too) {
    publish({Field{"theirs"}.send(Send::partner)});
    static constexpr std::string_view names[] = {"x-mine"};
    const Propagators mine{ctx::Format{"mine", names, &extract_mine, &inject_all}};
    Headers out;
    mine.inject(Context{}.with_baggage(ctx::parse_baggage("secret=1,theirs=2")), out,
                Destination::partner);
    EXPECT_EQ(only(out, "x-mine"), "theirs ");
    const Context taken_here = mine.extract(Headers{{"x-mine", "v"}}, {}, Destination::partner);
    EXPECT_FALSE(taken_here.baggage().contains("secret"));
    EXPECT_EQ(taken_here.baggage().find("theirs"), "v");
}

TEST_F(GovernedPropagation, counts_hops_and_ends_with_the_last) {
    publish({Field{"debug"}.ttl(3)});
    Context here = ctx::set_baggage(Context{}, "debug", "on");
    here = ctx::set_baggage(here, "tenant", "acme");
    std::vector<std::string> hops;
    for (int hop = 0; hop < 5; ++hop) {
        Headers wire;
        inject(here, wire);
        hops.push_back(only(wire, "baggage"));
        here = extract(wire);
    }
    EXPECT_THAT(hops, ElementsAre("debug=on;ttl=2,tenant=acme", "debug=on;ttl=1,tenant=acme",
                                  "debug=on;ttl=0,tenant=acme", "tenant=acme", "tenant=acme"));
}

TEST_F(GovernedPropagation, does_not_let_a_peer_prolong_a_ttl) {
    publish({Field{"debug"}.ttl(3)});
    for (const char* hostile : {"ttl=999", "ttl=99999999999999999999", "ttl=-1", "ttl=%39", "ttl",
                                "ttl=", "ttl=3;ttl=9", "TTL=9", "p;ttl=+9"}) {
        Headers wire;
        inject(extract(Headers{{"baggage", std::string("debug=on;") + hostile}}), wire);
        EXPECT_NE(only(wire, "baggage").find(";ttl=2"), std::string::npos) << hostile;
        EXPECT_EQ(only(wire, "baggage").find("ttl=9"), std::string::npos) << hostile;
    }
    EXPECT_EQ(sent("debug=on;ttl=0"), "(absent)");
    EXPECT_EQ(sent("debug=on;ttl=3;ttl=0"), "(absent)");
}

TEST_F(GovernedPropagation, enforces_size_and_type_on_the_way_in) {
    publish({Field{"name"}.max_bytes(5), Field{"seats"}.type(EntryType::int64).max_bytes(3)});
    EXPECT_EQ(taken("x=%zz,name=abcd%C3%A9f;p,seats=12"), "x=%25zz,name=abcd;p,seats=12");
    EXPECT_EQ(taken("x=1,seats=1234"), "x=1");
    EXPECT_EQ(taken("seats=many,x=1"), "x=1");
}

TEST_F(GovernedPropagation, leaves_the_base_alone_when_nothing_is_admitted) {
    const Context base = Context{}.with_baggage(ctx::parse_baggage("own=1"));
    EXPECT_EQ(extract(Headers{{"baggage", "u=1"}}, base, Destination::outside), base);
}

TEST_F(GovernedPropagation, leaves_out_the_lowest_priority_when_the_header_is_full) {
    publish({Field{"vital"}.priority(1), Field{"spare"}.priority(-1)});
    const std::string big(4000, 'x');
    ctx::Baggage baggage =
        ctx::Baggage{}.set("spare", big).set("other", big).set("vital", big).set("small", "1");
    Headers out;
    inject(Context{}.with_baggage(baggage), out);
    EXPECT_EQ(only(out, "baggage"), "other=" + big + ",vital=" + big + ",small=1");
}

TEST_F(GovernedPropagation, tells_the_audit_on_which_wire_it_happened_and_counts) {
    publish({Field{"t"}.ttl(1), Field{"ours"}, Field{"n"}.type(EntryType::int64),
             Field{"s"}.max_bytes(1)});
    const auto dropped = counted("ctx_baggage_fields_dropped_total");
    const auto truncated = counted("ctx_baggage_fields_truncated_total");
    const auto expired = counted("ctx_baggage_fields_expired_total");
    const auto withheld = counted("ctx_baggage_fields_withheld_total");
    listen();
    EXPECT_EQ(taken("n=x,s=22"), "s=2");
    EXPECT_EQ(taken("ours=1,u=1", Destination::outside), "");
    EXPECT_EQ(sent("t=1;ttl=0"), "(absent)");
    EXPECT_EQ(sent("ours=1,u=1", Destination::partner), "(absent)");
    EXPECT_THAT(
        heard(),
        ElementsAre("extract from inside: dropped n type", "extract from inside: truncated s size",
                    "extract from outside: dropped ours boundary",
                    "extract from outside: dropped u undeclared", "inject to inside: expired t ttl",
                    "inject to partner: withheld ours boundary",
                    "inject to partner: withheld u undeclared"));
    EXPECT_EQ(counted("ctx_baggage_fields_dropped_total"), dropped + 3);
    EXPECT_EQ(counted("ctx_baggage_fields_truncated_total"), truncated + 1);
    EXPECT_EQ(counted("ctx_baggage_fields_expired_total"), expired + 1);
    EXPECT_EQ(counted("ctx_baggage_fields_withheld_total"), withheld + 2);
}

}  // namespace
