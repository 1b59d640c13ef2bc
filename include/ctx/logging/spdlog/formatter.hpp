// ctx/logging/spdlog/formatter.hpp: contexts inside people's own sinks and formatters.
//
//     auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>("service.jsonl");
//     sink->set_formatter(ctx::log::json_formatter());
//     auto log = std::make_shared<spdlog::logger>("svc", sink);   // synchronous: nothing to
//     install ctx::log::install({.format = ctx::log::Format::unchanged});   // asynchronous loggers
//     need it
//
// Threads   A formatter belongs to its sink, which serializes its use; clone() makes another.
// Errors    A record that was formed on another thread, or earlier and replayed (by spdlog's queue
//           or its backtrace), and carries no captured context has no ids: never those of whoever
//           happens to format it. On another thread it is counted
//           (`ctx_logging_foreign_thread_total`).
// Cost      Less than spdlog's default pattern, which writes no ids and escapes nothing:
//           bench/logging_bench.cpp.

#pragma once

#include <ctx/export.hpp>
#include <ctx/logging/json_line.hpp>
#include <ctx/logging/line_format.hpp>
#include <ctx/logging/record_context.hpp>

#include <spdlog/details/log_msg.h>
#include <spdlog/formatter.h>

#include <memory>
#include <string>

namespace ctx::log {

/// One line of JSON per record.
[[nodiscard]] CTX_EXPORT std::unique_ptr<spdlog::formatter> json_formatter(
    JsonLines::Options options = {});

/// One line of another format per record.
[[nodiscard]] CTX_EXPORT std::unique_ptr<spdlog::formatter> line_formatter(
    LineFormat format, LineOptions options = {});

/// spdlog's patterns (its wiki, "Custom formatting") with three flags more, which pad and cut as
/// spdlog's own do (`%-32Q`, `%8!Q`) and write nothing besides for a record without a request:
///
///     %Q   trace id        %q   span id        %J   tenant=acme items=3: all fields and key-values
///
/// For sinks that keep their formatter: with Format::unchanged, or synchronous ones without
/// install(). %J quotes and escapes as ctx/logging/text_suffix.hpp does. Of `options`, `only_fields`
/// and `secret_names` count.
[[nodiscard]] CTX_EXPORT std::unique_ptr<spdlog::formatter> pattern_formatter(
    std::string pattern, JsonLines::Options options = {});

/// The context of `message`, for sinks and formatters of one's own: what was captured when it was
/// logged, else the current context if this thread is just logging it, else nothing. Valid during
/// the call of the sink, and as long as `buffer` is.
[[nodiscard]] CTX_EXPORT RecordContext record_context(const spdlog::details::log_msg& message,
                                                      FragmentBuffer& buffer) noexcept;

}  // namespace ctx::log
