#include "propagation/headers.hpp"
#include <ctx/propagation/baggage_header.hpp>
#include <ctx/propagation/propagator.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

using ctx::test::counted;
using ctx::test::Headers;
using ctx::test::only;
using ctx::test::repeated;

std::string forwarded(const Headers& headers) {
    Headers out{{"Baggage", "stale=1"}};
    ctx::inject(ctx::extract(headers), out);
    return only(out, "baggage");
}

TEST(BaggageHeader, is_joined_over_its_lines) {
    const auto context = ctx::extract(
        Headers{{"baggage", "a=1"}, {"host", "h"}, {"BAGGAGE", " b=2;p "}, {"Baggage", "a=3"}});
    EXPECT_EQ(context.baggage().size(), 2U);
    EXPECT_EQ(context.baggage().find("a"), "3");
    EXPECT_EQ(context.baggage().find("b"), "2");
    EXPECT_EQ(context.baggage().properties("b"), "p");
}

TEST(BaggageHeader, is_forwarded_byte_for_byte_when_nobody_changed_it) {
    const std::string header = "z=a%2fb;p=%41;q,a=1+1,m=%E2%82%AC,k==";
    EXPECT_EQ(forwarded({{"baggage", header}}), header);
}

TEST(BaggageHeader, loses_only_the_broken_members_and_counts_them) {
    const auto malformed = counted("ctx_propagation_baggage_malformed_members_total");
    const auto duplicate = counted("ctx_propagation_baggage_duplicate_members_total");
    const auto mended = counted("ctx_propagation_baggage_mended_values_total");
    EXPECT_EQ(forwarded({{"baggage", "a=1,no-sign,b c=2,d=%zz,e=%ff,a=2"}}), "d=%25zz,e=%ff,a=2");
    EXPECT_EQ(counted("ctx_propagation_baggage_malformed_members_total"), malformed + 2);
    EXPECT_EQ(counted("ctx_propagation_baggage_duplicate_members_total"), duplicate + 1);
    EXPECT_EQ(counted("ctx_propagation_baggage_mended_values_total"), mended + 2);
}

TEST(BaggageHeader, keeps_the_first_members_within_the_limits_and_counts_the_rest) {
    const auto before = counted("ctx_propagation_baggage_over_limit_members_total");
    std::string list;
    for (int i = 0; i < 200; ++i)
        list += (i == 0 ? "k" : ",k") + std::to_string(i) + "=v";
    EXPECT_EQ(ctx::extract(Headers{{"baggage", list}}).baggage().size(), 180U);
    EXPECT_EQ(counted("ctx_propagation_baggage_over_limit_members_total"), before + 20);
}

TEST(BaggageHeader, of_8192_bytes_passes_in_one_member_or_many) {
    const std::string one = "a=" + std::string(8190, 'x');
    EXPECT_EQ(forwarded({{"baggage", one}}), one);
    const std::string two = "a=" + std::string(4093, 'x') + ",b=" + std::string(4094, 'y');
    ASSERT_EQ(two.size(), 8192U);
    EXPECT_EQ(forwarded({{"baggage", two}}), two);
}

TEST(BaggageHeader, with_line_breaks_inside_values_is_sent_without_line_breaks) {
    auto context = ctx::Context{}.with_baggage(ctx::Baggage{}.set("k", "a\r\nX-Evil: 1\0"));
    Headers out;
    ctx::inject(context, out);
    EXPECT_EQ(only(out, "baggage"), "k=a%0D%0AX-Evil:%201");
    EXPECT_EQ(ctx::extract(Headers{{"baggage", "k=%0D%0A%00"}}).baggage().find("k"),
              (std::string_view{"\r\n\0", 3}));
    EXPECT_EQ(forwarded({{"baggage", "k=%0D%0A%00"}}), "k=%0D%0A%00");
}

TEST(BaggageHeader, is_absent_when_there_are_no_entries) {
    EXPECT_EQ(forwarded({}), "(absent)");
    EXPECT_EQ(forwarded({{"baggage", ""}}), "(absent)");
    EXPECT_EQ(forwarded({{"baggage", " , no sign ,"}}), "(absent)");
}

TEST(BaggageHeader, broken_leaves_the_trace_and_a_broken_trace_leaves_it) {
    const std::string traceparent{ctx::test::caller_traceparent};
    const auto no_baggage =
        ctx::extract(Headers{{"baggage", "\x01\xff=,;;,="}, {"traceparent", traceparent}});
    EXPECT_TRUE(no_baggage.trace_id().is_valid());
    EXPECT_TRUE(no_baggage.baggage().empty());
    const auto no_trace = ctx::extract(Headers{{"traceparent", "00-junk"}, {"baggage", "a=1"}});
    EXPECT_FALSE(no_trace.trace_id().is_valid());
    EXPECT_EQ(no_trace.baggage().find("a"), "1");
}

}  // namespace
