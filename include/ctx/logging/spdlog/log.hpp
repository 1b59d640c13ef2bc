// ctx/logging/spdlog/log.hpp: log lines with typed key-values, to any logger of spdlog.
//
//     using ctx::log::kv;
//     ctx::log::info("order {} accepted", id, kv("tenant", tenant), kv("items", 3));
//     ctx::log::error(*audit, "no answer", err(code), kv("took", 30ms));
//     // {"timestamp":…,"level":"error","logger":"audit","message":"no answer","trace_id":"4bf9…",…,
//     //  "error.code":110,…,"took_ms":30,"code.file.path":"pay.cpp","code.line.number":17,…}
//
// The arguments of the message come first, then the values, in any number. The message is checked
// at compile time; a message of run time is ctx::log::verbatim(text). Values are members of the JSON
// line, name=value behind a text, attributes for OTLP. Loggers that install() and the factories did
// not reach show them as text behind the message. With Format::unchanged your formatters show them, or
// nobody: record_context() has them.
//
// `#define CTX_LOG_ACTIVE_LEVEL 2` before the include removes trace() and debug(); their arguments
// are still evaluated, those of CTX_LOG_DEBUG(…) are not.
//
// A policy (ctx/logging/policy.hpp) is asked before anything is formatted.
//
// Threads   As the logger's.
// Errors    Nothing throws: what a formatter throws is in the line, and counted
//           (`ctx_logging_format_errors_total`); what a sink throws goes to the logger's handler.
// Cost      Less than a call of spdlog's when the message needs no formatting; a line below the
//           logger's level costs a load and a compare. bench/logging_bench.cpp.

#pragma once

#include <ctx/export.hpp>
#include <ctx/logging/detail/line_policy.hpp>
#include <ctx/logging/json_line.hpp>
#include <ctx/logging/spdlog/kv.hpp>
#include <ctx/logging/values.hpp>

#include <spdlog/common.h>
#include <spdlog/logger.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string_view>
#include <tuple>
#include <type_traits>

#ifndef CTX_LOG_ACTIVE_LEVEL
/// Calls below this level of ctx::log::Level are compiled to nothing.
#define CTX_LOG_ACTIVE_LEVEL 0
#endif

namespace ctx::log {

/// A message of run time, which is not formatted.
struct Verbatim {
    std::string_view text;
};
[[nodiscard]] constexpr Verbatim verbatim(std::string_view text) noexcept {
    return {text};
}

namespace detail {

template <typename... Args>
struct FormatOf {
    using Type = spdlog::fmt_lib::format_string<Args...>;
};
/// The arguments that belong to the message, as a tuple of their types.
template <typename... Args>
using MessageArgs = decltype(std::tuple_cat(
    std::declval<std::conditional_t<is_value<Args>, std::tuple<>, std::tuple<Args>>>()...));
template <typename Tuple>
struct FormatOfTuple;
template <typename... Args>
struct FormatOfTuple<std::tuple<Args...>> : FormatOf<Args...> {};

/// Called where it does not compile: arguments behind a message without {}; perhaps they want kv().
void the_message_has_no_place_for_its_arguments();

/// A logger, however it is held.
class LoggerRef {
public:
    LoggerRef(spdlog::logger& logger) noexcept  // NOLINT(*-explicit-*): stands for it
        : logger_(logger) {}
    LoggerRef(const std::shared_ptr<spdlog::logger>& logger) noexcept  // NOLINT(*-explicit-*)
        : logger_(*logger) {}
    [[nodiscard]] spdlog::logger& get() const noexcept { return logger_; }

private:
    spdlog::logger& logger_;
};

/// A message checked against the types of its arguments, and where it stands.
template <typename... Args>
class Message {
public:
    using Format = typename FormatOfTuple<MessageArgs<Args...>>::Type;

    template <typename Text>
    requires std::convertible_to<const Text&, std::string_view>
    consteval Message(const Text& text,  // NOLINT(*-explicit-*): a literal is one
                      const char* file = __builtin_FILE(), int line = __builtin_LINE(),
                      const char* function = __builtin_FUNCTION())
        : format_(text),
          place_{file, line, function},
          is_plain_(std::string_view{text}.find_first_of("{}") == std::string_view::npos) {
        if (is_plain_ && std::tuple_size_v<MessageArgs<Args...>> != 0) {
            the_message_has_no_place_for_its_arguments();
        }
    }
    constexpr Message(Verbatim text,  // NOLINT(*-explicit-*): as a literal
                      const char* file = __builtin_FILE(), int line = __builtin_LINE(),
                      const char* function = __builtin_FUNCTION())
        : format_(spdlog::fmt_lib::runtime(std::string_view{})),
          verbatim_(text.text),
          place_{file, line, function},
          is_plain_(true) {
        static_assert(std::tuple_size_v<MessageArgs<Args...>> == 0,
                      "verbatim() takes no arguments of the message, only kv()");
    }

