#include "support/counting_allocator.hpp"
#include <ctx/baggage/governance.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace {

using ctx::admitted;
using ctx::Baggage;
using ctx::Destination;
using ctx::EntryType;
using ctx::Field;
using ctx::FieldAction;
using ctx::FieldEvent;
using ctx::FieldReason;
using ctx::FieldReport;
using ctx::FieldSet;
using ctx::MergeRule;
using ctx::outgoing;
using ctx::Send;
using ctx::set_governed;
using ctx::test::AllocationCounter;
using testing::ElementsAre;

FieldSet set_of(std::initializer_list<Field> fields) {
    auto made = FieldSet::create(fields);
    EXPECT_TRUE(made.ok()) << made.status();
    return made.ok() ? *made : FieldSet{};
}

/// Hears what happens, as `action key reason before>after`.
struct Heard {
    std::vector<std::string> events;
    FieldReport report{[](void* target, const FieldEvent& event) noexcept {
                           static_cast<Heard*>(target)->events.push_back(
                               std::string(to_string(event.action)) + " " + std::string(event.key) +
                               " " + std::string(to_string(event.reason)) + " " +
                               std::to_string(event.size_before) + ">" +
                               std::to_string(event.size_after));
                       },
                       this};
};

std::string header(const Baggage& baggage) {
    std::string text;
    ctx::append_w3c(text, baggage);
    return text;
}

std::string sent(std::string_view in, const FieldSet& fields,
                 Destination to = Destination::inside) {
    return header(outgoing(ctx::parse_baggage(in), fields, to));
}

std::string taken(std::string_view in, const FieldSet& fields,
                  Destination from = Destination::inside) {
    return header(admitted(ctx::parse_baggage(in), fields, from));
}

TEST(Outgoing, sends_undeclared_entries_inside_and_nowhere_else) {
    const FieldSet fields = set_of({Field("known").send(Send::outside)});
    const std::string in = "z=1;p, known = a%20b ;q,a=2";
    EXPECT_EQ(sent(in, fields), "z=1;p,known = a%20b ;q,a=2");
    EXPECT_EQ(sent(in, fields, Destination::partner), "known = a%20b ;q");
    EXPECT_EQ(sent(in, fields, Destination::outside), "known = a%20b ;q");
    EXPECT_EQ(sent(in, FieldSet{}, Destination::outside), "");
    EXPECT_TRUE(outgoing(ctx::parse_baggage(in), FieldSet{}, Destination::outside).empty());
}

TEST(Outgoing, sends_each_declared_entry_as_far_as_it_may_go) {
    const FieldSet fields =
        set_of({Field("here").send(Send::none), Field("ours"), Field("theirs").send(Send::partner),
                Field("all").send(Send::outside)});
    const std::string in = "theirs=3,here=1,all=4,ours=2";
    EXPECT_EQ(sent(in, fields, Destination::inside), "theirs=3,all=4,ours=2");
    EXPECT_EQ(sent(in, fields, Destination::partner), "theirs=3,all=4");
    EXPECT_EQ(sent(in, fields, Destination::outside), "all=4");
}

TEST(Outgoing, reports_what_it_withheld_and_why) {
    const FieldSet fields = set_of({Field("ours")});
    Heard heard;
    EXPECT_TRUE(outgoing(ctx::parse_baggage("b=12,ours=secret"), fields, Destination::partner,
                         &heard.report)
                    .empty());
    EXPECT_THAT(heard.events,
                ElementsAre("withheld b undeclared 2>0", "withheld ours boundary 6>0"));
    EXPECT_EQ(heard.report.count(FieldAction::withheld), 2U);
    EXPECT_EQ(heard.report.count(FieldAction::dropped), 0U);
}

TEST(Outgoing, gives_the_same_baggage_back_without_allocating_when_nothing_changes) {
    const FieldSet open = set_of({Field("a").max_bytes(1), Field("b").log()});
    const FieldSet strict = set_of({Field("a").send(Send::outside), Field("b").send(Send::outside),
                                    Field("c").send(Send::none), Field("d").merge(MergeRule::max)});
    const Baggage baggage = ctx::parse_baggage("b=1,a=22");
    const AllocationCounter counter;
    EXPECT_EQ(outgoing(baggage, open, Destination::inside).buffer(), baggage.buffer());
    EXPECT_EQ(outgoing(baggage, strict, Destination::inside).buffer(), baggage.buffer());
    EXPECT_EQ(outgoing(baggage, strict, Destination::outside).buffer(), baggage.buffer());
    EXPECT_EQ(counter.allocations(), 0U);
}

