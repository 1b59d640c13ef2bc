// Entries in systemd's native journal protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL).

#include "logging/format/parts.hpp"
#include <ctx/logging/journald.hpp>

#include <array>
#include <cstdint>
#include <vector>

namespace ctx::log {
namespace {

constexpr std::size_t longest_name = 64;

constexpr bool no_name_is_taken(std::string_view /*name*/) noexcept {
    return false;  // names are compared as they are written
}

bool is_valid_first(char c) noexcept {
    return c >= 'A' && c <= 'Z';
}

/// What systemd.journal-fields(7) gives a meaning to, and what the entry itself begins with.
bool is_own_name(std::string_view name) noexcept {
    static constexpr std::string_view names[] = {
        "MESSAGE", "MESSAGE_ID",    "PRIORITY",      "CODE_FILE", "CODE_LINE", "CODE_FUNC",
        "ERRNO",   "INVOCATION_ID", "DOCUMENTATION", "TID",       "USER_UNIT", "USER_INVOCATION_ID",
        "UNIT",    "LOGGER",        "TIMESTAMP",     "TRACE_ID",  "SPAN_ID",   "TRACE_FLAGS"};
    static constexpr std::string_view prefixes[] = {"SYSLOG_", "OBJECT_", "COREDUMP_", "BAGGAGE_"};
    return std::find(std::begin(names), std::end(names), name) != std::end(names) ||
           std::any_of(std::begin(prefixes), std::end(prefixes),
                       [name](std::string_view prefix) { return name.starts_with(prefix); });
}

std::string capitals(std::string_view name) {
    std::string out{name};
    std::transform(out.begin(), out.end(), out.begin(), [](char c) {
        if (c >= 'a' && c <= 'z') return static_cast<char>(c - 'a' + 'A');
        return is_valid_first(c) || (c >= '0' && c <= '9') ? c : '_';
    });
    return out;
}

/// @param key  of anybody
std::string journal_name(std::string_view key) {
    std::string name = capitals(key.substr(0, longest_name));
    if (name.empty()) return "X";
    if (is_valid_first(name.front()) && !is_own_name(name)) return name;
    return (name.front() == '_' ? "X" : "X_") + name;
}

void append_size(std::string& out, std::uint64_t size) {
    for (int i = 0; i < 8; ++i, size >>= 8)
        out += static_cast<char>(size & 0xff);
}

/// A value with a line end in it would end there, and begin another field.
void append_field(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    if (value.find('\n') == std::string_view::npos) {
        out += '=';
    } else {
        out += '\n';
        append_size(out, value.size());
    }
    out += value;
    out += '\n';
}

void append_trace(std::string& out, const RecordContext& context) {
    if (!detail::append_ids(out, "TRACE_ID=", "\nSPAN_ID=", context)) return;
    out += "\nTRACE_FLAGS=";
    detail::append_flags(out, context.flags);
    out += '\n';
}

void append_place(std::string& out, const SourceLocation& place) {
    if (place.file == nullptr) return;
    append_field(out, "CODE_FILE", place.file);
    append_field(out, "CODE_LINE", std::to_string(place.line));
    const std::string_view function = detail::text_of(place.function);
    if (!function.empty()) append_field(out, "CODE_FUNC", function);
}

void append_record(std::string& out, const LogRecord& record, const LineOptions& options) {
    const std::string_view service = options.resource.service_name();
    std::array<char, detail::UtcTime::max_size> time{};
    const char* end = detail::UtcTime{}.write_micros(time.data(), record.time);
    append_field(out, "MESSAGE", record.message);
    append_field(out, "PRIORITY", std::to_string(detail::syslog_severity(record.level)));
    append_field(out, "SYSLOG_IDENTIFIER", service.empty() ? record.logger : service);
    append_field(out, "LOGGER", record.logger);
    append_field(out, "TIMESTAMP", {time.data(), static_cast<std::size_t>(end - time.data())});
    if (record.thread_id != 0) append_field(out, "TID", std::to_string(record.thread_id));
    append_place(out, record.source);
}

/// Fields that are named by others.
class NamedFields {
public:
    explicit NamedFields(std::string& out) noexcept : out_(out) {}

    void add(std::string name, std::string_view value) {
        name.resize(std::min(name.size(), longest_name));
        const std::size_t size = name.size();
        for (int number = 1; is_written(name); ++number) {
            const std::string suffix = '_' + std::to_string(number);
            name.resize(std::min(size, longest_name - suffix.size()));
            name += suffix;
        }
        append_field(out_, name, value);
        written_.push_back(std::move(name));
    }

private:
    [[nodiscard]] bool is_written(const std::string& name) const {
        return std::find(written_.begin(), written_.end(), name) != written_.end();
    }

    std::string& out_;
    std::vector<std::string> written_;
};

}  // namespace

void append_journal_fields(std::string& out, const LogRecord& record, const RecordContext& context,
                           const LineOptions& options) {
    append_record(out, record, options);
    append_trace(out, context);
    if (context.fields.empty() && context.values.empty()) return;
    NamedFields named{out};
    detail::for_each_field(context, options, &no_name_is_taken,
                           [&named](std::string_view name, std::string_view text) {
                               named.add("BAGGAGE_" + capitals(detail::unescaped(name)),
                                         detail::unescaped(text));
                           });
    // A field is no obstacle to a value: its name is another.
    detail::ShownValues{context.values, {}, options.secret_names, &no_name_is_taken}.for_each(
        [&named](const detail::ShownValue& each) {
            named.add(journal_name(each.name()), detail::plain_text(each.value()));
        });
}

}  // namespace ctx::log
