// A logger's adapter behind virtual functions, so that the checks are compiled once and not once
// per adapter; and the list of what its lines must say.

#pragma once

#include <ctx/baggage/utf8.hpp>
#include <ctx/testing/detail/contract_task.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ctx::testing {

/// A line that came out of a logger; ids as lower-case hex, empty where the line has none.
struct LoggedLine {
    std::string message;
    std::string trace_id;
    std::string span_id;
};

namespace detail {

class LoggerHarness {
public:
    LoggerHarness() = default;
    LoggerHarness(const LoggerHarness&) = delete;
    LoggerHarness& operator=(const LoggerHarness&) = delete;
    virtual ~LoggerHarness() = default;

    virtual void log(std::string_view message) = 0;
    virtual void flush() = 0;
    [[nodiscard]] virtual std::vector<LoggedLine> lines() = 0;
    virtual void hold() = 0;
    virtual void release() = 0;
    virtual void fail_next() = 0;
    [[nodiscard]] virtual std::string imitate(ContextView context) const = 0;
    [[nodiscard]] virtual std::string_view writes_bytes_as_they_are() const = 0;
};

template <typename A>
class AdaptedLogger final : public LoggerHarness {
public:
    void log(std::string_view message) override { adapter_->log(message); }
    void flush() override { adapter_->flush(); }
    [[nodiscard]] std::vector<LoggedLine> lines() override { return adapter_->lines(); }
    void hold() override {
        if constexpr (requires { adapter_->hold(); }) adapter_->hold();
    }
    void release() override {
        if constexpr (requires { adapter_->release(); }) adapter_->release();
    }
    void fail_next() override {
        if constexpr (requires { adapter_->fail_next(); }) adapter_->fail_next();
    }
    [[nodiscard]] std::string imitate(ContextView context) const override {
        if constexpr (requires { A::imitate(context); }) return A::imitate(context);
        return {};
    }
    [[nodiscard]] std::string_view writes_bytes_as_they_are() const override {
        if constexpr (requires { A::writes_bytes_as_they_are; }) return A::writes_bytes_as_they_are;
        return {};
    }

private:
    std::unique_ptr<A> adapter_ = std::make_unique<A>();  // its destructor may throw
};

/// `context` as a line of it must show it.
[[nodiscard]] inline LoggedLine line_of(ContextView context, std::string message) {
    if (!context) return {std::move(message), "", ""};
    return {std::move(message), context.trace_id().to_string(), context.span_id().to_string()};
}

/// The ids of `line`, as failures name them.
[[nodiscard]] inline std::string ids_of(const LoggedLine& line) {
    if (line.trace_id.empty() && line.span_id.empty()) return "no ids";
    return "trace " + line.trace_id + ", span " + line.span_id;
}

/// What an adapter does that writes `actual` in place of `wanted`, and what to do instead.
[[nodiscard]] inline std::string_view advice(const LoggedLine& wanted, const LoggedLine& actual) {
    if (wanted.trace_id.empty()) {
        return "A record that was logged without a request has no ids: neither those that the "
               "thread or the logger had before, nor those of whoever formats it, nor those that "
               "its message tells.";
    }
    if (actual.trace_id.empty()) {
        return "The context was not captured: take ctx::current() on the thread that logs, and "
               "keep it, or a copy of its ids, with the record.";
    }
    return "This is somebody else's: capture on the thread that logs and not where the line is "
           "formatted, keep what was captured with its own record, and do not read it out of the "
           "message.";
}

/// Logs lines, each with a name of its own in front of a colon, and compares what comes out.
class Journal {
public:
    explicit Journal(LoggerHarness& logger) : logger_(&logger) {}

    /// Logs `message` under the context that is current, which must be the same behind that.
    void log(const std::string& message, bool may_be_lost = false) {
        const Context own{current()};
        {
            const std::lock_guard lock{mutex_};
            wanted_[name_in(message)] = {line_of(own, message), may_be_lost};
        }
        try {
            logger_->log(message);
        } catch (...) {
            if (!may_be_lost) throw;
        }
        notes_.expect_current(own, "Whoever logged \"" + name_in(message) + "\"",
                              "Logging must leave the context of its thread alone.");
    }

    /// Waits, as somebody else, until all has come out; then tells what is wrong.
    void finish() {
        flush();
        std::map<std::string, std::size_t> seen;
        for (const LoggedLine& line : logger_->lines())
            compare(line, ++seen[name_in(line.message)]);
        for (const auto& [name, line] : wanted_) {
            if (!seen.contains(name) && !line.may_be_lost)
                notes_.add("The line \"" + name + "\" did not come out behind a flush().");
        }
        notes_.report("");
    }

    void flush() const {
        const Context stranger = make_request(999);
        const Scope scope{stranger};
        logger_->flush();
        notes_.expect_current(stranger, "Whoever called flush()",
                              "Flushing must leave the context of its thread alone.");
    }

private:
    struct Wanted {
        LoggedLine line;
        bool may_be_lost = false;
    };

    static std::string name_in(const std::string& message) {
        return message.substr(0, message.find(':'));
    }

    void compare(const LoggedLine& line, std::size_t times) const {
        const std::string name = name_in(line.message);
        const auto found = wanted_.find(name);
        if (found == wanted_.end()) {
            notes_.add("A line came out that nobody logged: \"" + line.message + "\".");
            return;
        }
        const LoggedLine& wanted = found->second.line;
        if (times > 1) notes_.add("The line \"" + name + "\" came out more than once.");
        // What is no UTF-8 may be repaired.
        if (line.message != wanted.message && is_valid_utf8(wanted.message))
            notes_.add("The line \"" + name + "\" has lost a part of its message.");
        if (line.trace_id == wanted.trace_id && line.span_id == wanted.span_id) return;
        notes_.add("The line \"" + name + "\" has " + ids_of(line) + ", wanted " + ids_of(wanted) +
                   ".\n" + std::string{advice(wanted, line)});
    }

    LoggerHarness* logger_;
    Notes notes_;
    std::mutex mutex_;
    std::map<std::string, Wanted> wanted_;
};

}  // namespace detail

}  // namespace ctx::testing
