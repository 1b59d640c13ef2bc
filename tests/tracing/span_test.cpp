#include "tracing/support.hpp"
#include <ctx/context/current.hpp>
#include <ctx/context/detail/request_failure.hpp>
#include <ctx/tracing/span.hpp>

#include <gmock/gmock.h>

#include <limits>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>

namespace {

using ctx::Context;
using ctx::Span;
using ctx::SpanData;
using ctx::SpanKind;
using ctx::StatusCode;
using ctx::test::Bench;
using ctx::test::stat;
using ctx::test::to_map;
using testing::ElementsAre;
using testing::Pair;

static_assert(std::is_nothrow_move_constructible_v<Span>);
static_assert(std::is_nothrow_move_assignable_v<Span>);
static_assert(!std::is_copy_constructible_v<Span>);
static_assert(!std::is_move_constructible_v<ctx::ScopedSpan>);

TEST(SpanWithoutTracer, does_nothing) {
    Span span;
    span.set_attribute("key", 1);
    span.add_event("event");
    span.add_link({});
    span.set_status(StatusCode::error);
    span.update_name("name");
    span.record_error(std::runtime_error{"why"});
    span.end();
    EXPECT_FALSE(span.is_recording());
    EXPECT_FALSE(span.context());
    EXPECT_FALSE(span.span_context().trace_id.is_valid());
}

TEST(SpanAttributes, keep_every_type_and_the_last_value_of_a_key) {
    Bench bench;
    Span span = bench.tracer.start("work", {.attributes = {{"given", "at start"}}});
    span.set_attribute("bool", true);
    span.set_attribute("int", 392);
    span.set_attribute("unsigned", 7U);
    span.set_attribute("double", 2.5);
    span.set_attribute("literal", "text");
    span.set_attribute("string", std::string{"owned"});
    span.set_attribute("int", "now text");
    span.set_attribute("given", -1);
    span.end();

    const auto spans = bench.finished();
    ASSERT_EQ(spans.size(), 1U);
    EXPECT_THAT(to_map(spans[0]->attributes),
                ElementsAre(Pair("bool", "true"), Pair("double", "2.500000"), Pair("given", "-1"),
                            Pair("int", "now text"), Pair("literal", "text"),
                            Pair("string", "owned"), Pair("unsigned", "7")));
    EXPECT_EQ(spans[0]->dropped_attributes, 0U);
}

TEST(SpanAttributes, are_copied_when_they_are_set) {
    Bench bench;
    std::string key = "key";
    std::string value(200, 'v');
    {
        Span span = bench.tracer.start(std::string{"a name that nobody keeps"});
        span.set_attribute(key, value);
        span.add_event(std::string{"an event that nobody keeps"}, {{key, value}});
        key = "???";
        value.assign(200, '?');
    }
    const auto spans = bench.finished();
    ASSERT_EQ(spans.size(), 1U);
    ASSERT_EQ(spans[0]->events.size(), 1U);
    const auto expected = ElementsAre(Pair("key", std::string(200, 'v')));
    EXPECT_THAT(to_map(spans[0]->attributes), expected);
    EXPECT_THAT(to_map(spans[0]->events[0].attributes), expected);
    EXPECT_EQ(spans[0]->name, "a name that nobody keeps");
    EXPECT_EQ(spans[0]->events[0].name, "an event that nobody keeps");
}

TEST(SpanAttributes, say_that_an_exemplar_leads_to_the_span) {
    const std::uint64_t before = stat("ctx_tracing_dropped_span_content_total");
    Bench bench{{}, {.max_attributes = 1}};
    const auto told_twice = [](const Span& span) {
        span.context().recording_span()->on_exemplar();
        span.context().recording_span()->on_exemplar();
    };
    told_twice(bench.tracer.start("shown"));
    {
        Span full = bench.tracer.start("full");
        full.set_attribute("key", 1);
        told_twice(full);
    }
    const ctx::Context late = bench.tracer.start("ended").context();
    late.recording_span()->on_exemplar();
    const auto spans = bench.finished();
    ASSERT_EQ(spans.size(), 3U);
    EXPECT_THAT(to_map(spans[0]->attributes), ElementsAre(Pair("exemplar", "true")));
    EXPECT_THAT(to_map(spans[1]->attributes), ElementsAre(Pair("key", "1")));
    EXPECT_THAT(to_map(spans[2]->attributes), ElementsAre());
    EXPECT_EQ(spans[1]->dropped_attributes, 0U);
    EXPECT_EQ(stat("ctx_tracing_dropped_span_content_total"), before);
}

std::vector<ctx::SpanId> failed_requests;

TEST(SpanStatus, of_the_first_span_of_a_request_is_told_when_it_is_an_error) {
    ctx::detail::set_request_failure_hook(
        [](ctx::ContextView request) noexcept { failed_requests.push_back(request.span_id()); });
    failed_requests.clear();
    Bench bench;
    const auto end_in_error = [](Span span) {
        span.set_status(StatusCode::error);
        span.end();
    };
    const Span root = bench.tracer.start("root");
    end_in_error(bench.tracer.start("child", {.parent = root.context()}));
    EXPECT_TRUE(failed_requests.empty()) << "the request may still go well";
    bench.tracer.start("fine").end();
    EXPECT_TRUE(failed_requests.empty());
    Span failed = bench.tracer.start("failed");
    const ctx::SpanId id = failed.context().span_id();
    end_in_error(std::move(failed));
    ctx::SpanContext caller{ctx::new_trace_id(), ctx::new_span_id(), ctx::TraceFlags{1}, {}, true};
    Span called = bench.tracer.start("called", {.parent = ctx::Context{}.with_span(caller)});
    const ctx::SpanId called_id = called.context().span_id();
    end_in_error(std::move(called));
    EXPECT_THAT(failed_requests, ElementsAre(id, called_id));
    ctx::detail::set_request_failure_hook(nullptr);
}

TEST(SpanLimits, drop_and_count_what_is_too_many) {
    const std::uint64_t before = stat("ctx_tracing_dropped_span_content_total");
    Bench bench{
        {}, {.max_attributes = 3, .max_events = 2, .max_links = 1, .max_attributes_per_event = 2}};
    {
        Span span = bench.tracer.start("work");
        for (int i = 0; i < 5; ++i) {
            span.set_attribute("key" + std::to_string(i), i);
            span.add_event("event", {{"a", 1}, {"b", 2}, {"c", 3}});
            span.add_link({ctx::new_trace_id(), ctx::new_span_id()});
        }
        span.set_attribute("key0", "replaced, which needs no room");
    }
    const auto spans = bench.finished();
    ASSERT_EQ(spans.size(), 1U);
    EXPECT_THAT(to_map(spans[0]->attributes),
                ElementsAre(Pair("key0", "replaced, which needs no room"), Pair("key1", "1"),
                            Pair("key2", "2")));
    EXPECT_EQ(spans[0]->dropped_attributes, 2U);
    ASSERT_EQ(spans[0]->events.size(), 2U);
    EXPECT_EQ(spans[0]->dropped_events, 3U);
    EXPECT_EQ(spans[0]->events[1].attributes.size(), 2U);
    EXPECT_EQ(spans[0]->events[1].dropped_attributes, 1U);
    EXPECT_EQ(spans[0]->links.size(), 1U);
    EXPECT_EQ(spans[0]->dropped_links, 4U);
    EXPECT_EQ(stat("ctx_tracing_dropped_span_content_total") - before, 2U + 3U + 2U + 4U);
}

TEST(SpanLimits, cut_long_texts_between_characters) {
    Bench bench{{}, {.max_value_bytes = 5, .max_name_bytes = 4}};
    {
        Span span = bench.tracer.start("naméeee");
        span.set_attribute("longer key", "vaéüe");
        span.set_status(StatusCode::error, "description");
        span.add_event("event name");
    }
    const auto spans = bench.finished();
    ASSERT_EQ(spans.size(), 1U);
    EXPECT_EQ(spans[0]->name, "nam");
    EXPECT_THAT(to_map(spans[0]->attributes), ElementsAre(Pair("long", "vaé")));
    EXPECT_EQ(spans[0]->status_description, "descr");
    ASSERT_EQ(spans[0]->events.size(), 1U);
    EXPECT_EQ(spans[0]->events[0].name, "even");
}

TEST(SpanLimits, bound_the_bytes_of_a_span_however_often_it_changes_its_mind) {
    Bench bench{{}, {.max_bytes = 1000}};
    {
        Span span = bench.tracer.start("work");
        for (int i = 0; i < 100; ++i)
            span.set_attribute("key", std::string(100, static_cast<char>('a' + i % 26)));
        span.set_attribute("number", 1);
    }
    const auto spans = bench.finished();
    ASSERT_EQ(spans.size(), 1U);
    EXPECT_EQ(to_map(spans[0]->attributes)["number"], "1");
    EXPECT_EQ(spans[0]->dropped_attributes, 91U);  // 4 + 3 + 9 * 100 bytes fit
}

TEST(SpanLimits, an_attribute_needs_a_key) {
    Bench bench;
    bench.tracer.start("work").set_attribute("", 1);
    const auto spans = bench.finished();
    ASSERT_EQ(spans.size(), 1U);
    EXPECT_EQ(spans[0]->attributes.size(), 0U);
    EXPECT_EQ(spans[0]->dropped_attributes, 1U);
}

TEST(SpanStatus, ok_is_final_and_error_wins_over_unset) {
    Bench bench;
    {
        Span never = bench.tracer.start("never");
        Span good = bench.tracer.start("good");
        good.set_status(StatusCode::error, "first thought");
        good.set_status(StatusCode::ok, "ok has no description");
        good.set_status(StatusCode::error, "too late");
        Span bad = bench.tracer.start("bad");
        bad.set_status(StatusCode::error, "one");
        bad.set_status(StatusCode::error, "two");
        bad.set_status(StatusCode::unset, "ignored");
        bad.end();
        good.end();
        never.end();
    }
    const auto spans = bench.finished();
    ASSERT_EQ(spans.size(), 3U);
    EXPECT_EQ(spans[0]->status, StatusCode::error);
    EXPECT_EQ(spans[0]->status_description, "two");
    EXPECT_EQ(spans[1]->status, StatusCode::ok);
    EXPECT_EQ(spans[1]->status_description, "");
    EXPECT_EQ(spans[2]->status, StatusCode::unset);
}

TEST(SpanError, is_an_exception_event_and_a_status) {
    Bench bench;
    bench.tracer.start("work").record_error(std::out_of_range{"no such driver"});
    const auto spans = bench.finished();
    ASSERT_EQ(spans.size(), 1U);
    EXPECT_EQ(spans[0]->status, StatusCode::error);
    EXPECT_EQ(spans[0]->status_description, "no such driver");
    ASSERT_EQ(spans[0]->events.size(), 1U);
    EXPECT_EQ(spans[0]->events[0].name, "exception");
    EXPECT_THAT(to_map(spans[0]->events[0].attributes),
                ElementsAre(Pair("exception.message", "no such driver"),
                            Pair("exception.type", "std::out_of_range")));
}

TEST(SpanTimes, nest_and_do_not_run_backwards) {
    Bench bench;
    const auto before = std::chrono::system_clock::now();
    {
        Span outer = bench.tracer.start("outer");
        Span inner = bench.tracer.start("inner", {.parent = outer.context()});
        inner.add_event("moment");
        inner.end();
    }
    const auto after = std::chrono::system_clock::now();
    const auto spans = bench.finished();
    ASSERT_EQ(spans.size(), 2U);
    const SpanData& inner = *spans[0];
    const SpanData& outer = *spans[1];
    ASSERT_EQ(inner.events.size(), 1U);
    EXPECT_GE(inner.duration.count(), 0);
    EXPECT_GE(inner.start, outer.start);
    EXPECT_GE(inner.events[0].time, inner.start);
    EXPECT_LE(inner.events[0].time, inner.start + inner.duration);
    EXPECT_LE(inner.start + inner.duration, outer.start + outer.duration);
    EXPECT_GE(outer.start, before - std::chrono::milliseconds{1});
    EXPECT_LE(outer.start, after + std::chrono::milliseconds{1});
}

TEST(SpanEnd, makes_everything_after_it_a_no_op) {
    Bench bench;
    Span span = bench.tracer.start("work");
    const ctx::SpanContext ids = span.span_context();
    span.end();
    EXPECT_FALSE(span.is_recording());
    EXPECT_EQ(span.span_context(), ids);
    span.set_attribute("late", 1);
    span.set_status(StatusCode::error);
    span.update_name("late");
    span.end();
    const auto spans = bench.finished();
    ASSERT_EQ(spans.size(), 1U);
    EXPECT_EQ(spans[0]->attributes.size(), 0U);
    EXPECT_EQ(spans[0]->name, "work");
}

TEST(SpanEnd, of_a_moved_span_happens_once_and_where_it_went) {
    Bench bench;
    {
        Span first = bench.tracer.start("first");
        Span moved = std::move(first);
        EXPECT_FALSE(first.is_recording());  // NOLINT(bugprone-use-after-move)
        EXPECT_TRUE(moved.is_recording());
        moved = bench.tracer.start("second");  // ends "first"
        Span& same = moved;
        moved = std::move(same);
        EXPECT_TRUE(moved.is_recording());
        EXPECT_EQ(bench.finished().size(), 1U);
    }
    const auto spans = bench.finished();
    ASSERT_EQ(spans.size(), 2U);
    EXPECT_EQ(spans[0]->name, "first");
    EXPECT_EQ(spans[1]->name, "second");
}

TEST(SpanEnd, does_not_stop_other_threads_that_still_talk_to_it) {
    Bench bench;
    const std::uint64_t before = stat("ctx_tracing_dropped_span_content_total");
    constexpr int threads = 4;
    constexpr int events = 200;
    Span span = bench.tracer.start("work");
    std::atomic<int> running{0};
    std::vector<std::jthread> talkers;
    for (int t = 0; t < threads; ++t) {
        talkers.emplace_back([context = span.context(), &running] {
            ++running;
            for (int i = 0; i < events; ++i)
                context.recording_span()->add_event("event", {});
        });
    }
    while (running < threads)
        std::this_thread::yield();
    span.set_attribute("owner", true);
    span.end();
    talkers.clear();
    const auto spans = bench.finished();
    ASSERT_EQ(spans.size(), 1U);
    const std::uint64_t dropped = stat("ctx_tracing_dropped_span_content_total") - before;
    EXPECT_EQ(spans[0]->events.size() + dropped, std::size_t{threads} * events);
    EXPECT_LE(spans[0]->events.size(), 128U);
}

TEST(ScopedSpan, is_current_until_the_end_of_the_block) {
    Bench bench;
    {
        auto outer = bench.tracer.start_scoped("outer");
        EXPECT_EQ(ctx::current().span_id(), outer.span_context().span_id);
        {
            auto inner = bench.tracer.start_scoped("inner", {.kind = SpanKind::client});
            inner.set_attribute("depth", 2);
            EXPECT_EQ(ctx::current(), inner.context());
            EXPECT_EQ(ctx::current().trace_id(), outer.span_context().trace_id);
        }
        EXPECT_EQ(ctx::current(), outer.context());
        outer.end();
        EXPECT_EQ(ctx::current(), outer.context());
    }
    EXPECT_FALSE(ctx::current());
    const auto spans = bench.finished();
    ASSERT_EQ(spans.size(), 2U);
    EXPECT_EQ(spans[0]->name, "inner");
    EXPECT_EQ(spans[0]->kind, SpanKind::client);
    EXPECT_EQ(spans[0]->parent_id, spans[1]->context.span_id);
}

TEST(SpanName, can_be_learnt_later) {
    Bench bench;
    bench.tracer.start("GET").update_name("GET /orders/{id}");
    const auto spans = bench.finished();
    ASSERT_EQ(spans.size(), 1U);
    EXPECT_EQ(spans[0]->name, "GET /orders/{id}");
}

}  // namespace
