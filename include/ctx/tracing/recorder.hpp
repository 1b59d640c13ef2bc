// ctx/tracing/recorder.hpp: takes finished spans from any thread and feeds the sinks on its own.
//
//     auto store = std::make_shared<ctx::TraceStore>();
//     auto recorder = ctx::Recorder::start({.sinks = {store}});
//     ctx::Tracer tracer{{.scope_name = "checkout", .recorder = *recorder}};
//
// Threads   Safe from any thread. Several tracers may share one recorder. A forked child has no
//           recorder: it drops and counts; make recorders after the fork.
// Errors    start() says what is wrong with the options. Later nothing fails for the caller: a
//           span that finds the queue full, or the recorder shut down, is dropped and counted
//           (`ctx_tracing_dropped_spans_total`).
// Cost      Ending a span is a bounded number of atomic operations; it never waits for a sink, a
//           lock of the recorder's thread, or memory. Records are recycled: at most
//           `max_queued_spans` of about 1.5 KiB are kept for reuse.

#pragma once

#include <ctx/export.hpp>
#include <ctx/tracing/span_sink.hpp>

#include <absl/status/statusor.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

namespace ctx {

namespace detail {
class RecorderCore;
}  // namespace detail

/// What one span may hold (OpenTelemetry SpanLimits). Excess is dropped and counted on the span.
struct SpanLimits {
    std::size_t max_attributes = 128;
    std::size_t max_events = 128;
    std::size_t max_links = 128;
    std::size_t max_attributes_per_event = 32;
    std::size_t max_value_bytes = 4096;  ///< longer texts are cut
    std::size_t max_name_bytes = 256;    ///< of spans, events and keys; longer ones are cut
    std::size_t max_bytes = 65536;       ///< all texts of one span together
};

struct RecorderOptions {
    /// Who receives the spans, in this order. At least one.
    std::vector<std::shared_ptr<SpanSink>> sinks = {};
    /// Finished spans that wait for the recorder's thread; running spans that were asked to
    /// keep() have their place reserved among them.
    std::size_t max_queued_spans = 8192;
    std::size_t max_batch = 512;
    /// A finished span reaches the sinks within this time, earlier when the queue fills.
    std::chrono::milliseconds interval{50};
    /// How long the destructor waits for the sinks.
    std::chrono::milliseconds shutdown_timeout{2000};
    SpanLimits limits = {};
};

/// The way of spans from the threads that end them to the sinks.
///
/// **The promise of keep().** `RecordingSpan::keep()` on a span S of trace T returns true only
/// if S is sampled, was not dropped, has a place in the queue that nobody can take (so it will
/// reach the sinks however full the queue gets), the recorder is not shut down, and *every* sink
/// has promised to retain T. It may be called again to renew the promise. What a sink's promise
/// means is the sink's to say: TraceStore's begins at the call, ends after `keep_for`, and covers
/// S even while S still runs. A recorder that shuts down before S ends delivers no more of S.
class CTX_EXPORT Recorder {
public:
    /// Starts the recorder's thread and registers with ctx::flush() and ctx::shutdown().
    /// @return InvalidArgument when there is no sink, a null sink, or a limit of zero where one is
    ///         needed; ResourceExhausted when no thread can be started.
    [[nodiscard]] static absl::StatusOr<std::shared_ptr<Recorder>> start(RecorderOptions options);

    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;
    /// Shuts down, waiting at most `shutdown_timeout`. A sink that is stuck beyond that keeps the
    /// thread, and both are left alone.
    ~Recorder();

    /// Hands all spans that ended before the call to the sinks and flushes those.
    /// @return false when that was not done within `timeout` or a sink failed.
    bool flush(std::chrono::milliseconds timeout) noexcept;

    /// flush(), then drops (and counts) what ends later.
    bool shutdown(std::chrono::milliseconds timeout) noexcept;

private:
    friend class Tracer;
    explicit Recorder(std::shared_ptr<detail::RecorderCore> core) noexcept;

    std::shared_ptr<detail::RecorderCore> core_;
};

}  // namespace ctx
