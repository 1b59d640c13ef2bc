#include "propagation/headers.hpp"
#include <ctx/context/child_span.hpp>
#include <ctx/propagation/propagator.hpp>
#include <ctx/propagation/tracecontext.hpp>

#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace {

using ctx::test::caller_trace;
using ctx::test::caller_traceparent;
using ctx::test::counted;
using ctx::test::Headers;
using ctx::test::only;
using ctx::test::repeated;

const std::string traceparent{caller_traceparent};

ctx::Context extract(const Headers& headers) {
    return ctx::Propagators{ctx::tracecontext_format}.extract(headers);
}

TEST(TraceContext, of_a_caller_is_a_remote_span_with_its_tracestate) {
    const auto context = extract({{"Host", "h"},
                                  {"TraceParent", " \t" + traceparent + "\t "},
                                  {"TRACESTATE", "rojo=1, congo= 2 "}});
    EXPECT_EQ(context.trace_id().to_string(), caller_trace);
    EXPECT_EQ(context.span_id().to_string(), ctx::test::caller_span);
    EXPECT_TRUE(context.flags().sampled());
    EXPECT_TRUE(context.span_context().remote);
    EXPECT_EQ(context.trace_state().header(), "rojo=1,congo= 2");
}

TEST(TraceContext, with_a_long_first_line_of_tracestate_counts_it_once) {
    const std::string first = "a=1" + std::string(14'000, ' ') + ",b=2";
    const std::string third = "d=4" + std::string(6'000, ' ') + ",e=5";
    ASSERT_LT(first.size() + third.size() + 100, ctx::tracestate_max_size);
    const auto context = extract({{"traceparent", traceparent},
                                  {"tracestate", first},
                                  {"tracestate", "c=3"},
                                  {"tracestate", third}});
    EXPECT_EQ(context.trace_state().header(), "a=1,b=2,c=3,d=4,e=5");
}

TEST(TraceContext, with_two_traceparent_lines_is_none_and_counted) {
    const auto before = counted("ctx_propagation_traceparent_repeated_total");
    EXPECT_FALSE(extract({{"traceparent", traceparent}, {"Traceparent", traceparent}}));
    EXPECT_FALSE(extract({{"traceparent", traceparent}, {"traceparent", "junk"}}));
    EXPECT_EQ(counted("ctx_propagation_traceparent_repeated_total"), before + 2);
}

TEST(TraceContext, joined_into_one_line_is_none_and_counted) {
    const auto before = counted("ctx_propagation_traceparent_malformed_total");
    EXPECT_FALSE(extract({{"traceparent", traceparent + "," + traceparent}}));
    EXPECT_FALSE(extract({{"traceparent", traceparent + ", " + traceparent}}));
    EXPECT_EQ(counted("ctx_propagation_traceparent_malformed_total"), before + 2);
}

TEST(TraceContext, without_a_valid_traceparent_does_not_look_at_tracestate) {
    const auto before = counted("ctx_propagation_tracestate_malformed_total");
    EXPECT_FALSE(extract({{"tracestate", "foo=1,@broken"}}));
    EXPECT_FALSE(extract({{"traceparent", "junk"}, {"tracestate", "foo=1,@broken"}}));
    EXPECT_EQ(counted("ctx_propagation_tracestate_malformed_total"), before);
}

struct State {
    const char* name;
    Headers lines;
    const char* kept;
    unsigned malformed;

    friend std::ostream& operator<<(std::ostream& out, const State& s) { return out << s.name; }
};

class TraceStateLines : public testing::TestWithParam<State> {};

TEST_P(TraceStateLines, are_one_list_that_is_kept_or_dropped_whole) {
    const auto before = counted("ctx_propagation_tracestate_malformed_total");
    Headers headers = GetParam().lines;
    headers.emplace_back("traceparent", traceparent);
    const auto context = extract(headers);
    EXPECT_EQ(context.trace_id().to_string(), caller_trace);
    EXPECT_EQ(context.trace_state().header(), GetParam().kept);
    EXPECT_EQ(counted("ctx_propagation_tracestate_malformed_total"), before + GetParam().malformed);
}

Headers members(std::size_t count) {
    Headers lines;
    for (std::size_t i = 0; i < count; ++i)
        lines.emplace_back("tracestate", "k" + std::to_string(i) + "=v");
    return lines;
}

std::string joined(std::size_t count) {
    std::string list;
    for (const auto& [name, value] : members(count))
        list += (list.empty() ? "" : ",") + value;
    return list;
}

const std::string thirty_two = joined(32);

INSTANTIATE_TEST_SUITE_P(
    W3C, TraceStateLines,
    testing::Values(
        State{
            "several_lines", {{"tracestate", "a=1,b=2"}, {"TraceState", "c=3"}}, "a=1,b=2,c=3", 0},
        State{"empty_lines",
              {{"tracestate", ""}, {"tracestate", "a=1"}, {"tracestate", " "}},
              "a=1",
              0},
        State{"only_separators", {{"tracestate", " , ,\t"}}, "", 0},
        State{"one_bad_line", {{"tracestate", "a=1"}, {"tracestate", "B=2"}}, "", 1},
        State{"duplicate_over_lines",
              {{"tracestate", "a=1"}, {"tracestate", "b=2,a=3"}},
              "a=1,b=2",
              0},
        State{"thirty_two_lines", members(32), thirty_two.c_str(), 0},
        State{"thirty_three_lines", members(33), "", 1},
        State{"three_thousand_lines", members(3000), "", 1},
        State{"a_megabyte", {{"tracestate", repeated("a=1,", 262144)}}, "", 1},
        State{"a_megabyte_of_nothing", {{"tracestate", "a=1" + repeated(",", 1048576)}}, "", 1}),
    [](const auto& test) { return test.param.name; });

TEST(TraceContext, replaces_what_a_reused_carrier_holds) {
    const auto context = extract({{"traceparent", traceparent}, {"tracestate", "a=1"}});
    Headers out{{"TraceParent", "stale"}, {"Tracestate", "stale=1"}, {"host", "h"}};
    ctx::Propagators{ctx::tracecontext_format}.inject(context, out);
    EXPECT_EQ(out, (Headers{{"traceparent", traceparent}, {"tracestate", "a=1"}, {"host", "h"}}));
}

TEST(TraceContext, removes_a_stale_tracestate_when_there_is_none) {
    const auto context = extract({{"traceparent", traceparent}});
    Headers out{{"tracestate", "stale=1"}};
    ctx::Propagators{ctx::tracecontext_format}.inject(context, out);
    EXPECT_EQ(out, (Headers{{"traceparent", traceparent}}));
}

TEST(TraceContext, of_nobody_leaves_no_header) {
    const ctx::TraceId trace{1, 2};
    const ctx::Context contexts[] = {{}, ctx::Context{}.with_span({trace, {}, {}, {}, false})};
    for (const ctx::Context& context : contexts) {
        Headers out{{"traceparent", "stale"}, {"tracestate", "stale=1"}, {"host", "h"}};
        ctx::Propagators{ctx::tracecontext_format}.inject(context, out);
        EXPECT_EQ(out, (Headers{{"host", "h"}}));
    }
}

TEST(TraceContext, of_a_higher_version_is_sent_as_version_00) {
    auto higher = traceparent + "-what-the-future-will-be-like";
    higher.replace(0, 2, "cc");
    Headers out;
    ctx::inject(extract({{"traceparent", higher}}), out);
    EXPECT_EQ(only(out, "traceparent"), traceparent);
}

}  // namespace
