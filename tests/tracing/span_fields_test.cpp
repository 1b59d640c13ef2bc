// Fields of the baggage that the declaration copies to spans.

#include "support/counting_allocator.hpp"
#include "support/seats_reader.hpp"
#include "tracing/support.hpp"
#include <ctx/context/fields.hpp>

#include <gmock/gmock.h>

#include <map>
#include <string>

namespace {

using ctx::Baggage;
using ctx::Context;
using ctx::EntryType;
using ctx::Field;
using ctx::test::AllocationCounter;
using ctx::test::Bench;
using testing::ElementsAre;
using testing::Pair;

void declare(std::initializer_list<Field> fields) {
    auto set = ctx::FieldSet::create(fields);
    ASSERT_TRUE(set.ok()) << set.status();
    ctx::publish_fields(*std::move(set));
}

std::map<std::string, std::string> attributes_of_span(const Baggage& baggage,
                                                      const ctx::SpanOptions& options = {}) {
    Bench bench;
    const Context parent = Context{}.with_baggage(baggage);
    const ctx::Scope scope{parent};
    bench.tracer.start("work", options).end();
    const auto spans = bench.finished();
    EXPECT_EQ(spans.size(), 1U);
    return spans.empty() ? std::map<std::string, std::string>{}
                         : ctx::test::to_map(spans[0]->attributes);
}

TEST(SpanFields, are_the_declared_ones_under_their_names_within_their_limits) {
    declare({Field{"tenant"}.span(), Field{"user"}.span_as("enduser.id").max_bytes(4),
             Field{"tier"}.span().default_value("free"), Field{"absent"}.span(),
             Field{"logged"}.log().label("logged")});
    EXPECT_THAT(
        attributes_of_span(Baggage{}
                               .set("tenant", "acme")
                               .set("user", "123456")
                               .set("logged", "x")
                               .set("undeclared", "y")),
        ElementsAre(Pair("enduser.id", "1234"), Pair("tenant", "acme"), Pair("tier", "free")));
}

TEST(SpanFields, have_the_declared_type) {
    declare({Field{"n"}.span().type(EntryType::int64), Field{"f"}.span().type(EntryType::float64),
             Field{"b"}.span().type(EntryType::boolean), Field{"s"}.span()});
    Bench bench;
    const Context parent = Context{}.with_baggage(
        Baggage{}.set("n", "-7").set("f", "1e3").set("b", "true").set("s", "1"));
    bench.tracer.start("work", {.parent = parent}).end();
    const auto spans = bench.finished();
    ASSERT_EQ(spans.size(), 1U);
    std::map<std::string, ctx::AttributeValue> values;
    for (const ctx::Attribute& attribute : spans[0]->attributes)
        values.emplace(attribute.key, attribute.value);
    ASSERT_EQ(values.size(), 4U);
    EXPECT_EQ(values["n"], ctx::AttributeValue{std::int64_t{-7}});
    EXPECT_EQ(values["f"], ctx::AttributeValue{1000.0});
    EXPECT_EQ(values["b"], ctx::AttributeValue{true});
    EXPECT_EQ(values["s"], ctx::AttributeValue{std::string_view{"1"}});
}

TEST(SpanFields, show_as_in_log_lines_when_those_hash_or_mask_them) {
    declare({Field{"card"}.span().log(ctx::LogPolicy::mask),
             Field{"user"}.span().log(ctx::LogPolicy::hash)});
    const auto attributes =
        attributes_of_span(Baggage{}.set("card", "4111111111111234").set("user", "customer"));
    ASSERT_EQ(attributes.size(), 2U);
    EXPECT_EQ(attributes.at("card"), "****1234");
    EXPECT_EQ(attributes.at("user").size(), 16U);
    EXPECT_EQ(attributes.at("user").find("customer"), std::string::npos);
}

TEST(SpanFields, may_be_fields_of_typed_bags) {
    declare({ctx::test::seats_field().span()});
    EXPECT_THAT(attributes_of_span(ctx::test::baggage_with_seats(7)),
                ElementsAre(Pair("ride.seats", "7")));
}

TEST(SpanFields, give_way_to_attributes_that_the_program_sets) {
    declare({Field{"tenant"}.span()});
    EXPECT_THAT(attributes_of_span(Baggage{}.set("tenant", "acme"),
                                   {.attributes = {{"tenant", "explicit"}}}),
                ElementsAre(Pair("tenant", "explicit")));
}

TEST(SpanFields, cost_unsampled_spans_nothing_and_sampled_ones_no_allocation) {
    declare({Field{"tenant"}.span(), Field{"user"}.span().log(ctx::LogPolicy::hash)});
    const Context parent =
        Context{}.with_baggage(Baggage{}.set("tenant", "acme").set("user", "customer"));
    for (const auto& sampler : {ctx::Sampler::always_off(), ctx::Sampler{}}) {
        Bench bench{sampler};
        for (int i = 0; i < 64; ++i)
            bench.tracer.start("warm", {.parent = parent}).end();
        static_cast<void>(bench.finished());
        const AllocationCounter counter;
        bench.tracer.start("work", {.parent = parent}).end();
        EXPECT_EQ(counter.allocations(), 1U);
    }
}

}  // namespace
