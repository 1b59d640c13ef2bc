// A process with OTEL_SDK_DISABLED=true.

#include "tracing/support.hpp"
#include <ctx/tracing/tracer.hpp>

#include <cstdlib>

namespace {

// Before anything asks.
const int set_early = setenv("OTEL_SDK_DISABLED", "TRUE", 1);

TEST(DisabledSdk, spans_have_ids_and_propagate_but_are_not_recorded) {
    ASSERT_EQ(set_early, 0);
    ASSERT_TRUE(ctx::sdk_disabled());
    ctx::test::Bench bench{ctx::Sampler::always_on()};
    const ctx::TraceFlags sampled{ctx::TraceFlags::sampled_bit};
    const auto parent =
        ctx::Context{}.with_span({ctx::new_trace_id(), ctx::new_span_id(), sampled, {}, true});
    ctx::Span span = bench.tracer.start("server", {.parent = parent});
    EXPECT_FALSE(span.is_recording());
    EXPECT_EQ(span.span_context().trace_id, parent.trace_id());
    EXPECT_TRUE(span.span_context().span_id.is_valid());
    EXPECT_NE(span.span_context().span_id, parent.span_id());
    EXPECT_TRUE(span.span_context().flags.sampled()) << "the caller's decision is passed on";
    EXPECT_FALSE(bench.tracer.start("root").span_context().flags.sampled());
    span.end();
    EXPECT_EQ(bench.finished().size(), 0U);
}

}  // namespace
