// ctx/tracing/trace_store.hpp: the last traces of this process, to be looked at.
//
//     auto store = std::make_shared<ctx::TraceStore>(ctx::TraceStoreOptions{.max_traces = 500});
//     auto recorder = ctx::Recorder::start({.sinks = {store}});
//     auto spans = store->find(*ctx::TraceId::parse("4bf92f3577b34da6a3ce929d0e0e4736"));
//
// Threads   Safe from any thread; a lock is held for the time of a few map operations.
// Errors    find() gives nothing for a trace that is not here. A span that does not fit is dropped
//           and counted (`ctx_tracing_store_dropped_spans_total`). find() throws std::bad_alloc.
// Cost      Bounded by `max_bytes` and `max_traces`; a span without attributes takes about 600
//           bytes.

#pragma once

#include <ctx/export.hpp>
#include <ctx/tracing/span_data.hpp>
#include <ctx/tracing/span_sink.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace ctx {

struct TraceStoreOptions {
    std::size_t max_traces = 4096;
    std::size_t max_bytes = std::size_t{64} << 20;
    std::size_t max_spans_per_trace = 1000;
    /// How long a kept trace stays at least: longer than exemplars are shown (70 s).
    std::chrono::seconds keep_for{120};
    /// Reads the time; tests replace it.
    std::chrono::steady_clock::time_point (*clock)() noexcept = &std::chrono::steady_clock::now;
};

/// Keeps the spans of the most recent traces, by trace id.
///
/// When a bound is reached the trace that has been quiet longest goes first. Kept traces go only
/// when their promise has run out, and keep() is refused rather than broken:
///
/// **The promise of keep(span).** True: from now until `keep_for` has passed, find() of its trace
/// is not empty; it has at least this span, as it was at the call, and later as it ended if that
/// fits. False: kept traces already take half of `max_traces` or `max_bytes`, or spans of this
/// trace are gone already (as far as the store remembers: the last `max_traces` traces that went).
class CTX_EXPORT TraceStore final : public SpanSink {
public:
    explicit TraceStore(TraceStoreOptions options = {});
    ~TraceStore() override;

    /// The spans of a trace by start time; one that still runs has `ended == false`.
    [[nodiscard]] std::vector<SpanDataPtr> find(TraceId id) const;

    /// The traces that got a span last, at most `count`, newest first.
    [[nodiscard]] std::vector<TraceId> recent(std::size_t count) const;

    [[nodiscard]] std::size_t trace_count() const noexcept;
    [[nodiscard]] std::size_t kept_count() const noexcept;
    [[nodiscard]] std::size_t bytes() const noexcept;

    void consume(std::span<const SpanData> batch) override;
    bool keep(const SpanData& span) noexcept override;
    bool flush(Deadline deadline) noexcept override;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace ctx
