#include "tracing/support.hpp"
#include <ctx/tracing/trace_store.hpp>

#include <gmock/gmock.h>

#include <thread>
#include <vector>

namespace {

using ctx::Span;
using ctx::SpanData;
using ctx::SpanId;
using ctx::TraceId;
using ctx::TraceStore;
using ctx::TraceStoreOptions;
using ctx::test::patience;
using ctx::test::stat;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

using Seconds = std::chrono::seconds;

Seconds now{1'000'000};

std::chrono::steady_clock::time_point test_clock() noexcept {
    return std::chrono::steady_clock::time_point{now};
}

SpanData make_span(std::uint64_t trace, std::uint64_t span, std::string_view name = "work") {
    static const auto source = std::make_shared<const ctx::SpanSource>();
    SpanData data;
    data.source = source;
    data.context = {TraceId{1, trace}, SpanId{span}, ctx::TraceFlags{3}, {}, false};
    data.name = name;
    data.start = ctx::WallTime{std::chrono::nanoseconds{span}};
    return data;
}

void consume(TraceStore& store, const SpanData& span) {
    store.consume({&span, 1});
}

SpanData running(SpanData span) {
    span.ended = false;
    return span;
}

TEST(TraceStoreFind, gives_the_spans_of_a_trace_by_start_time) {
    TraceStore store;
    consume(store, make_span(1, 20, "second"));
    consume(store, make_span(2, 15, "other"));
    consume(store, make_span(1, 10, "first"));
    const auto spans = store.find(TraceId{1, 1});
    ASSERT_THAT(spans, SizeIs(2));
    EXPECT_EQ(spans[0]->name, "first");
    EXPECT_EQ(spans[1]->name, "second");
    EXPECT_THAT(store.find(TraceId{1, 3}), IsEmpty());
    EXPECT_THAT(store.find(TraceId{}), IsEmpty());
    EXPECT_EQ(store.trace_count(), 2U);
}

TEST(TraceStoreRecent, has_the_newest_first) {
    TraceStore store;
    for (const std::uint64_t trace : {1U, 2U, 3U, 1U})
        consume(store, make_span(trace, store.trace_count() + 10 * trace + store.bytes()));
    EXPECT_THAT(store.recent(2), ElementsAre(TraceId{1, 1}, TraceId{1, 3}));
    EXPECT_THAT(store.recent(10), SizeIs(3));
    EXPECT_THAT(store.recent(0), IsEmpty());
}

TEST(TraceStoreBounds, the_trace_that_was_quiet_longest_goes_first) {
    TraceStore store{{.max_traces = 2}};
    consume(store, make_span(1, 1));
    consume(store, make_span(2, 2));
    consume(store, make_span(1, 3));
    consume(store, make_span(3, 4));
    EXPECT_THAT(store.find(TraceId{1, 1}), SizeIs(2));
    EXPECT_THAT(store.find(TraceId{1, 2}), IsEmpty());
    EXPECT_THAT(store.find(TraceId{1, 3}), SizeIs(1));
    EXPECT_EQ(store.trace_count(), 2U);
}

TEST(TraceStoreBounds, bytes_are_never_exceeded) {
    constexpr std::size_t max_bytes = 20'000;
    TraceStore store{{.max_bytes = max_bytes}};
    const std::string name(1000, 'n');
    for (std::uint64_t i = 1; i < 200; ++i) {
        consume(store, make_span(i / 3, i, name));
        ASSERT_LE(store.bytes(), max_bytes);
    }
    EXPECT_GT(store.trace_count(), 2U);
    EXPECT_THAT(store.find(TraceId{1, 66}), SizeIs(2));
}

TEST(TraceStoreBounds, a_span_that_cannot_fit_is_dropped_and_counted) {
    const std::uint64_t before = stat("ctx_tracing_store_dropped_spans_total");
    TraceStore store{{.max_bytes = 4000, .max_spans_per_trace = 2}};
    const std::string huge(5000, 'n');
    consume(store, make_span(1, 1, huge));
    EXPECT_EQ(store.trace_count(), 0U);
    EXPECT_EQ(store.bytes(), 0U);
    for (std::uint64_t i = 1; i <= 3; ++i)
        consume(store, make_span(2, i));
    EXPECT_THAT(store.find(TraceId{1, 2}), SizeIs(2));
    EXPECT_EQ(stat("ctx_tracing_store_dropped_spans_total") - before, 2U);
}

TEST(TraceStoreKeep, a_kept_trace_outlives_ordinary_ones) {
    TraceStore store{{.max_traces = 4}};
    consume(store, make_span(1, 1));
    ASSERT_TRUE(store.keep(make_span(1, 1)));
    for (std::uint64_t i = 2; i < 100; ++i)
        consume(store, make_span(i, i));
    EXPECT_THAT(store.find(TraceId{1, 1}), SizeIs(1));
    EXPECT_EQ(store.trace_count(), 4U);
    EXPECT_EQ(store.kept_count(), 1U);
}

TEST(TraceStoreKeep, opens_at_once_and_is_completed_when_the_span_ends) {
    TraceStore store;
    ASSERT_TRUE(store.keep(running(make_span(1, 1, "as it was"))));
    ASSERT_THAT(store.find(TraceId{1, 1}), SizeIs(1));
    EXPECT_FALSE(store.find(TraceId{1, 1})[0]->ended);
    consume(store, make_span(1, 1, "as it ended"));
    consume(store, make_span(1, 2, "its child"));
    const auto spans = store.find(TraceId{1, 1});
    ASSERT_THAT(spans, SizeIs(2));
    EXPECT_TRUE(spans[0]->ended);
    EXPECT_EQ(spans[0]->name, "as it ended");
}

TEST(TraceStoreKeep, a_span_asked_for_on_its_way_is_there_once) {
    TraceStore store;
    ASSERT_TRUE(store.keep(make_span(1, 1)));  // ended, still in the queue
    consume(store, make_span(1, 1));
    EXPECT_THAT(store.find(TraceId{1, 1}), SizeIs(1));
}

TEST(TraceStoreKeep, is_refused_when_young_kept_traces_fill_half_of_the_store) {
    TraceStore store{{.max_traces = 4, .keep_for = Seconds{120}, .clock = test_clock}};
    ASSERT_TRUE(store.keep(make_span(1, 1)));
    now += Seconds{60};
    ASSERT_TRUE(store.keep(make_span(2, 2)));
    EXPECT_FALSE(store.keep(make_span(3, 3)));
    EXPECT_TRUE(store.keep(make_span(2, 2))) << "a promise can be renewed";
    EXPECT_THAT(store.find(TraceId{1, 3}), IsEmpty()) << "a refusal leaves nothing behind";

    now += Seconds{60};  // the first promise is exactly as old as promised
    EXPECT_FALSE(store.keep(make_span(3, 3)));
    now += Seconds{1};
    EXPECT_TRUE(store.keep(make_span(3, 3)));
    EXPECT_EQ(store.kept_count(), 2U);
    EXPECT_THAT(store.find(TraceId{1, 1}), SizeIs(1)) << "over, but nobody needed the room";
    for (std::uint64_t i = 10; i < 13; ++i)
        consume(store, make_span(i, i));
    EXPECT_THAT(store.find(TraceId{1, 1}), IsEmpty());
    EXPECT_THAT(store.find(TraceId{1, 2}), SizeIs(1));
    EXPECT_THAT(store.find(TraceId{1, 3}), SizeIs(1));
}

TEST(TraceStoreKeep, counts_bytes_too) {
    TraceStore store{{.max_bytes = 20'000}};
    const std::string name(3000, 'n');
    ASSERT_TRUE(store.keep(make_span(1, 1, name)));
    ASSERT_TRUE(store.keep(make_span(2, 2, name)));
    EXPECT_FALSE(store.keep(make_span(3, 3, name)));
    EXPECT_TRUE(store.keep(make_span(4, 4, "small")));
    const std::string huge(30'000, 'n');
    consume(store, make_span(1, 5, huge));
    for (const std::uint64_t kept : {1U, 2U, 4U})
        EXPECT_THAT(store.find(TraceId{1, kept}), SizeIs(1)) << "none goes for a greedy one";
    EXPECT_LE(store.bytes(), 20'000U);
}

TEST(TraceStoreKeep, is_refused_to_a_trace_of_which_spans_are_gone) {
    TraceStore store{{.max_traces = 2}};
    for (std::uint64_t i = 1; i <= 3; ++i)
        consume(store, make_span(i, i));
    EXPECT_FALSE(store.keep(make_span(1, 1)));
    EXPECT_THAT(store.find(TraceId{1, 2}), SizeIs(1)) << "a refusal costs nobody a place";
    consume(store, make_span(1, 5));  // more of it comes: it is incomplete all the same
    EXPECT_FALSE(store.keep(make_span(1, 5)));
    EXPECT_THAT(store.find(TraceId{1, 1}), SizeIs(1));
}

TEST(TraceStoreKeep, of_no_store_at_all_is_refused) {
    TraceStore store{{.max_traces = 1}};
    EXPECT_FALSE(store.keep(make_span(1, 1)));
    TraceStore none{{.max_traces = 0}};
    EXPECT_FALSE(none.keep(make_span(1, 1)));
    consume(none, make_span(1, 1));
    EXPECT_EQ(none.trace_count(), 0U);
}

// The contract of exemplars, through the whole layer: whatever keep() promised can be opened, at
// once and at the end.
TEST(TraceStorePromise, holds_for_every_kept_one_of_ten_thousand_traces) {
    const std::uint64_t refused_before = stat("ctx_tracing_refused_keeps_total");
    constexpr std::size_t threads = 2;
    constexpr std::size_t traces = 5'000;
    auto store = std::make_shared<TraceStore>(TraceStoreOptions{.max_traces = 500});
    auto recorder = ctx::test::start_recorder({.sinks = {store}, .max_queued_spans = 256});
    const ctx::Tracer tracer{{.recorder = recorder}};
    std::array<std::vector<TraceId>, threads> promised;
    std::atomic<std::size_t> asked{0};
    std::atomic<std::size_t> not_at_once{0};
    {
        std::vector<std::jthread> workers;
        for (std::size_t t = 0; t < threads; ++t) {
            workers.emplace_back([&, t] {
                for (std::size_t i = 0; i < traces; ++i) {
                    const Span root = tracer.start("root");
                    Span child = tracer.start("child", {.parent = root.context()});
                    if (i % 2 == 0) child.end();
                    if (i % 10 >= 2) continue;
                    ++asked;
                    if (!child.context().recording_span()->keep()) continue;
                    promised[t].push_back(child.span_context().trace_id);
                    if (store->find(promised[t].back()).empty()) ++not_at_once;
                }
            });
        }
    }
    ASSERT_TRUE(recorder->flush(patience));
    std::size_t kept = 0;
    std::size_t lost = 0;
    std::size_t unfinished = 0;
    for (const auto& ids : promised) {
        for (const TraceId id : ids) {
            const auto spans = store->find(id);
            lost += spans.empty() ? 1 : 0;
            for (const auto& span : spans)
                unfinished += span->ended ? 0 : 1;
            ++kept;
        }
    }
    EXPECT_EQ(asked, 2'000U);
    EXPECT_GT(kept, 0U);
    EXPECT_LE(kept, 250U);
    EXPECT_EQ(not_at_once, 0U);
    EXPECT_EQ(lost, 0U);
    EXPECT_EQ(unfinished, 0U) << "a promised span reaches the store";
    EXPECT_EQ(stat("ctx_tracing_refused_keeps_total") - refused_before, asked - kept);
    EXPECT_EQ(store->kept_count(), kept);
    EXPECT_LE(store->trace_count(), 500U);
}

}  // namespace
