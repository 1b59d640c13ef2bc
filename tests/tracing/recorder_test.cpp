#include "tracing/support.hpp"
#include <ctx/context/lifecycle.hpp>
#include <ctx/context/stats.hpp>
#include <ctx/tracing/recorder.hpp>

#include <gmock/gmock.h>

#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <thread>
#include <vector>

namespace {

using ctx::Recorder;
using ctx::Span;
using ctx::SpanData;
using ctx::Tracer;
using ctx::test::Bench;
using ctx::test::CollectingSink;
using ctx::test::patience;
using ctx::test::start_recorder;
using ctx::test::stat;
using ctx::test::StuckSink;

using Milliseconds = std::chrono::milliseconds;

bool keep(const Span& span) {
    return span.context().recording_span()->keep();
}

// A recorder whose thread hangs in its first sink; the second one collects what comes after.
struct StuckBench {
    explicit StuckBench(std::size_t places, Milliseconds shutdown_timeout = patience)
        : recorder(start_recorder({.sinks = {stuck, collected},
                                   .max_queued_spans = places,
                                   .interval = Milliseconds{1},
                                   .shutdown_timeout = shutdown_timeout})),
          tracer({.recorder = recorder}) {
        tracer.start("first").end();  // takes one place for as long as the sink is stuck
        stuck->wait_until_stuck();
    }

