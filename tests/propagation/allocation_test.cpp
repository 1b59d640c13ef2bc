// What extract and inject allocate.

#include "propagation/headers.hpp"
#include "support/counting_allocator.hpp"
#include <ctx/context/child_span.hpp>
#include <ctx/context/fields.hpp>
#include <ctx/propagation.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace {

using ctx::test::AllocationCounter;
using ctx::test::Headers;

const std::string traceparent{ctx::test::caller_traceparent};
const std::string five_members =
    "tenant=acme,tier=gold,region=eu-west-1,session=7f3a9c,experiment=b;sticky";

/// Takes headers and keeps no memory of its own.
struct Sink {
    std::size_t lines = 0;
};

}  // namespace

template <>
struct ctx::CarrierTraits<Sink> {
    static void set(Sink& sink, std::string_view, std::string_view value) noexcept {
        sink.lines += value.empty() ? 0 : 1;
    }
    static void remove(Sink&, std::string_view) noexcept {}
};

namespace {

std::size_t allocations_of_extract(const Headers& headers) {
    // The first context of a thread sets up what the thread keeps.
    const ctx::Context first = ctx::extract(Headers{{"traceparent", traceparent}});
    const AllocationCounter counter;
    const ctx::Context context = ctx::extract(headers);
    const std::size_t allocations = counter.allocations();
    EXPECT_EQ(static_cast<bool>(context), allocations > 0);
    return allocations;
}

TEST(ExtractAllocates, nothing_when_there_is_nothing) {
    EXPECT_EQ(allocations_of_extract({{"host", "h"}}), 0U);
    EXPECT_EQ(allocations_of_extract({{"traceparent", "junk"}, {"baggage", "="}}), 0U);
}

TEST(ExtractAllocates, a_context_for_a_traceparent) {
    EXPECT_EQ(allocations_of_extract({{"traceparent", traceparent}}), 1U);
}

TEST(ExtractAllocates, a_context_and_a_baggage_for_five_members) {
    EXPECT_EQ(allocations_of_extract({{"traceparent", traceparent}, {"baggage", five_members}}),
              2U);
    EXPECT_EQ(allocations_of_extract({{"baggage", five_members}}), 2U);
}

TEST(InjectAllocates, nothing_when_the_baggage_is_unchanged) {
    const ctx::Context context = ctx::extract(
        Headers{{"traceparent", traceparent}, {"tracestate", "a=1"}, {"baggage", five_members}});
    const ctx::Context child = context.with_span(ctx::child_of(context));
    Sink sink;
    const AllocationCounter counter;
    ctx::inject(child, sink);
    EXPECT_EQ(counter.allocations(), 0U);
    EXPECT_EQ(sink.lines, 3U);
}

TEST(InjectAllocates, nothing_in_a_carrier_that_has_the_lines_already) {
    const ctx::Context context =
        ctx::extract(Headers{{"traceparent", traceparent}, {"baggage", five_members}});
    Headers out;
    ctx::inject(context, out);
    const AllocationCounter counter;
    ctx::inject(context, out);
    EXPECT_EQ(counter.allocations(), 0U);
    EXPECT_EQ(out.size(), 2U);
}

class DeclaredFields : public testing::Test {
protected:
    void TearDown() override { ctx::publish_fields({}); }
    static void publish(const ctx::Field& field) {
        ctx::publish_fields(*ctx::FieldSet::create({field}));
    }

    static std::size_t allocations_of_inject() {
        const ctx::Context context =
            ctx::extract(Headers{{"traceparent", traceparent}, {"baggage", five_members}});
        Sink sink;
        const AllocationCounter counter;
        ctx::inject(context, sink);
        EXPECT_EQ(sink.lines, 2U);
        return counter.allocations();
    }
    static std::size_t allocations_of_extract_with_five() {
        return allocations_of_extract({{"traceparent", traceparent}, {"baggage", five_members}});
    }
};

TEST_F(DeclaredFields, that_restrict_nothing_cost_no_allocation) {
    publish(ctx::Field{"tenant"}.log().label("tenant").span().send(ctx::Send::outside));
    EXPECT_EQ(allocations_of_inject(), 0U);
    EXPECT_EQ(allocations_of_extract_with_five(), 2U);
}

TEST_F(DeclaredFields, that_a_request_keeps_to_cost_no_allocation) {
    publish(ctx::Field{"tenant"}.max_bytes(10).priority(1).merge(ctx::MergeRule::max));
    EXPECT_EQ(allocations_of_inject(), 0U);
    EXPECT_EQ(allocations_of_extract_with_five(), 2U);
}

}  // namespace
