// Stands in for absl/log/log_entry.h, which the Abseil of Debian 12 lacks: the public names that
// ctx/logging/absl_log.hpp uses, and a constructor for tests.

#pragma once

#include <absl/base/log_severity.h>
#include <absl/strings/string_view.h>
#include <absl/time/time.h>

namespace absl {

class LogEntry final {
public:
    LogEntry(LogSeverity severity, string_view file, int line, Time time, string_view text)
        : severity_(severity), file_(file), line_(line), time_(time), text_(text) {}
    LogEntry(const LogEntry&) = delete;
    LogEntry& operator=(const LogEntry&) = delete;

    string_view source_filename() const { return file_; }
    int source_line() const { return line_; }
    LogSeverity log_severity() const { return severity_; }
    Time timestamp() const { return time_; }
    string_view text_message() const { return text_; }

private:
    LogSeverity severity_;
    string_view file_;
    int line_;
    Time time_;
    string_view text_;
};

}  // namespace absl
