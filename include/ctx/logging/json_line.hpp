// ctx/logging/json_line.hpp: a log record as one line of JSON, in OpenTelemetry's names.
//
//     ctx::log::JsonLines lines;
//     std::string out;
//     lines.append(out, {.time = now, .level = ctx::log::Level::info, .message = "accepted"},
//     context);
//     //
//     {"timestamp":"2026-11-20T16:27:08.095260Z","level":"info","logger":"","message":"accepted",
//     //  "trace_id":"4bf9…","span_id":"00f0…","trace_flags":"01","tenant":"acme"}   (in one line)
//
// The order is always: timestamp (UTC, microseconds), level, logger, message, ids, fields, the
// line's own values, resource, source location (code.file.path, code.line.number, code.function.name). A request
// without trace id has none of the three id members; a trace without a span has no span_id
// (OpenTelemetry, Trace Context in non-OTLP Log Formats).
//
// Threads   A JsonLines belongs to one thread at a time; the free functions are pure.
// Errors    Any bytes in any text give one valid line; repairs are counted
//           (`ctx_logging_invalid_utf8_total`). append() throws what the buffer throws.
// Cost      One pass for texts in ASCII without escapes; else one to measure and one to write. The
//           buffer grows once. bench/logging_bench.cpp.

#pragma once

#include <ctx/export.hpp>
#include <ctx/logging/detail/utc_time.hpp>
#include <ctx/logging/json_text.hpp>
#include <ctx/logging/record_context.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ctx {
class Resource;
}

namespace ctx::log {

enum class Level : std::uint8_t { trace, debug, info, warn, error, critical, off };

/// Lower-case name, without quotes.
[[nodiscard]] CTX_EXPORT std::string_view level_name(Level level) noexcept;

/// A place in the source; file null: unknown.
struct SourceLocation {
    const char* file = nullptr;
    int line = 0;
    const char* function = nullptr;
};

/// What a logger says of one event, all of it borrowed.
struct LogRecord {
    std::chrono::system_clock::time_point time = {};
    Level level = Level::info;
    std::string_view logger = {};
    std::string_view message = {};
    SourceLocation source = {};
    std::uint64_t thread_id = 0;  ///< of the operating system; 0: unknown
};

/// pass, token, secret, authorization, cookie, ssn, card.
[[nodiscard]] CTX_EXPORT const std::vector<std::string>& default_secret_names();

/// Bytes that write_json_ids() needs at most.
inline constexpr std::size_t max_ids_bytes = 94;

/// Writes `,"trace_id":"…","span_id":"…","trace_flags":"…"`, or nothing without a trace id.
/// @return the end.
CTX_EXPORT char* write_json_ids(char* out, const RecordContext& context) noexcept;

/// The attributes of `resource` named in `keys`, as JSON members with a comma before each. Only
/// names of is_resource_name(), so that no line has a name twice; others are left out.
[[nodiscard]] CTX_EXPORT std::string json_resource_members(const Resource& resource,
                                                           const std::vector<std::string>& keys);

/// Renders lines. Copies are independent.
class CTX_EXPORT JsonLines {
public:
    struct Options {
        /// What json_resource_members() gave: the same in each line.
        std::string resource_members = {};
        /// Only fields of these names; empty: all that are declared.
        std::vector<std::string> only_fields = {};
        /// Values whose name has one of these in it, in any case, are shown as ***.
        std::vector<std::string> secret_names = default_secret_names();

        bool operator==(const Options&) const = default;
    };

    JsonLines();
    explicit JsonLines(std::shared_ptr<const Options> options);

    /// Appends the line with '\n' at its end. `Buffer` has size(), data() and resize(), as
    /// std::string and fmt's memory buffers do.
    template <typename Buffer>
    void append(Buffer& out, const LogRecord& record, const RecordContext& context) {
        const std::size_t before = out.size();
        // Nearly every line needs no escaping, which is found while it is copied.
        out.resize(before + plain_bound(record, context));
        if (const char* plain = write_plain(out.data() + before, record, context)) {
            out.resize(static_cast<std::size_t>(plain - out.data()));
            return;
        }
        const Measured measured = measure(record, context);
        out.resize(before + measured.bound);
        const char* end = write(out.data() + before, record, context, measured);
        out.resize(static_cast<std::size_t>(end - out.data()));
    }

private:
    enum class Text : std::uint8_t { logger, message, file, function };

    struct Measured {
        std::array<JsonText, 4> texts;  // by Text
        std::size_t bound = 0;
    };

    [[nodiscard]] static std::string_view text_in(const LogRecord& record, Text which) noexcept;
    template <typename PutText>
    char* write_with(char* out, const LogRecord& record, const RecordContext& context,
                     const PutText& put_text) noexcept;
    /// Bytes that write_plain() needs at most.
    [[nodiscard]] std::size_t plain_bound(const LogRecord& record,
                                          const RecordContext& context) const noexcept;
    /// @return null when a text needs escaping.
    [[nodiscard]] char* write_plain(char* out, const LogRecord& record,
                                    const RecordContext& context) noexcept;
    [[nodiscard]] Measured measure(const LogRecord& record,
                                   const RecordContext& context) const noexcept;
    char* write(char* out, const LogRecord& record, const RecordContext& context,
                const Measured& measured) noexcept;
    char* write_context(char* out, const RecordContext& context) const noexcept;
    char* write_fields(char* out, std::string_view fields) const noexcept;
    [[nodiscard]] std::size_t bound_of_values(const RecordContext& context) const noexcept;
    char* write_values(char* out, const RecordContext& context) const noexcept;

    std::shared_ptr<const Options> options_;
    detail::UtcTime time_;
};

}  // namespace ctx::log