TEST(Outgoing, keeps_the_spelling_and_the_order_of_what_it_does_not_touch) {
    const FieldSet fields = set_of({Field("gone").send(Send::none), Field("t").ttl(9)});
    EXPECT_EQ(sent("z=a%2fb;p=%41;q,gone=1,t=%41;x ; ttl = 3 ; y,m=%E2%82%AC,k==", fields),
              "z=a%2fb;p=%41;q,t=%41;x ;ttl=2; y,m=%E2%82%AC,k==");
}

TEST(Outgoing, shows_the_value_of_the_merge_rule_in_the_header) {
    const FieldSet fields = set_of({Field("n").type(EntryType::int64).merge(MergeRule::max)});
    const Baggage joined = join(ctx::parse_baggage("n=9;a,x=1"), ctx::parse_baggage("n=10;b,x=1"));
    EXPECT_EQ(joined.find("n"), "10");
    EXPECT_EQ(header(outgoing(joined, fields, Destination::inside)), "x=1,n=10;b");
    const Baggage other = join(ctx::parse_baggage("n=9;a"), ctx::parse_baggage("n=80;b"));
    const Baggage third = join(other, ctx::parse_baggage("n=10"));
    const Baggage left = outgoing(third, fields, Destination::inside);
    EXPECT_EQ(header(left), "n=80;b");
    EXPECT_THAT(left.find_all("n"), ElementsAre("80"));
}

TEST(Ttl, is_set_with_the_entry_and_counted_down_until_it_is_gone_at_0) {
    const FieldSet fields = set_of({Field("t").ttl(3)});
    Baggage here = set_governed(Baggage{}.set("u", "1"), fields, "t", "v");
    EXPECT_EQ(header(here), "u=1,t=v;ttl=3");
    const auto hop = [&](const Baggage& from) {
        return admitted(ctx::parse_baggage(header(outgoing(from, fields, Destination::inside))),
                        fields, Destination::inside);
    };
    here = hop(here);
    EXPECT_EQ(header(here), "u=1,t=v;ttl=2");
    here = hop(here);
    EXPECT_EQ(header(here), "u=1,t=v;ttl=1");
    here = hop(here);
    EXPECT_EQ(header(here), "u=1,t=v;ttl=0");
    EXPECT_EQ(here.find("t"), "v");
    here = hop(here);
    EXPECT_EQ(header(here), "u=1");
}

TEST(Ttl, that_is_missing_malformed_or_too_high_is_the_declared_one) {
    const FieldSet fields = set_of({Field("t").ttl(4)});
    const std::string declared = "t=v;ttl=4";
    EXPECT_EQ(taken("t=v", fields), declared);
    EXPECT_EQ(taken("t=v;ttl=4", fields), declared);
    for (const char* bad :
         {"ttl", "ttl=", "ttl=x", "ttl=-1", "ttl=+2", "ttl=1.5", "ttl=1e1", "ttl=0x1", "ttl=%31",
          "ttl=5", "ttl=4294967296", "ttl=18446744073709551616", "ttl=99999999999999999999999"}) {
        EXPECT_EQ(taken(std::string("t=v;") + bad, fields), declared) << bad;
    }
    EXPECT_EQ(taken("t=v;ttl=0", fields), "t=v;ttl=0");
    EXPECT_EQ(taken("t=v;ttl=03", fields), "t=v;ttl=03");
    EXPECT_EQ(sent("t=v;ttl=03", fields), "t=v;ttl=2");
}

TEST(Ttl, of_several_counts_the_least_and_one_stays) {
    const FieldSet fields = set_of({Field("t").ttl(9)});
    EXPECT_EQ(taken("t=v;ttl=5;p;ttl=3;q;ttl=7", fields), "t=v;ttl=3;p;q");
    EXPECT_EQ(sent("t=v;ttl=5;p;ttl=3", fields), "t=v;ttl=2;p");
    EXPECT_EQ(sent("t=v;ttl=5;ttl=0", fields), "");
}

TEST(Ttl, leaves_other_properties_in_their_place) {
    const FieldSet fields = set_of({Field("t").ttl(9)});
    EXPECT_EQ(sent("t=v;a=1;ttl=5;b", fields), "t=v;a=1;ttl=4;b");
    EXPECT_EQ(sent("t=v;a=1;TTL=5;ttls=2", fields), "t=v;a=1;TTL=5;ttls=2;ttl=8");
    const Baggage left =
        outgoing(ctx::parse_baggage("t=v;a=1;ttl=5;b"), fields, Destination::inside);
    EXPECT_EQ(left.properties("t"), "a=1;ttl=4;b");
}

TEST(Ttl, of_entries_that_are_not_declared_with_one_is_forwarded_untouched) {
    const FieldSet fields = set_of({Field("t").ttl(9), Field("plain").log()});
    const std::string in = "plain=1;ttl=0,u=2;ttl=5;ttl=x,w=3 ; ttl = 1";
    EXPECT_EQ(sent(in, fields), in);
    EXPECT_EQ(taken(in, fields), in);
}

