#include "logging/spdlog/capturing_logger.hpp"
#include "logging/spdlog/context_sink.hpp"
#include "logging/spdlog/record.hpp"
#include "logging/spdlog/ring_logger.hpp"
#include "logging/spdlog/stats.hpp"
#include <ctx/context/current.hpp>
#include <ctx/logging/detail/utc_time.hpp>
#include <ctx/logging/spdlog/log.hpp>
#include <ctx/logging/text_suffix.hpp>

#include <array>
#include <typeinfo>
#include <vector>

namespace ctx::log::detail {
namespace {

/// Whether what stands behind `logger` asks for the values of a line: not so stock loggers.
bool shows_values(const spdlog::logger& logger) noexcept {
    if (typeid(logger) == typeid(CapturingLogger)) return true;
    const auto& sinks = logger.sinks();
    if (sinks.empty()) return false;
    const spdlog::sinks::sink& first = *sinks.front();
    return typeid(first) == typeid(ContextSink);
}

/// A line that the logger's level keeps from the sinks, whatever the request says.
bool is_only_for_backtrace(const spdlog::logger& logger, Level level) noexcept {
    if (logger.should_log(static_cast<spdlog::level::level_enum>(level))) return false;
    const ActivePolicy* policy = policy_in_force();
    return policy == nullptr || !asks_for(*policy, current(), level);
}

/// Calls what spdlog::logger keeps for its subclasses on any logger.
struct Access final : spdlog::logger {
    static void sink(spdlog::logger& logger, const spdlog::details::log_msg& message) {
        (logger.*(&Access::sink_it_))(message);
    }
};

/// A line below the logger's level, of a request that asks for such.
void log_below_level(spdlog::logger& logger, spdlog::level::level_enum level,
                     const spdlog::source_loc& place, std::string_view message) {
    const spdlog::details::log_msg record{place, logger.name(), level,
                                          spdlog::string_view_t{message.data(), message.size()}};
    Access::sink(logger, record);
}

void log_with(spdlog::logger& logger, Level level, const SourceLocation& place,
              std::string_view message, Values values) {
    const ActiveValues active{message, values};
    const spdlog::source_loc source{place.file, place.line, place.function};
    const auto severity = static_cast<spdlog::level::level_enum>(level);
    if (!logger.should_log(severity) && !is_only_for_backtrace(logger, level)) {
        log_below_level(logger, severity, source, message);
    } else {
        logger.log(source, severity, spdlog::string_view_t{message.data(), message.size()});
    }
}

/// The values as text behind the message; the ids are the business of whoever reached the logger.
void log_as_text(spdlog::logger& logger, Level level, const SourceLocation& place,
                 std::string_view message, Values values) {
    RecordContext shown;
    shown.values = values;
    std::vector<char> text(message.size() + text_suffix_bound(shown));
    char* end = std::copy(message.begin(), message.end(), text.data());
    end = write_text_suffix(end, shown);
    log_with(logger, level, place, {text.data(), static_cast<std::size_t>(end - text.data())}, {});
}

}  // namespace

bool is_wanted_with(const ActivePolicy& policy, const spdlog::logger& logger, Level level,
                    const SourceLocation& place, ValueBuffer& values) noexcept {
    if (is_only_for_backtrace(logger, level)) return logger.should_backtrace();
    const Admission admission = admit(policy, current(), level, place.file, place.line);
    if (admission.suppressed != 0) values.add("suppressed", std::uint64_t{admission.suppressed});
    return admission.is_written;
}

void write(spdlog::logger& logger, Level level, const SourceLocation& place,
           std::string_view message, Values values) noexcept {
    const ActivePolicy* policy = policy_in_force();
    if (policy != nullptr && !is_only_for_backtrace(logger, level)) [[unlikely]]
        tell(*policy, current(), level, message, values);
    const bool is_ours = typeid(logger) == typeid(RingLogger);
    if (is_ours && !logger.should_backtrace()) {
        static_cast<RingLogger&>(logger).write_line(level, place, message, values);
        return;
    }
    try {
        if (values.empty() || is_ours || shows_values(logger)) {
            log_with(logger, level, place, message, values);
        } else {
            log_as_text(logger, level, place, message, values);
        }
    } catch (...) {  // out of memory
        format_errors.add();
    }
}

void write_unformatted(spdlog::logger& logger, Level level, const SourceLocation& place,
                       std::string_view format, ValueBuffer& values, const char* what) noexcept {
    format_errors.add();
    values.add("log.format_error", what);
    write(logger, level, place, format, values.values());
}

void add_time(ValueBuffer& out, std::string_view key,
              std::chrono::system_clock::time_point time) noexcept {
    std::array<char, UtcTime::max_size> text;  // NOLINT(*-member-init): written before it is read
    const char* end = UtcTime{}.write_micros(text.data(), time);
    out.add(key, std::string_view{text.data(), static_cast<std::size_t>(end - text.data())});
}

}  // namespace ctx::log::detail