    [[nodiscard]] bool is_plain() const noexcept { return is_plain_; }
    [[nodiscard]] std::string_view plain() const noexcept {
        const spdlog::fmt_lib::string_view text = format_;
        return verbatim_.data() != nullptr ? verbatim_ : std::string_view{text.data(), text.size()};
    }
    [[nodiscard]] spdlog::fmt_lib::string_view format() const noexcept { return format_; }
    [[nodiscard]] const SourceLocation& place() const noexcept { return place_; }

private:
    Format format_;
    std::string_view verbatim_;
    SourceLocation place_;
    bool is_plain_;
};

template <typename... Args>
using MessageFor = std::type_identity_t<Message<std::remove_cvref_t<Args>...>>;

enum class Fate : std::uint8_t;

/// Hands a line that is not dropped to the logger, or to the request's buffer.
CTX_EXPORT void write(spdlog::logger& logger, Fate fate, Level level, const SourceLocation& place,
                      std::string_view message, Values values) noexcept;
/// The line without its message, and what was wrong.
CTX_EXPORT void write_unformatted(spdlog::logger& logger, Fate fate, Level level,
                                  const SourceLocation& place, std::string_view format,
                                  ValueBuffer& values, const char* what) noexcept;

/// The argument in a tuple, or nothing if it is a value of the line.
template <typename T>
auto message_argument(const T& argument) noexcept {
    if constexpr (is_value<T>) {
        return std::tuple<>{};
    } else {
        return std::tuple<const T&>{argument};
    }
}

template <typename Tuple>
void format_into(spdlog::memory_buf_t& out, spdlog::fmt_lib::string_view format,
                 const Tuple& arguments) {
    std::apply(
        [&](const auto&... each) {
            spdlog::fmt_lib::vformat_to(spdlog::fmt_lib::appender(out), format,
                                        spdlog::fmt_lib::make_format_args(each...));
        },
        arguments);
}

/// How many requests have a buffer (request_buffer.hpp).
extern CTX_EXPORT std::atomic<std::uint32_t> live_request_buffers;

/// What becomes of a line: remembered is to spdlog's backtrace and nowhere else.
enum class Fate : std::uint8_t { dropped, written, remembered, held };

/// Asks the policy and the request's buffer, too.
[[nodiscard]] CTX_EXPORT Fate fate_with_rules(spdlog::logger& logger, Level level,
                                              const SourceLocation& place,
                                              ValueBuffer& values) noexcept;

/// @param values  what the policy adds to the line
[[nodiscard]] inline Fate fate_of(spdlog::logger& logger, Level level, const SourceLocation& place,
                                  ValueBuffer& values) noexcept {
    if (policy_in_force() != nullptr || live_request_buffers.load(std::memory_order_relaxed) != 0)
        [[unlikely]] {
        return fate_with_rules(logger, level, place, values);
    }
    if (logger.should_log(static_cast<spdlog::level::level_enum>(level))) return Fate::written;
    return logger.should_backtrace() ? Fate::remembered : Fate::dropped;
}

template <typename... Args>
void log_line(spdlog::logger& logger, Level level, const Message<Args...>& message,
              const Args&... args) noexcept {
    ValueBuffer values;
    const Fate fate = fate_of(logger, level, message.place(), values);
    if (fate == Fate::dropped) return;
    (add_if_value(values, args), ...);
    if (message.is_plain()) {
        write(logger, fate, level, message.place(), message.plain(), values.values());
        return;
    }
    const auto format = message.format();
    try {
        spdlog::memory_buf_t text;
        format_into(text, format, std::tuple_cat(message_argument(args)...));
        write(logger, fate, level, message.place(), {text.data(), text.size()}, values.values());
    } catch (const std::exception& error) {
        write_unformatted(logger, fate, level, message.place(), {format.data(), format.size()},
                          values, error.what());
    } catch (...) {
        write_unformatted(logger, fate, level, message.place(), {format.data(), format.size()},
                          values, "unknown exception");
    }
}

}  // namespace detail

// Each level twice: to a logger, and to spdlog's default logger. The floor is a part of their type,
// so that files of one program may have different ones.

template <int floor = CTX_LOG_ACTIVE_LEVEL, typename... Args>
void trace(detail::LoggerRef logger, detail::MessageFor<Args...> message,
           const Args&... args) noexcept {
    if constexpr (static_cast<int>(Level::trace) >= floor) {
        detail::log_line(logger.get(), Level::trace, message, args...);
    }
}
template <int floor = CTX_LOG_ACTIVE_LEVEL, typename... Args>
void trace(detail::MessageFor<Args...> message, const Args&... args) noexcept {
    if constexpr (static_cast<int>(Level::trace) >= floor) {
        detail::log_line(*spdlog::default_logger_raw(), Level::trace, message, args...);
    }
}

template <int floor = CTX_LOG_ACTIVE_LEVEL, typename... Args>
void debug(detail::LoggerRef logger, detail::MessageFor<Args...> message,
           const Args&... args) noexcept {
    if constexpr (static_cast<int>(Level::debug) >= floor) {
        detail::log_line(logger.get(), Level::debug, message, args...);
    }
}
template <int floor = CTX_LOG_ACTIVE_LEVEL, typename... Args>
void debug(detail::MessageFor<Args...> message, const Args&... args) noexcept {
    if constexpr (static_cast<int>(Level::debug) >= floor) {
        detail::log_line(*spdlog::default_logger_raw(), Level::debug, message, args...);
    }
}

template <int floor = CTX_LOG_ACTIVE_LEVEL, typename... Args>
void info(detail::LoggerRef logger, detail::MessageFor<Args...> message,
          const Args&... args) noexcept {
    if constexpr (static_cast<int>(Level::info) >= floor) {
        detail::log_line(logger.get(), Level::info, message, args...);
    }
}
template <int floor = CTX_LOG_ACTIVE_LEVEL, typename... Args>
void info(detail::MessageFor<Args...> message, const Args&... args) noexcept {
    if constexpr (static_cast<int>(Level::info) >= floor) {
        detail::log_line(*spdlog::default_logger_raw(), Level::info, message, args...);
    }
}

template <int floor = CTX_LOG_ACTIVE_LEVEL, typename... Args>
void warn(detail::LoggerRef logger, detail::MessageFor<Args...> message,
          const Args&... args) noexcept {
    if constexpr (static_cast<int>(Level::warn) >= floor) {
        detail::log_line(logger.get(), Level::warn, message, args...);
    }
}
template <int floor = CTX_LOG_ACTIVE_LEVEL, typename... Args>
void warn(detail::MessageFor<Args...> message, const Args&... args) noexcept {
    if constexpr (static_cast<int>(Level::warn) >= floor) {
        detail::log_line(*spdlog::default_logger_raw(), Level::warn, message, args...);
    }
}

template <int floor = CTX_LOG_ACTIVE_LEVEL, typename... Args>
void error(detail::LoggerRef logger, detail::MessageFor<Args...> message,
           const Args&... args) noexcept {
    if constexpr (static_cast<int>(Level::error) >= floor) {
        detail::log_line(logger.get(), Level::error, message, args...);
    }
}
template <int floor = CTX_LOG_ACTIVE_LEVEL, typename... Args>
void error(detail::MessageFor<Args...> message, const Args&... args) noexcept {
    if constexpr (static_cast<int>(Level::error) >= floor) {
        detail::log_line(*spdlog::default_logger_raw(), Level::error, message, args...);
    }
}

template <int floor = CTX_LOG_ACTIVE_LEVEL, typename... Args>
void critical(detail::LoggerRef logger, detail::MessageFor<Args...> message,
              const Args&... args) noexcept {
    if constexpr (static_cast<int>(Level::critical) >= floor) {
        detail::log_line(logger.get(), Level::critical, message, args...);
    }
}
template <int floor = CTX_LOG_ACTIVE_LEVEL, typename... Args>
void critical(detail::MessageFor<Args...> message, const Args&... args) noexcept {
    if constexpr (static_cast<int>(Level::critical) >= floor) {
        detail::log_line(*spdlog::default_logger_raw(), Level::critical, message, args...);
    }
}

/// A level of run time.
template <typename... Args>
void log(detail::LoggerRef logger, Level level, detail::MessageFor<Args...> message,
         const Args&... args) noexcept {
    detail::log_line(logger.get(), level, message, args...);
}
template <typename... Args>
void log(Level level, detail::MessageFor<Args...> message, const Args&... args) noexcept {
    detail::log_line(*spdlog::default_logger_raw(), level, message, args...);
}

}  // namespace ctx::log

// The same, with arguments that are not evaluated when the level is not compiled in.
#define CTX_LOG_AT(level, function, ...)                                                          \
    do {                                                                                          \
        if constexpr (static_cast<int>(::ctx::log::Level::level) - (CTX_LOG_ACTIVE_LEVEL) > -1) { \
            ::ctx::log::function(__VA_ARGS__);                                                    \
        }                                                                                         \
    } while (false)
#define CTX_LOG_TRACE(...) CTX_LOG_AT(trace, trace, __VA_ARGS__)
#define CTX_LOG_DEBUG(...) CTX_LOG_AT(debug, debug, __VA_ARGS__)
#define CTX_LOG_INFO(...) CTX_LOG_AT(info, info, __VA_ARGS__)
#define CTX_LOG_WARN(...) CTX_LOG_AT(warn, warn, __VA_ARGS__)
#define CTX_LOG_ERROR(...) CTX_LOG_AT(error, error, __VA_ARGS__)
#define CTX_LOG_CRITICAL(...) CTX_LOG_AT(critical, critical, __VA_ARGS__)
