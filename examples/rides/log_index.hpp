// The log lines of the last traces, by trace id: what GET /api/logs answers from.

#pragma once

#include <ctx/context/ids.hpp>
#include <ctx/tracing/span_sink.hpp>

#include <spdlog/sinks/base_sink.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <unordered_map>

namespace rides {

/// A sink of two kinds: spdlog brings it lines, the recorder asks it to keep those of a trace, so
/// that an exemplar leads to log lines as surely as it leads to spans.
///
/// Holds at most `max_traces` traces of at most `max_lines` lines; the oldest goes first, but not
/// while it is kept. When half of the places are kept, keep() refuses.
class LogIndex final : public spdlog::sinks::base_sink<std::mutex>, public ctx::SpanSink {
public:
    static constexpr std::size_t max_traces = 8192;
    static constexpr std::size_t max_lines = 200;
    static constexpr std::chrono::seconds keep_for{120};

    /// The lines of a trace, each with its line end; empty for an unknown id.
    [[nodiscard]] std::string find(ctx::TraceId id);
    // Both bases have one; neither has anything to do here.
    using spdlog::sinks::base_sink<std::mutex>::flush;

    [[nodiscard]] std::uint64_t lines_total() const noexcept { return lines_total_; }

    void consume(std::span<const ctx::SpanData> /*batch*/) override {}
    bool keep(const ctx::SpanData& span) noexcept override;
    bool flush(Deadline /*deadline*/) noexcept override { return true; }

protected:
    void sink_it_(const spdlog::details::log_msg& message) override;
    void flush_() override {}

private:
    using Clock = std::chrono::steady_clock;
    struct Trace {
        std::string lines;
        std::size_t count = 0;
        Clock::time_point kept_until{};
    };

    Trace& place_for(ctx::TraceId id);
    void make_room(Clock::time_point now);

    std::unordered_map<ctx::TraceId, Trace> traces_;
    std::deque<ctx::TraceId> oldest_first_;
    std::size_t kept_ = 0;  // traces whose promise was not yet seen to have run out
    std::atomic<std::uint64_t> lines_total_{0};
};

}  // namespace rides
