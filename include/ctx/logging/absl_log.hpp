// ctx/logging/absl_log.hpp: JSON lines with their request's ids from LOG() of Abseil.
//
//     ctx::log::AbslJson json{std::clog};
//     absl::AddLogSink(&json);
//     LOG(INFO) << "paid";      // {…,"message":"paid","trace_id":"4bf9…","span_id":"00f0…",…}
//
// Link ctx::logging and absl::log_sink. Written after the names that Abseil documents since its
// release 20230125, and tested with a stand-in that has them. Without <absl/log/log_sink.h>, as in
// the Abseil of Debian 12, this header is empty.
//
// Threads   Log from any thread; Abseil calls the sink on the thread that logs.
// Errors    Nothing throws. What a sink refuses is lost and counted, see json_writer.hpp.
// Cost      See json_writer.hpp.

#pragma once

#if __has_include(<absl/log/log_sink.h>)

#include <ctx/logging/json_writer.hpp>

#include <absl/base/log_severity.h>
#include <absl/log/log_entry.h>
#include <absl/log/log_sink.h>
#include <absl/time/time.h>

#include <algorithm>
#include <array>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>

namespace ctx::log {

/// Gives each record of Abseil to a JsonWriter. Take it out (absl::RemoveLogSink) before it ends.
class AbslJson final : public absl::LogSink {
public:
    struct Options {
        std::string logger = {};  ///< the member "logger" of each line
        JsonLines::Options lines = {};
    };

    explicit AbslJson(JsonWriter::Sink sink) : AbslJson(std::move(sink), Options{}) {}
    AbslJson(JsonWriter::Sink sink, Options options)
        : logger_(std::move(options.logger)), writer_(std::move(sink), std::move(options.lines)) {}
    explicit AbslJson(std::ostream& out) : AbslJson(out, Options{}) {}
    AbslJson(std::ostream& out, Options options)
        : logger_(std::move(options.logger)), writer_(out, std::move(options.lines)) {}

    void Send(const absl::LogEntry& entry) override {
        const FileName file{{entry.source_filename().data(), entry.source_filename().size()}};
        writer_.write({.time = absl::ToChronoTime(entry.timestamp()),
                       .level = level_of(entry.log_severity()),
                       .logger = logger_,
                       .message = {entry.text_message().data(), entry.text_message().size()},
                       .source = {.file = file.text.data(), .line = entry.source_line()}});
    }

    /// Abseil asks for it before a LOG(FATAL) ends the process.
    void Flush() override { writer_.flush(); }

private:
    /// Ended with a zero, as Abseil does not promise it; of a long one the end.
    struct FileName {
        explicit FileName(std::string_view name) noexcept {
            name.remove_prefix(name.size() - std::min(name.size(), text.size() - 1));
            *std::copy(name.begin(), name.end(), text.begin()) = '\0';
        }
        std::array<char, 512> text;  // NOLINT(*-member-init): written before it is read
    };

    static Level level_of(absl::LogSeverity severity) noexcept {
        switch (severity) {
            case absl::LogSeverity::kInfo:
                return Level::info;
            case absl::LogSeverity::kWarning:
                return Level::warn;
            case absl::LogSeverity::kError:
                return Level::error;
            default:
                return Level::critical;
        }
    }

    std::string logger_;
    JsonWriter writer_;
};

}  // namespace ctx::log

#endif
