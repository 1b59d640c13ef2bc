// ctx/tracing/otlp_json_file_sink.hpp: spans as lines of OTLP/JSON in a file.
//
//     auto file = ctx::OtlpJsonFileSink::open("traces.jsonl");
//     if (!file.ok()) return file.status();
//     auto recorder = ctx::Recorder::start({.sinks = {*file}});
//
// Threads   See SpanSink; statistics may be read from any thread.
// Errors    open() says why a file cannot be written. A write that fails later loses its batch,
//           which is counted (`ctx_otlp_write_errors_total`, `ctx_otlp_lost_spans_total`) and
//           told to the diagnostics callback; the next batch is tried again.
// Cost      One write(2) per batch on the recorder's thread.

#pragma once

#include <ctx/context/diagnostics.hpp>
#include <ctx/export.hpp>
#include <ctx/tracing/span_sink.hpp>

#include <absl/status/statusor.h>

#include <atomic>
#include <memory>
#include <span>
#include <string>

namespace ctx {

/// Appends to a file, one `TracesData` per line (OpenTelemetry Protocol File Exporter). A batch is
/// one line, and a line is written as a whole: readers never see two mixed, only a torn last line
/// when the disk is full, which the next batch ends.
class CTX_EXPORT OtlpJsonFileSink final : public SpanSink {
public:
    /// Opens `path` for appending and creates it, readable by its owner and group, when needed.
    /// @return the system's reason, with the path, when that is not possible.
    [[nodiscard]] static absl::StatusOr<std::shared_ptr<OtlpJsonFileSink>> open(
        const std::string& path);

    ~OtlpJsonFileSink() override;

    void consume(std::span<const SpanData> batch) override;
    /// A file keeps all it gets: true unless the last write failed.
    bool keep(const SpanData& span) noexcept override;
    /// True when every batch since the last flush was written.
    bool flush(Deadline deadline) noexcept override;

private:
    OtlpJsonFileSink(int descriptor, std::string path) noexcept;

    int descriptor_;
    std::string path_;
    std::string line_;
    DiagnosticLimiter limiter_;
    bool torn_ = false;  // the file ends inside a line
    bool failed_since_flush_ = false;
    std::atomic<bool> healthy_{true};
};

}  // namespace ctx