    std::shared_ptr<StuckSink> stuck = std::make_shared<StuckSink>();
    std::shared_ptr<CollectingSink> collected = std::make_shared<CollectingSink>();
    std::shared_ptr<Recorder> recorder;
    Tracer tracer;
};

TEST(RecorderOptions, that_make_no_sense_are_refused) {
    const auto sink = std::make_shared<CollectingSink>();
    const auto code = [](ctx::RecorderOptions options) {
        return Recorder::start(std::move(options)).status().code();
    };
    EXPECT_EQ(code({.sinks = {sink}}), absl::StatusCode::kOk);
    EXPECT_EQ(code({}), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(code({.sinks = {sink, nullptr}}), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(code({.sinks = {sink}, .max_queued_spans = 1}), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(code({.sinks = {sink}, .max_batch = 0}), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(code({.sinks = {sink}, .interval = Milliseconds{0}}),
              absl::StatusCode::kInvalidArgument);
}

TEST(RecorderQueue, brings_spans_in_the_order_of_their_ends_without_being_asked) {
    Bench bench;
    {
        const Span last = bench.tracer.start("2");
        const Span first = bench.tracer.start("1");
    }
    while (bench.sink->spans().size() < 2)
        std::this_thread::yield();
    const auto spans = bench.sink->spans();
    ASSERT_EQ(spans.size(), 2U);
    EXPECT_EQ(spans[0]->name, "1");
    EXPECT_EQ(spans[1]->name, "2");
}

TEST(RecorderQueue, a_stuck_sink_blocks_nobody_and_what_does_not_fit_is_counted) {
    const std::uint64_t before = stat("ctx_tracing_dropped_spans_total");
    StuckBench bench{100};
    for (int i = 0; i < 1000; ++i)
        bench.tracer.start("work").end();
    EXPECT_EQ(stat("ctx_tracing_dropped_spans_total") - before, 1000U - 99U);
    EXPECT_FALSE(bench.recorder->flush(Milliseconds{1}));

    bench.stuck->open();
    EXPECT_TRUE(bench.recorder->flush(patience));
    EXPECT_EQ(bench.stuck->seen, 100U);
    bench.tracer.start("room again").end();
    EXPECT_TRUE(bench.recorder->flush(patience));
    EXPECT_EQ(bench.collected->spans().size(), 101U);
}

TEST(RecorderQueue, loses_nothing_uncounted_under_pressure_from_many_threads) {
    const std::int64_t live = ctx::live_contexts();
    const std::uint64_t before = stat("ctx_tracing_dropped_spans_total");
    constexpr std::size_t threads = 4;
    constexpr std::size_t spans = 2000;
    std::size_t arrived = 0;
    {
        auto sink = std::make_shared<CollectingSink>();
        auto recorder = start_recorder({.sinks = {sink}, .max_queued_spans = 64, .max_batch = 7});
        const Tracer tracer{{.recorder = recorder}};
        std::atomic<std::size_t> promised{0};
        std::vector<std::jthread> workers;
        for (std::size_t t = 0; t < threads; ++t) {
            workers.emplace_back([&] {
                for (std::size_t i = 0; i < spans; ++i) {
                    Span span = tracer.start("work");
                    span.set_attribute("i", i);
                    const ctx::Context context = span.context();
                    if (i % 5 == 0 && keep(span)) {
                        span.set_attribute("promised", true);
                        ++promised;
                    }
                    span.end();
                    context.recording_span()->add_event("late", {});
                }
            });
        }
        workers.clear();
        EXPECT_TRUE(recorder->flush(patience));
        std::size_t kept = 0;
        for (const auto& span : sink->spans())
            kept += ctx::test::to_map(span->attributes).count("promised");
        EXPECT_EQ(kept, promised);
        EXPECT_GT(kept, 0U);
        arrived = sink->spans().size();
    }
    EXPECT_EQ(arrived + stat("ctx_tracing_dropped_spans_total") - before, threads * spans);
    EXPECT_EQ(ctx::live_contexts(), live);
}

TEST(RecorderKeep, a_promised_span_has_its_place_however_full_the_queue_gets) {
    StuckBench bench{10};
    Span promised = bench.tracer.start("promised");
    EXPECT_TRUE(keep(promised));
    EXPECT_TRUE(keep(promised)) << "renewing takes no second place";
    for (int i = 0; i < 100; ++i)
        bench.tracer.start("work").end();
    promised.end();
    bench.stuck->open();
    EXPECT_TRUE(bench.recorder->flush(patience));
    const auto spans = bench.collected->spans();
    ASSERT_EQ(spans.size(), 10U);
    EXPECT_EQ(spans.back()->name, "promised");
}

TEST(RecorderKeep, is_refused_to_a_span_that_was_dropped) {
    const std::uint64_t before = stat("ctx_tracing_refused_keeps_total");
    StuckBench bench{2};
    bench.tracer.start("fills").end();
    Span dropped = bench.tracer.start("dropped");
    EXPECT_FALSE(keep(dropped)) << "no place left to reserve";
    dropped.end();
    EXPECT_FALSE(keep(dropped));
    bench.stuck->open();
    EXPECT_TRUE(bench.recorder->flush(patience));
    EXPECT_FALSE(keep(dropped)) << "room came too late";
    EXPECT_EQ(stat("ctx_tracing_refused_keeps_total") - before, 3U);
    EXPECT_EQ(bench.collected->spans().size(), 2U);
}

TEST(RecorderKeep, leaves_half_of_the_places_to_spans_that_end) {
    auto sink = std::make_shared<CollectingSink>();
    auto recorder = start_recorder({.sinks = {sink}, .max_queued_spans = 8});
    const Tracer tracer{{.recorder = recorder}};
    std::vector<Span> running;
    int promised = 0;
    for (int i = 0; i < 8; ++i)
        promised += keep(running.emplace_back(tracer.start("running"))) ? 1 : 0;
    EXPECT_EQ(promised, 4);
    running.clear();  // ends them: their places are free once the sink has them
    EXPECT_TRUE(recorder->flush(patience));
    const Span later = tracer.start("later");
    EXPECT_TRUE(keep(later));
}

TEST(RecorderKeep, needs_every_sink_and_gives_the_place_back_when_one_refuses) {
    auto willing = std::make_shared<CollectingSink>();
    auto unwilling = std::make_shared<CollectingSink>();
    unwilling->keeps = false;
    auto recorder = start_recorder({.sinks = {willing, unwilling}, .max_queued_spans = 4});
    const Tracer tracer{{.recorder = recorder}};
    const Span span = tracer.start("work");
    for (int i = 0; i < 10; ++i)
        EXPECT_FALSE(keep(span));
    unwilling->keeps = true;
    EXPECT_TRUE(keep(span));
}

TEST(RecorderKeep, shows_the_sink_the_span_as_it_is) {
    Bench bench;
    Span span = bench.tracer.start("work", {.attributes = {{"customer", 392}}});
    EXPECT_TRUE(keep(span));
    span.set_attribute("more", true);
    span.end();
    EXPECT_TRUE(keep(span));
    const auto asked = bench.sink->asked();
    ASSERT_EQ(asked.size(), 2U);
    EXPECT_FALSE(asked[0]->ended);
    EXPECT_EQ(asked[0]->name, "work");
    EXPECT_EQ(asked[0]->attributes.size(), 1U);
    EXPECT_GE(asked[0]->duration.count(), 0);
    EXPECT_TRUE(asked[1]->ended);
    EXPECT_EQ(asked[1]->attributes.size(), 2U);
    EXPECT_EQ(asked[1]->context, span.span_context());
}

TEST(RecorderShutdown, delivers_what_ended_before_and_drops_and_counts_the_rest) {
    const std::uint64_t before = stat("ctx_tracing_dropped_spans_total");
    Bench bench;
    Span late = bench.tracer.start("late");
    Span promised = bench.tracer.start("promised");
    EXPECT_TRUE(keep(promised));
    bench.tracer.start("in time").end();
    EXPECT_TRUE(bench.recorder->shutdown(patience));
    EXPECT_GE(bench.sink->flushes, 1);
    EXPECT_FALSE(keep(late));
    late.end();
    promised.end();
    EXPECT_TRUE(bench.recorder->flush(patience));
    EXPECT_TRUE(bench.recorder->shutdown(patience));
    EXPECT_EQ(bench.sink->spans().size(), 1U);
    EXPECT_EQ(stat("ctx_tracing_dropped_spans_total") - before, 2U);
}

TEST(RecorderShutdown, is_reached_by_the_flush_and_shutdown_of_all_layers) {
    Bench bench;
    bench.tracer.start("one").end();
    EXPECT_TRUE(ctx::flush(patience));
    EXPECT_EQ(bench.sink->spans().size(), 1U);
    bench.tracer.start("two").end();
    EXPECT_TRUE(ctx::shutdown(patience));
    bench.tracer.start("three").end();
    EXPECT_EQ(bench.sink->spans().size(), 2U);
}

TEST(RecorderShutdown, by_destruction_leaves_running_spans_and_contexts_usable) {
    const std::int64_t live = ctx::live_contexts();
    const std::uint64_t before = stat("ctx_tracing_dropped_spans_total");
    {
        ctx::Context kept;
        Span running;
        auto sink = std::make_shared<CollectingSink>();
        {
            Tracer tracer{{.recorder = start_recorder({.sinks = {sink}})}};
            running = tracer.start("running");
            const Span ended = tracer.start("ended");
            kept = ended.context();
        }
        EXPECT_EQ(sink->spans().size(), 1U) << "destruction flushes";
        running.set_attribute("key", "value");
        EXPECT_FALSE(keep(running));
        kept.recording_span()->add_event("late", {});
        running.end();
    }
    EXPECT_EQ(stat("ctx_tracing_dropped_spans_total") - before, 1U);
    EXPECT_EQ(ctx::live_contexts(), live);
}

TEST(RecorderShutdown, does_not_wait_for_a_stuck_sink_longer_than_allowed) {
    auto bench = std::make_unique<StuckBench>(10, Milliseconds{1});
    auto stuck = bench->stuck;
    bench->tracer.start("left behind").end();
    bench.reset();  // would hang here
    EXPECT_EQ(stuck->seen, 0U);
    stuck->open();
    while (stuck.use_count() > 1)  // until the thread, left alone, has finished
        std::this_thread::yield();
    EXPECT_EQ(stuck->seen, 2U);
}

/// Stops the recorder's thread when it is asked to flush, until it is opened.
class StuckFlushSink final : public ctx::SpanSink {
public:
    void consume(std::span<const SpanData> /*batch*/) override {}
    bool keep(const SpanData& /*span*/) noexcept override { return true; }
    bool flush(Deadline /*deadline*/) noexcept override {
        reached.set_value();
        gate_.wait();
        return true;
    }
    void open() { open_.set_value(); }

    std::promise<void> reached;

private:
    std::promise<void> open_;
    std::shared_future<void> gate_{open_.get_future()};
};

TEST(RecorderShutdown, that_comes_while_another_is_under_way_ends_with_it) {
    const auto sink = std::make_shared<StuckFlushSink>();
    const auto recorder = ctx::test::start_recorder({.sinks = {sink}});
    EXPECT_FALSE(recorder->shutdown(Milliseconds{1}));
    sink->reached.get_future().wait();
    std::promise<void> about_to_ask;
    auto second = std::async(std::launch::async, [&] {
        about_to_ask.set_value();
        return recorder->shutdown(Milliseconds{10'000});
    });
    about_to_ask.get_future().wait();
    for (int i = 0; i < 20; ++i)  // askers that give up; the second has long asked by then
        EXPECT_FALSE(recorder->flush(Milliseconds{1}));
    sink->open();
    EXPECT_TRUE(second.get());
}

class ThrowingSink final : public ctx::SpanSink {
public:
    void consume(std::span<const SpanData> /*batch*/) override {
        throw std::runtime_error{"no disk"};
    }
    bool keep(const SpanData& /*span*/) noexcept override { return true; }
    bool flush(Deadline /*deadline*/) noexcept override { return true; }
};

TEST(RecorderSinks, one_that_throws_loses_its_batch_and_the_others_get_theirs) {
    const std::uint64_t before = stat("ctx_tracing_export_failures_total");
    auto good = std::make_shared<CollectingSink>();
    auto recorder = start_recorder({.sinks = {std::make_shared<ThrowingSink>(), good}});
    const Tracer tracer{{.recorder = recorder}};
    tracer.start("work").end();
    EXPECT_FALSE(recorder->flush(patience));
    EXPECT_TRUE(recorder->flush(patience)) << "nothing failed since";
    EXPECT_EQ(good->spans().size(), 1U);
    EXPECT_EQ(stat("ctx_tracing_export_failures_total") - before, 1U);
}

class FlushingSink final : public ctx::SpanSink {
public:
    void consume(std::span<const SpanData> /*batch*/) override {
        flushed = recorder->flush(patience);
    }
    bool keep(const SpanData& /*span*/) noexcept override { return true; }
    bool flush(Deadline /*deadline*/) noexcept override { return true; }

    Recorder* recorder = nullptr;
    std::atomic<bool> flushed{true};
};

TEST(RecorderSinks, one_that_flushes_the_recorder_does_not_wait_for_itself) {
    auto sink = std::make_shared<FlushingSink>();
    auto recorder = start_recorder({.sinks = {sink}});
    sink->recorder = recorder.get();
    const Tracer tracer{{.recorder = recorder}};
    tracer.start("work").end();
    EXPECT_TRUE(recorder->flush(patience));
    EXPECT_FALSE(sink->flushed);
}

/// Says whether it was asked in the name of a request.
class AskedSink final : public ctx::SpanSink {
public:
    void consume(std::span<const SpanData> /*batch*/) override {}
    bool keep(const SpanData& /*span*/) noexcept override {
        had_context = had_context || static_cast<bool>(ctx::current());
        return true;
    }
    bool flush(Deadline /*deadline*/) noexcept override { return true; }

    std::atomic<bool> had_context{false};
};

TEST(RecorderKeep, asks_the_sinks_without_a_context_so_that_they_cannot_ask_the_span) {
    const auto sink = std::make_shared<AskedSink>();
    const auto recorder = ctx::test::start_recorder({.sinks = {sink}});
    const ctx::Tracer tracer{{.recorder = recorder}};
    Span span = tracer.start("kept");
    const ctx::Scope scope{span.context()};
    EXPECT_TRUE(keep(span));
    EXPECT_FALSE(sink->had_context);
}

TEST(RecorderFork, a_child_drops_and_never_waits) {
    auto bench = std::make_unique<Bench>();
    Span running = bench->tracer.start("running");
    Span kept = bench->tracer.start("kept");
    ASSERT_TRUE(keep(kept));
    const std::uint64_t before = stat("ctx_tracing_dropped_spans_total");
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        alarm(30);  // a child that hangs must not hang the test
        bool good = !keep(running);
        running.end();
        for (int i = 0; i < 10; ++i)
            bench->tracer.start("in the child").end();
        kept.end();
        good &= stat("ctx_tracing_dropped_spans_total") - before == 12U;
        good &= bench->recorder->flush(patience);
        good &= bench->recorder->shutdown(patience);
        good &= bench->sink->spans().empty();
        bench.reset();
        _exit(good ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
    running.end();
    kept.end();
    EXPECT_EQ(bench->finished().size(), 2U) << "the parent goes on";
}

}  // namespace
