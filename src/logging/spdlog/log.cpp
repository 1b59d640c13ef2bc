#include "logging/spdlog/capturing_logger.hpp"
#include "logging/spdlog/context_sink.hpp"
#include "logging/spdlog/held_lines.hpp"
#include "logging/spdlog/record.hpp"
#include "logging/spdlog/ring_logger.hpp"
#include "logging/spdlog/sink_access.hpp"
#include "logging/spdlog/stats.hpp"
#include "logging/spdlog/suffixed.hpp"
#include <ctx/context/current.hpp>
#include <ctx/logging/capture.hpp>
#include <ctx/logging/detail/line_options.hpp>
#include <ctx/logging/detail/utc_time.hpp>
#include <ctx/logging/spdlog/log.hpp>

#include <algorithm>
#include <array>
#include <typeinfo>

namespace ctx::log::detail {
namespace {

bool is_ours(const spdlog::logger& logger) noexcept {
    return typeid(logger) == typeid(CapturingLogger) || typeid(logger) == typeid(RingLogger);
}

bool is_wrapped(const spdlog::sinks::sink& sink) noexcept {
    return typeid(sink) == typeid(ContextSink);
}

/// Whether what stands behind `logger` asks for the values of a line: not so stock loggers, nor one
/// that got a sink since install().
bool shows_values(const spdlog::logger& logger) noexcept {
    const auto& sinks = logger.sinks();
    return is_ours(logger) ||
           (!sinks.empty() && std::all_of(sinks.begin(), sinks.end(),
                                          [](const auto& sink) { return is_wrapped(*sink); }));
}

/// Whether the logger's level lets the line pass, or the request asks for it.
bool is_above_level(const spdlog::logger& logger, Level level) noexcept {
    if (logger.should_log(static_cast<spdlog::level::level_enum>(level))) return true;
    if (logger.level() == spdlog::level::off) return false;
    const ActivePolicy* policy = policy_in_force();
    return policy != nullptr && asks_for(*policy, current(), level);
}

void log_with(spdlog::logger& logger, Fate fate, Level level, const SourceLocation& place,
              std::string_view message, Values values) {
    const ActiveValues active{message, values};
    const spdlog::source_loc source{place.file, place.line, place.function};
    const auto severity = static_cast<spdlog::level::level_enum>(level);
    const spdlog::string_view_t text{message.data(), message.size()};
    if (fate == Fate::written && !logger.should_log(severity)) {  // the request asks for it
        spdlog::details::log_msg record{source, logger.name(), severity, text};
        SinkAccess::sink(logger, record);
    } else {
        logger.log(source, severity, text);
    }
}

/// The values as text behind the message; the ids are the business of whoever reached the logger.
void log_as_text(spdlog::logger& logger, Fate fate, Level level, const SourceLocation& place,
                 std::string_view message, Values values) {
    RecordContext shown;
    shown.values = values;
    const SuffixedMessage longer{message, shown, line_options()};
    log_with(logger, fate, level, place, longer.text(), {});
}

/// Keeps the line with the request, unless that has failed meanwhile.
void hold(spdlog::logger& logger, Level level, const SourceLocation& place,
          std::string_view message, Values values) noexcept {
    HeldLines* const held = HeldLines::of(current());
    if (held == nullptr) return;
    try {
        const spdlog::details::log_msg line{
            spdlog::source_loc{place.file, place.line, place.function}, logger.name(),
            static_cast<spdlog::level::level_enum>(level),
            spdlog::string_view_t{message.data(), message.size()}};
        if (const auto late = held->keep(line, values)) write_captured(logger, *late);
    } catch (...) {  // out of memory
        held_dropped.add();
    }
}

}  // namespace

Fate fate_with_rules(spdlog::logger& logger, Level level, const SourceLocation& place,
                     ValueBuffer& values) noexcept {
    HeldLines* const held = live_request_buffers.load(std::memory_order_relaxed) == 0
                                ? nullptr
                                : HeldLines::of(current());
    if (logger.level() == spdlog::level::off) return Fate::dropped;
    if (held != nullptr && held->releases(level)) held->release(&logger);
    const bool is_above = is_above_level(logger, level);
    if (is_above) {
        const ActivePolicy* policy = policy_in_force();
        if (policy == nullptr) return Fate::written;
        const Admission admission = admit(*policy, current(), level, place.file, place.line);
        if (admission.suppressed != 0) {
            values.add("suppressed", std::uint64_t{admission.suppressed});
        }
        if (admission.is_written) return Fate::written;
    }
    if (held != nullptr && held->takes(level)) return Fate::held;
    return !is_above && logger.should_backtrace() ? Fate::remembered : Fate::dropped;
}

void write(spdlog::logger& logger, Fate fate, Level level, const SourceLocation& place,
           std::string_view message, Values values) noexcept {
    if (fate == Fate::held) {
        hold(logger, level, place, message, values);
        return;
    }
    const ActivePolicy* policy = policy_in_force();
    if (policy != nullptr && fate == Fate::written) [[unlikely]]
        tell(*policy, current(), level, message, values);
    if (typeid(logger) == typeid(RingLogger) && !logger.should_backtrace()) {
        static_cast<RingLogger&>(logger).write_line(level, place, message, values);
        return;
    }
    try {
        if (values.empty() || shows_values(logger)) {
            log_with(logger, fate, level, place, message, values);
        } else {
            log_as_text(logger, fate, level, place, message, values);
        }
    } catch (...) {  // out of memory
        format_errors.add();
    }
}

void write_unformatted(spdlog::logger& logger, Fate fate, Level level, const SourceLocation& place,
                       std::string_view format, ValueBuffer& values, const char* what) noexcept {
    format_errors.add();
    values.add("log.format_error", what);
    write(logger, fate, level, place, format, values.values());
}

void write_captured(spdlog::logger& logger, const spdlog::details::log_msg_buffer& line) {
    if (logger.level() == spdlog::level::off) return;
    if (shows_values(logger)) {
        SinkAccess::sink(logger, line);
        return;
    }
    const auto carried = split_capture({line.payload.data(), line.payload.size()});
    if (!carried) return;
    // Text in a record that stays a copy: nobody takes it for one of the current request.
    const SuffixedMessage longer{carried->message, carried->context, line_options()};
    spdlog::details::log_msg plain = line;
    plain.payload = {longer.text().data(), longer.text().size()};
    SinkAccess::sink(logger, spdlog::details::log_msg_buffer{plain});
}

void add_time(ValueBuffer& out, std::string_view key,
              std::chrono::system_clock::time_point time) noexcept {
    std::array<char, UtcTime::max_size> text;  // NOLINT(*-member-init): written before it is read
    const char* end = UtcTime{}.write_micros(text.data(), time);
    out.add(key, std::string_view{text.data(), static_cast<std::size_t>(end - text.data())});
}

}  // namespace ctx::log::detail
