// What spans may allocate. Times are in bench/tracing_bench.cpp.

#include "support/counting_allocator.hpp"
#include "tracing/support.hpp"

#include <string>

namespace {

using ctx::Span;
using ctx::test::AllocationCounter;
using ctx::test::AllocationFailure;
using ctx::test::Bench;

// A thread's first span makes its id stream and counters; the recorder's thread gives records back
// when it has handed them over.
void warm_up(Bench& bench) {
    for (int i = 0; i < 64; ++i)
        bench.tracer.start("warm").end();
    EXPECT_EQ(bench.finished().size() % 64, 0U);
}

TEST(UnsampledSpan, allocates_its_context_node_and_nothing_more) {
    Bench bench{ctx::Sampler::always_off()};
    warm_up(bench);
    const AllocationCounter counter;
    {
        Span span = bench.tracer.start("work", {.attributes = {{"a", 1}, {"b", "text"}}});
        span.set_attribute("key", "value");
        span.add_event("event", {{"c", 2.5}});
        span.set_status(ctx::StatusCode::error, "why");
    }
    EXPECT_EQ(counter.allocations(), 1U);
    EXPECT_EQ(counter.deallocations(), 1U);
}

TEST(SampledSpan, allocates_its_context_node_and_nothing_more_in_the_ordinary_case) {
    Bench bench;
    warm_up(bench);
    const AllocationCounter counter;
    {
        Span span = bench.tracer.start("GET /dispatch", {.kind = ctx::SpanKind::server});
        span.set_attribute("http.request.method", "GET");
        span.set_attribute("http.route", "/dispatch");
        span.set_attribute("http.response.status_code", 200);
        span.set_attribute("customer", 392);
        span.add_event("driver found", {{"driver", "T712345C"}});
        span.set_status(ctx::StatusCode::ok);
    }
    EXPECT_EQ(counter.allocations(), 1U);
}

TEST(SampledSpan, without_memory_loses_details_and_the_request_goes_on) {
    Bench bench;
    const std::string big(3000, 'x');  // more than a record holds without asking for memory
    Span running = bench.tracer.start("running");
    {
        Span part = bench.tracer.start("part");
        const AllocationFailure failure{0};
        part.set_attribute("big", big);
        part.add_event("big", {{"big", big}});
        part.set_attribute("small", 1);
    }
    {
        const AllocationFailure failure{0};
        EXPECT_THROW(running = bench.tracer.start("no node"), std::bad_alloc);
    }
    EXPECT_TRUE(running.is_recording()) << "a start that failed changed nothing";
    running.end();
    const auto spans = bench.finished();
    ASSERT_EQ(spans.size(), 2U);
    EXPECT_EQ(spans[0]->name, "part");
    EXPECT_EQ(spans[0]->dropped_attributes, 1U);
    EXPECT_EQ(spans[0]->dropped_events, 1U);
    EXPECT_EQ(ctx::test::to_map(spans[0]->attributes).count("small"), 1U);
}

}  // namespace
