// Stands in for absl/log/log_sink.h: see log_entry.h.

#pragma once

#include <absl/log/log_entry.h>

namespace absl {

class LogSink {
public:
    virtual ~LogSink() = default;
    virtual void Send(const LogEntry& entry) = 0;
    virtual void Flush() {}

protected:
    LogSink() = default;
    LogSink(const LogSink&) = default;
    LogSink& operator=(const LogSink&) = default;
};

}  // namespace absl
