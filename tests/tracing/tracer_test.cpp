#include "tracing/support.hpp"
#include <ctx/context/current.hpp>
#include <ctx/context/stats.hpp>
#include <ctx/tracing/tracer.hpp>

#include <gmock/gmock.h>

#include <thread>
#include <vector>

namespace {

using ctx::Context;
using ctx::Sampler;
using ctx::Span;
using ctx::SpanKind;
using ctx::TraceFlags;
using ctx::Tracer;
using ctx::test::Bench;
using testing::ElementsAre;

Context remote_parent(bool sampled) {
    const TraceFlags flags = TraceFlags{0}.with_sampled(sampled);
    auto state = ctx::TraceState::parse("rojo=00f067aa0ba902b7");
    return Context{}.with_span({ctx::new_trace_id(), ctx::new_span_id(), flags, state, true});
}

TEST(TracerStart, without_a_parent_begins_a_trace) {
    Bench bench;
    const Span span = bench.tracer.start("root");
    const ctx::SpanContext ids = span.span_context();
    EXPECT_TRUE(ids.trace_id.is_valid());
    EXPECT_TRUE(ids.span_id.is_valid());
    EXPECT_TRUE(ids.flags.sampled());
    EXPECT_TRUE(ids.flags.random());
    EXPECT_FALSE(ids.remote);
    EXPECT_FALSE(ctx::current());  // start() makes nothing current
}

TEST(TracerStart, continues_the_current_context_by_default) {
    Bench bench;
    const Span outer = bench.tracer.start("outer");
    const ctx::Scope scope{outer.context()};
    bench.tracer.start("inner").end();
    const auto spans = bench.finished();
    ASSERT_EQ(spans.size(), 1U);
    EXPECT_EQ(spans[0]->context.trace_id, outer.span_context().trace_id);
    EXPECT_EQ(spans[0]->parent_id, outer.span_context().span_id);
    EXPECT_FALSE(spans[0]->parent_remote);
}

TEST(TracerStart, an_explicit_parent_wins_and_an_empty_one_begins_a_trace) {
    Bench bench;
    const Span other = bench.tracer.start("other");
    const auto current = bench.tracer.start_scoped("current");
    bench.tracer.start("below other", {.parent = other.context()}).end();
    bench.tracer.start("root", {.parent = Context{}}).end();
    const auto spans = bench.finished();
    ASSERT_EQ(spans.size(), 2U);
    EXPECT_EQ(spans[0]->parent_id, other.span_context().span_id);
    EXPECT_FALSE(spans[1]->parent_id.is_valid());
    EXPECT_NE(spans[1]->context.trace_id, current.span_context().trace_id);
}

TEST(TracerStart, keeps_baggage_and_local_values) {
    static const ctx::Key<int> key{"number"};
    Bench bench;
    const Context parent =
        Context{}.with_baggage(ctx::Baggage{}.set("tenant", "acme")).with(key, 7);
    const Span span = bench.tracer.start("root", {.parent = parent});
    EXPECT_EQ(span.context().baggage().find("tenant"), "acme");
    ASSERT_NE(span.context().get(key), nullptr);
    EXPECT_EQ(*span.context().get(key), 7);
}

TEST(TracerStart, continues_a_remote_trace_as_it_came) {
    Bench bench;
    const Context parent = remote_parent(true);
    bench.tracer.start("server", {.kind = SpanKind::server, .parent = parent}).end();
    const auto spans = bench.finished();
    ASSERT_EQ(spans.size(), 1U);
    EXPECT_EQ(spans[0]->context.trace_id, parent.trace_id());
    EXPECT_EQ(spans[0]->parent_id, parent.span_id());
    EXPECT_TRUE(spans[0]->parent_remote);
    EXPECT_EQ(spans[0]->context.trace_state, parent.trace_state());
    EXPECT_FALSE(spans[0]->context.flags.random()) << "the flag of a continued trace is its own";
    EXPECT_FALSE(spans[0]->context.remote);
}

TEST(TracerSampling, unsampled_spans_have_ids_and_nothing_else) {
    Bench bench;
    const Context parent = remote_parent(false);
    Span span = bench.tracer.start("server", {.parent = parent});
    EXPECT_FALSE(span.is_recording());
    EXPECT_EQ(span.context().recording_span(), nullptr);
    EXPECT_EQ(span.span_context().trace_id, parent.trace_id());
    EXPECT_NE(span.span_context().span_id, parent.span_id());
    EXPECT_FALSE(span.span_context().flags.sampled());
    span.end();
    EXPECT_EQ(bench.finished().size(), 0U);
}

TEST(TracerSampling, decision_is_in_the_flags_and_below_a_recorded_span_nothing_is_inherited) {
    Bench bench;
    const Tracer never{{.sampler = Sampler::always_off(), .recorder = bench.recorder}};
    const Span above = bench.tracer.start("recorded");
    const Span below = never.start("not recorded", {.parent = above.context()});
    EXPECT_TRUE(above.span_context().flags.sampled());
    EXPECT_FALSE(below.span_context().flags.sampled());
    EXPECT_EQ(below.context().recording_span(), nullptr);
}

TEST(TracerWithoutRecorder, propagates_and_begins_nothing_as_sampled) {
    const Tracer tracer{{.scope_name = "test"}};
    const Context parent = remote_parent(true);
    const Span span = tracer.start("client", {.parent = parent});
    EXPECT_FALSE(span.is_recording());
    EXPECT_EQ(span.span_context().trace_id, parent.trace_id());
    EXPECT_TRUE(span.span_context().flags.sampled());
    EXPECT_FALSE(tracer.start("root").span_context().flags.sampled());
}

TEST(TracerLinks, given_at_the_start_and_later) {
    Bench bench;
    const ctx::Link first{ctx::new_trace_id(), ctx::new_span_id()};
    const ctx::Link second{ctx::new_trace_id(), ctx::new_span_id()};
    bench.tracer.start("batch", {.links = {first}}).add_link(second);
    const auto spans = bench.finished();
    ASSERT_EQ(spans.size(), 1U);
    EXPECT_THAT(spans[0]->links, ElementsAre(first, second));
}

TEST(TracerLinks, of_joined_contexts_belong_to_the_next_span_alone) {
    Bench bench;
    const auto link_to = [](const Span& span) {
        return ctx::Link{span.span_context().trace_id, span.span_context().span_id};
    };
    {
        const Span root = bench.tracer.start("root");
        const Span left = bench.tracer.start("left", {.parent = root.context()});
        const Span right = bench.tracer.start("right", {.parent = root.context()});
        const Context joined = join(left.context(), right.context());
        const Span after = bench.tracer.start("after", {.parent = joined});
        const Span below = bench.tracer.start("below", {.parent = after.context()});
        const Span stranger = bench.tracer.start("stranger", {.parent = Context{}});
        const Context again = join(below.context(), stranger.context());
        const Span last = bench.tracer.start("last", {.parent = again});
        bench.tracer.start("below last", {.parent = last.context()}).end();

        const auto links_of = [&](const Span& span) {
            EXPECT_TRUE(span.context().recording_span()->keep());
            return bench.sink->asked().back();
        };
        EXPECT_THAT(links_of(after)->links, ElementsAre(link_to(right)));
        EXPECT_THAT(links_of(below)->links, ElementsAre());
        EXPECT_THAT(links_of(last)->links, ElementsAre(link_to(stranger)));
    }
    const auto spans = bench.finished();
    ASSERT_EQ(spans.size(), 8U);
    EXPECT_EQ(spans[0]->name, "below last");
    EXPECT_THAT(spans[0]->links, ElementsAre());
}

TEST(TracerSource, is_the_service_and_the_scope) {
    Bench bench;
    const Tracer other{{.scope_name = "rides",
                        .scope_version = "1.2",
                        .resource = ctx::Resource{{{"service.name", "route"}}},
                        .recorder = bench.recorder}};
    const Tracer same{{.scope_name = "test",
                       .resource = ctx::Resource{{{"service.name", "bench"}}},
                       .recorder = bench.recorder}};
    bench.tracer.start("a").end();
    other.start("b").end();
    same.start("c").end();
    const auto spans = bench.finished();
    ASSERT_EQ(spans.size(), 3U);
    EXPECT_EQ(spans[0]->source->resource.service_name(), "bench");
    EXPECT_EQ(spans[1]->source->resource.service_name(), "route");
    EXPECT_EQ(spans[1]->source->scope_name, "rides");
    EXPECT_EQ(spans[1]->source->scope_version, "1.2");
    EXPECT_EQ(spans[2]->source, spans[0]->source) << "equal sources are one";
}

TEST(TracerThreads, spans_of_many_threads_are_complete_and_none_is_an_orphan) {
    const std::int64_t live = ctx::live_contexts();
    constexpr int threads = 4;
    constexpr int requests = 200;
    {
        Bench bench;
        std::vector<std::jthread> workers;
        for (int t = 0; t < threads; ++t) {
            workers.emplace_back([&bench] {
                for (int i = 0; i < requests; ++i) {
                    auto outer = bench.tracer.start_scoped("outer");
                    outer.set_attribute("i", i);
                    Span inner = bench.tracer.start("inner");
                    std::jthread hop{[span = std::move(inner)]() mutable { span.end(); }};
                    static_cast<void>(outer.context().recording_span()->keep());
                }
            });
        }
        workers.clear();
        const auto spans = bench.finished();
        ASSERT_EQ(spans.size(), std::size_t{threads} * requests * 2);
        std::map<ctx::SpanId, ctx::TraceId> known;
        for (const auto& span : spans)
            known.emplace(span->context.span_id, span->context.trace_id);
        EXPECT_EQ(known.size(), spans.size());
        for (const auto& span : spans) {
            if (!span->parent_id.is_valid()) continue;
            ASSERT_TRUE(known.contains(span->parent_id));
            EXPECT_EQ(known[span->parent_id], span->context.trace_id);
        }
    }
    EXPECT_EQ(ctx::live_contexts(), live);
}

}  // namespace