TEST(Ttl, expiry_is_reported) {
    const FieldSet fields = set_of({Field("t").ttl(9)});
    Heard heard;
    EXPECT_TRUE(
        outgoing(ctx::parse_baggage("t=abc;ttl=0"), fields, Destination::inside, &heard.report)
            .empty());
    EXPECT_THAT(heard.events, ElementsAre("expired t ttl 3>0"));
}

TEST(Admitted, cuts_text_over_its_limit_between_characters) {
    const FieldSet fields = set_of({Field("v").max_bytes(5), Field("free")});
    EXPECT_EQ(taken("free=123456789,v=12345;p", fields), "free=123456789,v=12345;p");
    EXPECT_EQ(taken("v=123456;p,x=1", fields), "v=12345;p,x=1");
    EXPECT_EQ(taken("v=1234%C3%A9", fields), "v=1234");
    EXPECT_EQ(taken("v=123%C3%A9x", fields), "v=123%C3%A9");
    EXPECT_EQ(taken("v=%E2%82%AC%E2%82%AC", fields), "v=%E2%82%AC");
    Heard heard;
    const Baggage cut =
        admitted(ctx::parse_baggage("v=123456;p"), fields, Destination::inside, &heard.report);
    EXPECT_EQ(cut.find("v"), "12345");
    EXPECT_EQ(cut.properties("v"), "p");
    EXPECT_THAT(heard.events, ElementsAre("truncated v size 6>5"));
}

TEST(Admitted, drops_what_is_not_of_the_declared_type) {
    const FieldSet fields =
        set_of({Field("n").type(EntryType::int64), Field("b").type(EntryType::boolean),
                Field("f").type(EntryType::float64)});
    EXPECT_EQ(taken("n=12,b=true,f=1.5,u=x", fields), "n=12,b=true,f=1.5,u=x");
    Heard heard;
    const Baggage left = admitted(ctx::parse_baggage("n=1x,b=yes,f=nan,u=x"), fields,
                                  Destination::inside, &heard.report);
    EXPECT_EQ(header(left), "u=x");
    EXPECT_THAT(heard.events,
                ElementsAre("dropped b type 3>0", "dropped f type 3>0", "dropped n type 2>0"));
}

TEST(Admitted, drops_a_number_over_its_limit_because_a_part_is_another_number) {
    const FieldSet fields = set_of({Field("n").type(EntryType::int64).max_bytes(3)});
    EXPECT_EQ(taken("n=123", fields), "n=123");
    Heard heard;
    EXPECT_TRUE(
        admitted(ctx::parse_baggage("n=1234"), fields, Destination::inside, &heard.report).empty());
    EXPECT_THAT(heard.events, ElementsAre("dropped n size 4>0"));
}

TEST(Admitted, takes_from_partners_and_outside_only_what_may_be_sent_there) {
    const FieldSet fields =
        set_of({Field("here").send(Send::none), Field("ours"), Field("theirs").send(Send::partner),
                Field("all").send(Send::outside)});
    const std::string in = "u=0,here=1,ours=2,theirs=3,all=4";
    EXPECT_EQ(taken(in, fields, Destination::inside), in);
    EXPECT_EQ(taken(in, fields, Destination::partner), "theirs=3,all=4");
    EXPECT_EQ(taken(in, fields, Destination::outside), "all=4");
    EXPECT_EQ(taken(in, FieldSet{}, Destination::outside), "");
    Heard heard;
    static_cast<void>(
        admitted(ctx::parse_baggage(in), fields, Destination::outside, &heard.report));
    EXPECT_THAT(heard.events,
                ElementsAre("dropped here boundary 1>0", "dropped ours boundary 1>0",
                            "dropped theirs boundary 1>0", "dropped u undeclared 1>0"));
}

TEST(Admitted, gives_the_same_baggage_back_without_allocating_when_nothing_changes) {
    const FieldSet fields = set_of({Field("n").type(EntryType::int64).max_bytes(9).ttl(5),
                                    Field("v").max_bytes(9).send(Send::outside)});
    const Baggage baggage = ctx::parse_baggage("v=1,n=4;ttl=5,u=3");
    const Baggage small = ctx::parse_baggage("v=1");
    const AllocationCounter counter;
    EXPECT_EQ(admitted(baggage, fields, Destination::inside).buffer(), baggage.buffer());
    EXPECT_EQ(admitted(small, fields, Destination::outside).buffer(), small.buffer());
    EXPECT_EQ(counter.allocations(), 0U);
}

