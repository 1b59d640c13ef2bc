// What the formats have in common: texts, fields and values, appended to a string.

#pragma once

#include "logging/json_values.hpp"
#include "logging/log_stats.hpp"
#include "logging/shown_values.hpp"
#include <ctx/logging/detail/field_list.hpp>
#include <ctx/logging/line_format.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace ctx::log::detail {

/// Appends `"name":"text"` with `comma` in front; the name needs no escaping.
void append_member(std::string& out, std::string_view before, std::string_view text);

/// Appends the value as JSON: `3`, `"A-7"`.
void append_json_value(std::string& out, const Value& value);
/// Appends it without quotes, escaped as in a JSON string.
void append_value_text(std::string& out, const Value& value);

/// Appends `text` with control characters escaped and ill-formed UTF-8 replaced; quotes and
/// backslashes as they are.
void append_visible(std::string& out, std::string_view text);

/// Appends what `write` writes, at most `bound` bytes: it gets a place and returns the end.
template <typename Write>
void append_written(std::string& out, std::size_t bound, const Write& write) {
    const std::size_t before = out.size();
    out.resize(before + bound);
    const char* end = write(out.data() + before);
    out.resize(static_cast<std::size_t>(end - out.data()));
}

template <typename Id>
void append_id(std::string& out, const Id& id) {
    append_written(out, Id::hex_digits, [&id](char* to) {
        id.write_hex(to);
        return to + Id::hex_digits;
    });
}

/// Appends both ids, if there are any: `before_trace`4bf9…`before_span`00f0….
/// @return whether there was a trace id.
bool append_ids(std::string& out, std::string_view before_trace, std::string_view before_span,
                const RecordContext& context);

/// 2026-11-20T16:27:08.095260Z
void append_micros(std::string& out, UtcTime& clock, std::chrono::system_clock::time_point time);
/// 2026-11-20T16:27:08.095Z
void append_millis(std::string& out, UtcTime& clock, std::chrono::system_clock::time_point time);

/// `01`.
void append_flags(std::string& out, TraceFlags flags);

/// The value as it would be printed: a text as it is, a number in decimal.
[[nodiscard]] std::string plain_text(const Value& value);

/// 7 to 2 (RFC 5424, 6.2.1).
[[nodiscard]] int syslog_severity(Level level) noexcept;

/// The text that a rendered field stands for.
[[nodiscard]] std::string unescaped(std::string_view json_text);

// Names that a format has for itself, so that no field is shown under them.
[[nodiscard]] bool is_console_name(std::string_view name) noexcept;
[[nodiscard]] bool is_datadog_name(std::string_view name) noexcept;
[[nodiscard]] bool is_gcp_label_name(std::string_view name) noexcept;
[[nodiscard]] bool is_logfmt_name(std::string_view name) noexcept;
[[nodiscard]] bool is_loki_name(std::string_view name) noexcept;

/// Calls `show(name, text)` with each field that is wanted, both JSON-escaped.
/// @param is_reserved  names that the format has for itself: such fields are left out and counted
template <typename Show>
void for_each_field(const RecordContext& context, const LineOptions& options,
                    ShownValues::IsReserved is_reserved, const Show& show) {
    const auto& only = options.only_fields;
    std::string_view rest = context.fields;
    std::string_view name;
    std::string_view text;
    while (next_field(rest, name, text)) {
        if (!only.empty() && std::find(only.begin(), only.end(), name) == only.end()) continue;
        if (is_reserved(name)) {
            refused_fields.add();
        } else {
            show(name, text);
        }
    }
}

/// Calls `show` with each ShownValue of the line.
template <typename Show>
void for_each_value(const RecordContext& context, const LineOptions& options,
                    ShownValues::IsReserved is_reserved, const Show& show,
                    NameSpelling spelling = {}) {
    if (context.values.empty()) return;
    ShownValues{context.values, context.fields, options.secret_names, is_reserved, spelling}
        .for_each(show);
}

/// Appends `,"name":"text"` for each field that is wanted.
void append_fields(std::string& out, const RecordContext& context, const LineOptions& options,
                   ShownValues::IsReserved is_reserved);

/// Nanoseconds since 1970.
[[nodiscard]] std::string unix_nanos(std::chrono::system_clock::time_point time);

[[nodiscard]] inline std::string_view text_of(const char* text) noexcept {
    return text == nullptr ? std::string_view{} : std::string_view{text};
}

// One for each format; in its own file.
[[nodiscard]] std::unique_ptr<LineWriter> make_json_writer(LineOptions options);
[[nodiscard]] std::unique_ptr<LineWriter> make_logfmt_writer(LineOptions options);
[[nodiscard]] std::unique_ptr<LineWriter> make_ecs_writer(LineOptions options);
[[nodiscard]] std::unique_ptr<LineWriter> make_otlp_writer(LineOptions options);
[[nodiscard]] std::unique_ptr<LineWriter> make_gcp_writer(LineOptions options);
[[nodiscard]] std::unique_ptr<LineWriter> make_datadog_writer(LineOptions options);
[[nodiscard]] std::unique_ptr<LineWriter> make_loki_writer(LineOptions options);
[[nodiscard]] std::unique_ptr<LineWriter> make_rfc5424_writer(LineOptions options);
[[nodiscard]] std::unique_ptr<LineWriter> make_console_writer(LineOptions options);

}  // namespace ctx::log::detail
