// ctx/logging/json_writer.hpp: JSON lines from any logger that calls back on the thread that logs.
//
//     ctx::log::JsonWriter lines{std::clog};
//     my_logger.on_record([&lines](const MyRecord& record) {  // on the thread that logs
//         lines.write({.time = record.time, .message = record.text});
//     });
//
// A line has the context that is current. Where a logger calls back on another thread, capture the
// context when the record is made (capture.hpp, or a ctx::Context) and hand it to write().
//
// Threads   Any number of threads may write; the sink gets one line at a time.
// Errors    Nothing throws. A line that the sink refuses (its function throws, its stream fails) is
//           lost and counted (`ctx_logging_refused_lines_total`), and the next one is tried again.
//           A sink must not write through the same writer.
// Cost      JsonLines, a mutex and the sink; no allocation once the buffer has its size.

#pragma once

#include <ctx/export.hpp>
#include <ctx/logging/json_line.hpp>
#include <ctx/logging/record_context.hpp>

#include <functional>
#include <iosfwd>
#include <mutex>
#include <string>
#include <string_view>

namespace ctx::log {

class CTX_EXPORT JsonWriter {
public:
    /// Gets whole lines, each with '\n' at its end.
    using Sink = std::function<void(std::string_view line)>;

    explicit JsonWriter(Sink sink, JsonLines::Options options = {});
    /// @param out  outlives the writer; whoever else writes to it does so at other times. When it
    /// fails, its state is cleared for the next line.
    explicit JsonWriter(std::ostream& out, JsonLines::Options options = {});

    /// Writes a line of the current context. @return whether the sink took it.
    bool write(const LogRecord& record) noexcept;
    bool write(const LogRecord& record, const RecordContext& context) noexcept;

    /// Flushes the stream, if there is one.
    void flush() noexcept;

private:
    std::mutex mutex_;
    JsonLines lines_;
    std::string line_;
    Sink sink_;
    std::ostream* stream_ = nullptr;
};

}  // namespace ctx::log
