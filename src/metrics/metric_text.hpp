// The spelling of OpenMetrics 1.0 and of the Prometheus text format: names, numbers, escapes.

#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

namespace ctx::detail {

/// [a-zA-Z_:][a-zA-Z0-9_:]*
[[nodiscard]] bool is_metric_name(std::string_view name) noexcept;
/// [a-zA-Z_][a-zA-Z0-9_]*, and not reserved ("__…")
[[nodiscard]] bool is_label_name(std::string_view name) noexcept;

/// `name` with every character that a label name cannot have replaced by `_`.
[[nodiscard]] std::string to_label_name(std::string_view name);

/// Mends ill-formed UTF-8 and escapes \ " and line feeds: label values, and HELP of OpenMetrics.
void append_escaped(std::string& out, std::string_view text);
/// HELP of the text format: " stays.
void append_text_help(std::string& out, std::string_view text);

/// Appends `name="value"`, after a comma unless `out` is empty. Nothing for an empty value, which
/// is the same as no label.
void append_label(std::string& out, std::string_view name, std::string_view value);

/// A short text that reads back as the same double; NaN, +Inf, -Inf.
void append_number(std::string& out, double value);

inline void append_number(std::string& out, std::uint64_t value) {
    char buffer[20];
    out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

/// `le` and `quantile` as OpenMetrics 1.0 wants them ("Considerations: Canonical Numbers").
[[nodiscard]] std::string canonical_number(double value);

/// Milliseconds as seconds with three decimals.
void append_seconds(std::string& out, std::int64_t unix_ms);

}  // namespace ctx::detail
