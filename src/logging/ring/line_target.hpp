// What stands at the end of the backend: a logger with its sinks.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/export.hpp>

#include <chrono>
#include <cstdint>
#include <string_view>

namespace ctx::log::detail {

/// A line on its way. File and function are borrowed for the life of the process, as string
/// literals are; the message is copied on the way.
struct Line {
    std::chrono::system_clock::time_point time;
    std::uint64_t thread_id;
    std::string_view message;
    const char* file;
    const char* function;
    std::int32_t line_number;
    std::int16_t level;
    std::uint16_t mark;       // the target's own
    std::string_view values;  // copied as the message is
};

class CTX_EXPORT LineTarget {
public:
    LineTarget() = default;
    LineTarget(const LineTarget&) = delete;
    LineTarget& operator=(const LineTarget&) = delete;

    /// Called on the backend's thread, one call at a time. `context` is the one that was current
    /// when the line was written, and is current now.
    virtual void deliver(const Line& line, ContextView context) noexcept = 0;
    /// What was delivered so far reaches its destination.
    virtual void flush_delivered() noexcept = 0;

protected:
    virtual ~LineTarget() = default;

private:
    friend class Backend;
    /// Deletes this object.
    virtual void end() noexcept = 0;

    // The backend's own.
    LineTarget* next_retired_ = nullptr;
    bool has_unflushed_lines_ = false;
};

}  // namespace ctx::log::detail
