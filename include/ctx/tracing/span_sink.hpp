// ctx/tracing/span_sink.hpp: where a recorder hands finished spans: a file, a store, a network.
//
//     class Counting final : public ctx::SpanSink {
//         void consume(std::span<const ctx::SpanData> batch) override { seen_ += batch.size(); }
//         bool keep(const ctx::SpanData&) noexcept override { return true; }
//         bool flush(Deadline) noexcept override { return true; }
//
// Threads   consume() and flush() are called by the recorder's thread alone, keep() by any thread
//           at any time, also during consume().
// Errors    What consume() throws is caught; its batch counts as lost
//           (`ctx_tracing_export_failures_total`).
// Cost      The recorder's thread pays for consume(); the caller of keep() for keep(), so it must
//           be short and must not wait for I/O.

#pragma once

#include <ctx/export.hpp>
#include <ctx/tracing/span_data.hpp>

#include <chrono>
#include <span>

namespace ctx {

/// Receives finished spans.
class CTX_EXPORT SpanSink {
public:
    using Deadline = std::chrono::steady_clock::time_point;

    SpanSink() = default;
    SpanSink(const SpanSink&) = delete;
    SpanSink& operator=(const SpanSink&) = delete;
    virtual ~SpanSink() = default;

    /// Takes the spans of `batch`, in the order of their ends. Everything in it is borrowed.
    virtual void consume(std::span<const SpanData> batch) = 0;

    /// Promises that what this sink has, and will get, of the trace of `span` stays available for
    /// the time the sink documents. `span` may still run; it is borrowed, and locked meanwhile.
    /// Called under an empty context.
    /// @return false when that cannot be promised.
    virtual bool keep(const SpanData& span) noexcept = 0;

    /// Makes what was consumed visible to others (a file's buffer).
    /// @return false when that failed or was not done by `deadline`.
    virtual bool flush(Deadline deadline) noexcept = 0;
};

}  // namespace ctx
