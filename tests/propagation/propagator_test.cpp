#include "propagation/headers.hpp"
#include <ctx/baggage/header.hpp>
#include <ctx/baggage/w3c_baggage.hpp>
#include <ctx/context/diagnostics.hpp>
#include <ctx/propagation.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <ostream>
#include <string>
#include <vector>

namespace {

using ctx::test::caller_trace;
using ctx::test::caller_traceparent;
using ctx::test::Headers;
using ctx::test::only;

const std::string traceparent{caller_traceparent};

std::vector<std::string> names_of(const ctx::Propagators& propagators) {
    std::vector<std::string> names;
    for (const ctx::Format& format : propagators.formats())
        names.emplace_back(format.name);
    return names;
}

std::vector<std::string> heard;

/// Listens to the diagnostics for as long as it lives.
class Listener {
public:
    Listener() {
        heard.clear();
        before_ = ctx::set_diagnostics_handler(
            [](const ctx::Diagnostic& d) noexcept { heard.emplace_back(d.message); });
    }
    ~Listener() { ctx::set_diagnostics_handler(before_); }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

private:
    ctx::DiagnosticsHandler before_;
};

struct Names {
    const char* name;
    const char* list;
    std::vector<std::string> formats;
    std::size_t reports;

    friend std::ostream& operator<<(std::ostream& out, const Names& n) { return out << n.list; }
};

class PropagatorNames : public testing::TestWithParam<Names> {};

TEST_P(PropagatorNames, give_the_formats_in_their_order_and_report_unknown_ones) {
    const Listener listener;
    EXPECT_EQ(names_of(ctx::Propagators::named(GetParam().list)), GetParam().formats);
    EXPECT_EQ(heard.size(), GetParam().reports);
}

const std::vector<std::string> both{"tracecontext", "baggage"};
const std::vector<std::string> reversed{"baggage", "tracecontext"};

INSTANTIATE_TEST_SUITE_P(
    OpenTelemetry, PropagatorNames,
    testing::Values(Names{"default_list", "tracecontext,baggage", both, 0},
                    Names{"empty", "", both, 0}, Names{"blank", " \t,, ", both, 0},
                    Names{"order", "baggage,tracecontext", reversed, 0},
                    Names{"spaces_and_case", " TraceContext ,\tBAGGAGE ", both, 0},
                    Names{"ends_of_lines", "tracecontext\r,baggage\n", both, 0},
                    Names{"only_an_end_of_line", "\n", both, 0},
                    Names{"repeated_names", "tracecontext,baggage,tracecontext", both, 0},
                    Names{"none", "none", {}, 0},
                    Names{"none_among_others", "tracecontext,none,baggage", {}, 0},
                    Names{"unknown", "nosuchformat,baggage", {"baggage"}, 1},
                    Names{"only_unknown", "x,y", {}, 2}),
    [](const auto& test) { return test.param.name; });

TEST(Propagators, name_the_format_that_is_missing) {
    const Listener listener;
    (void)ctx::Propagators::named("tracecontext,nosuchformat" + std::string(1000, 'x'));
    ASSERT_EQ(heard.size(), 1U);
    EXPECT_NE(heard[0].find("'nosuchformatxxx"), std::string::npos);
    EXPECT_LT(heard[0].size(), 200U);
}

TEST(Propagators, read_the_environment) {
    ASSERT_EQ(setenv("OTEL_PROPAGATORS", "baggage", 1), 0);
    EXPECT_EQ(names_of(ctx::Propagators::from_environment()), std::vector<std::string>{"baggage"});
    ASSERT_EQ(unsetenv("OTEL_PROPAGATORS"), 0);
    EXPECT_EQ(names_of(ctx::Propagators::from_environment()), both);
}

TEST(Propagators, of_no_format_neither_read_nor_write) {
    const auto none = ctx::Propagators::named("none");
    const Headers in{{"traceparent", traceparent}, {"baggage", "a=1"}};
    EXPECT_FALSE(none.extract(in));
    Headers out{{"traceparent", "somebody else's"}};
    none.inject(ctx::extract(in), out);
    EXPECT_EQ(out, (Headers{{"traceparent", "somebody else's"}}));
}

TEST(Propagators, by_default_do_what_the_free_functions_do) {
    const Headers in{{"traceparent", traceparent}, {"tracestate", "a=1"}, {"baggage", "b=2"}};
    Headers by_list;
    Headers by_function;
    ctx::Propagators{}.inject(ctx::Propagators{}.extract(in), by_list);
    ctx::inject(ctx::extract(in), by_function);
    EXPECT_EQ(by_list, in);
    EXPECT_EQ(by_function, in);
}

TEST(Extract, of_nothing_gives_the_base_itself) {
    const auto base = ctx::Context{}.with_baggage(ctx::Baggage{}.set("mine", "1"));
    EXPECT_EQ(ctx::extract(Headers{{"host", "h"}}, base).node(), base.node());
    EXPECT_EQ(ctx::extract(Headers{{"traceparent", "junk"}, {"baggage", "="}}, base).node(),
              base.node());
    EXPECT_FALSE(ctx::extract(Headers{}));
}

TEST(Extract, keeps_what_the_headers_do_not_replace) {
    static const ctx::Key<int> number{"number"};
    const auto base = ctx::Context{}.with_baggage(ctx::Baggage{}.set("mine", "1")).with(number, 7);
    const auto trace_only = ctx::extract(Headers{{"traceparent", traceparent}}, base);
    ASSERT_NE(trace_only.get(number), nullptr);
    EXPECT_EQ(*trace_only.get(number), 7);
    EXPECT_EQ(trace_only.baggage().find("mine"), "1");
    EXPECT_EQ(trace_only.trace_id().to_string(), caller_trace);

    const auto both_in =
        ctx::extract(Headers{{"traceparent", traceparent}, {"baggage", "theirs=2"}}, base);
    ASSERT_NE(both_in.get(number), nullptr);
    EXPECT_FALSE(both_in.baggage().contains("mine"));
    EXPECT_EQ(both_in.baggage().find("theirs"), "2");
}

TEST(Extract, starts_from_no_links_and_no_recorder_of_another_trace) {
    const ctx::SpanContext a{ctx::TraceId{1, 1}, ctx::SpanId{1}, {}, {}, false};
    const ctx::SpanContext b{ctx::TraceId{1, 1}, ctx::SpanId{2}, {}, {}, false};
    const auto base = join(ctx::Context{}.with_span(a), ctx::Context{}.with_span(b));
    ASSERT_EQ(base.links().size(), 1U);
    const auto context =
        ctx::extract(Headers{{"traceparent", traceparent}, {"baggage", "a=1"}}, base);
    EXPECT_EQ(context.links().size(), 0U);
}

// A format as a user would write one: an id in decimal.
void extract_mine(const ctx::CarrierReader& from, ctx::Extraction& into) {
    from.for_each([&into](std::string_view name, std::string_view value) {
        if (ctx::same_header(name, "x-mine-trace")) {
            const auto id = std::strtoull(std::string{value}.c_str(), nullptr, 10);
            if (id != 0) into.found(ctx::SpanContext{ctx::TraceId{0, id}, ctx::SpanId{id}, {}, {}});
        }
        if (ctx::same_header(name, "x-mine-tenant")) {
            into.found(ctx::Baggage{}.set("tenant", value));
        }
    });
}
void inject_mine(ctx::ContextView context, const ctx::CarrierWriter& into) {
    into.set("x-mine-trace", std::to_string(context.trace_id().low()));
}
constexpr std::string_view mine_fields[] = {"x-mine-trace"};
constexpr ctx::Format mine{"mine", mine_fields, &extract_mine, &inject_mine};

TEST(UserFormat, is_composed_like_the_others_and_the_last_success_wins) {
    const Headers in{{"X-Mine-Trace", "42"}, {"traceparent", traceparent}};
    const ctx::Propagators mine_last{ctx::tracecontext_format, mine};
    const ctx::Propagators mine_first{mine, ctx::tracecontext_format};
    EXPECT_EQ(mine_last.extract(in).trace_id(), (ctx::TraceId{0, 42}));
    EXPECT_EQ(mine_first.extract(in).trace_id().to_string(), caller_trace);

    Headers out;
    mine_last.inject(mine_last.extract(in), out);
    EXPECT_EQ(only(out, "traceparent"), "00-0000000000000000000000000000002a-000000000000002a-00");
    EXPECT_EQ(only(out, "x-mine-trace"), "42");
}

TEST(UserFormat, that_fails_neither_blocks_nor_erases_another) {
    const ctx::Propagators propagators{mine, ctx::tracecontext_format, mine};
    EXPECT_EQ(propagators.formats().size(), 2U);
    const auto kept = propagators.extract(Headers{{"x-mine-trace", "42"}, {"traceparent", "junk"}});
    EXPECT_EQ(kept.trace_id(), (ctx::TraceId{0, 42}));
}

TEST(UserFormat, of_the_same_trace_keeps_what_it_cannot_say) {
    const Headers in{{"x-mine-trace", "42"},
                     {"traceparent", "00-0000000000000000000000000000002a-b7ad6b7169203331-03"},
                     {"tracestate", "a=1"}};
    const auto context = ctx::Propagators{ctx::tracecontext_format, mine}.extract(in);
    EXPECT_EQ(context.span_id(), ctx::SpanId{42});
    EXPECT_EQ(context.trace_state().header(), "a=1");
    EXPECT_TRUE(context.flags().random());
    EXPECT_TRUE(context.flags().sampled()) << "the format leaves the decision open";
    EXPECT_TRUE(context.span_context().remote);
}

TEST(UserFormat, unites_its_baggage_with_that_of_others) {
    const Headers in{{"baggage", "tenant=w3c;p=1,tier=gold"}, {"x-mine-tenant", "mine"}};
    const auto context = ctx::Propagators{ctx::baggage_format, mine}.extract(in);
    EXPECT_EQ(context.baggage().size(), 2U);
    EXPECT_EQ(context.baggage().find("tenant"), "mine");
    EXPECT_EQ(context.baggage().properties("tenant"), "");
    EXPECT_EQ(context.baggage().find("tier"), "gold");
}

TEST(UserFormat, can_be_named_in_the_environment) {
    const Listener listener;
    const ctx::Format known[] = {mine};
    EXPECT_EQ(names_of(ctx::Propagators::named("Mine,baggage", known)),
              (std::vector<std::string>{"mine", "baggage"}));
    EXPECT_EQ(heard.size(), 0U);
}

TEST(Extraction, of_several_baggages_keeps_the_later_entries_and_all_other_bags) {
    std::string list;
    ctx::append_header(list, 0, std::uint64_t{10});
    ctx::append_atom(list, std::string_view{"\0typed", 6});
    const ctx::Baggage typed = ctx::Baggage::from_atoms(list);
    ctx::Extraction extraction;
    extraction.found(ctx::parse_baggage("a=1,b=1;p,c=1"));
    extraction.found(typed.set("d", "2").set("b", "2").set("a", "2", "q=3"));
    const ctx::Baggage& all = extraction.baggage();
    EXPECT_EQ(all.size(), 4U);
    EXPECT_EQ(all.find_all("a"), std::vector<std::string_view>{"2"});
    EXPECT_EQ(all.properties("a"), "q=3");
    EXPECT_EQ(all.find_all("b"), std::vector<std::string_view>{"2"});
    EXPECT_EQ(all.properties("b"), "");
    EXPECT_EQ(all.find("c"), "1");
    EXPECT_EQ(all.find("d"), "2");
    EXPECT_NE(all.atoms().find(list), std::string_view::npos) << "bag 10";
}

}  // namespace