TEST(Admitted, leaves_no_candidate_that_would_break_the_rules_later) {
    const FieldSet fields = set_of({Field("n").type(EntryType::int64).max_bytes(3)});
    const Baggage joined = join(ctx::parse_baggage("n=17"),
                                join(ctx::parse_baggage("n=x"), ctx::parse_baggage("n=99999")));
    EXPECT_THAT(joined.find_all("n"), ElementsAre("17", "99999", "x"));
    EXPECT_THAT(admitted(joined, fields, Destination::inside).find_all("n"), ElementsAre("17"));
}

TEST(Governance, that_changes_something_is_one_allocation) {
    const FieldSet fields = set_of({Field("t").ttl(4), Field("v").max_bytes(2)});
    const Baggage baggage = ctx::parse_baggage("a=1,t=1;ttl=4,u=2,v=333");
    const AllocationCounter sending;
    EXPECT_EQ(outgoing(baggage, fields, Destination::inside).text(), "a=1,t=1;ttl=3,u=2,v=333");
    EXPECT_EQ(sending.allocations(), 1U);
    const AllocationCounter taking;
    EXPECT_EQ(admitted(baggage, fields, Destination::inside).text(), "a=1,t=1;ttl=4,u=2,v=33");
    EXPECT_EQ(taking.allocations(), 1U);
    const AllocationCounter setting;
    EXPECT_EQ(set_governed(baggage, fields, "t", "2").text(), "a=1,t=2;ttl=4,u=2,v=333");
    EXPECT_EQ(setting.allocations(), 1U);
}

TEST(SetGoverned, keeps_the_limits_of_the_declaration) {
    const FieldSet fields = set_of({Field("v").max_bytes(5), Field("n").type(EntryType::int64),
                                    Field("m").type(EntryType::int64).max_bytes(2)});
    Heard heard;
    const Baggage start = Baggage{}.set("n", "1");
    EXPECT_EQ(set_governed(start, fields, "v", "1234\xc3\xa9", &heard.report).find("v"), "1234");
    EXPECT_EQ(set_governed(start, fields, "n", "22", &heard.report).find("n"), "22");
    EXPECT_EQ(set_governed(start, fields, "n", "two", &heard.report).find("n"), "1");
    EXPECT_FALSE(set_governed(start, fields, "m", "100", &heard.report).contains("m"));
    EXPECT_EQ(set_governed(start, fields, "free", "x", &heard.report).find("free"), "x");
    EXPECT_THAT(heard.events,
                ElementsAre("set v program 0>4", "truncated v size 6>4", "overridden n program 1>2",
                            "dropped n type 3>0", "dropped m size 3>0", "set free program 0>1"));
}

TEST(SetGoverned, counts_the_bytes_after_ill_formed_text_was_mended) {
    const FieldSet fields = set_of({Field("v").max_bytes(5)});
    EXPECT_EQ(set_governed(Baggage{}, fields, "v", "\xff\xff\xff").find("v"), "\xef\xbf\xbd");
}

TEST(FitHeader, leaves_out_members_of_the_lowest_priority_first_each_whole) {
    const FieldSet fields = set_of({Field("keep").priority(2), Field("first").priority(-1)});
    const Baggage baggage = ctx::parse_baggage("first=111,a=1,keep=aaaaaaaaaa,b=2;p");
    const auto fitted = [&](std::size_t max_bytes, std::size_t max_members = 180) {
        return header(ctx::fit_header(baggage, fields, {max_members, max_bytes}));
    };
    EXPECT_EQ(fitted(35), "first=111,a=1,keep=aaaaaaaaaa,b=2;p");
    EXPECT_EQ(fitted(34), "a=1,keep=aaaaaaaaaa,b=2;p");
    EXPECT_EQ(fitted(24), "a=1,keep=aaaaaaaaaa");
    EXPECT_EQ(fitted(18), "keep=aaaaaaaaaa");
    EXPECT_EQ(fitted(14), "");
    EXPECT_EQ(fitted(100, 2), "a=1,keep=aaaaaaaaaa");
}

TEST(FitHeader, reports_what_it_left_out_and_leaves_bags_alone) {
    const FieldSet fields = set_of({Field("low").priority(-1)});
    const Baggage baggage =
        Baggage::from_atoms({"\x02\xf8\x0a\x02\x00\x07", 6}).set("low", "12").set("x", "3");
    Heard heard;
    const Baggage fitted = ctx::fit_header(baggage, fields, {180, 3}, &heard.report);
    EXPECT_THAT(heard.events, ElementsAre("withheld low room 2>0"));
    EXPECT_EQ(header(fitted), "x=3");
    EXPECT_TRUE(fitted.atoms().ends_with(std::string_view("\x02\xf8\x0a\x02\x00\x07", 6)));
}

}  // namespace
