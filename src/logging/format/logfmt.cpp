#include "logging/format/parts.hpp"
#include <ctx/logging/json_text.hpp>

namespace ctx::log::detail {

bool is_logfmt_name(std::string_view name) noexcept {
    static constexpr std::string_view names[] = {"ts",       "level",   "logger", "msg",
                                                 "trace_id", "span_id", "caller"};
    return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

namespace {

bool needs_quotes(std::string_view text) noexcept {
    return text.empty() || std::any_of(text.begin(), text.end(), [](char c) {
               const auto byte = static_cast<unsigned char>(c);
               return byte <= 0x20 || byte >= 0x7f || c == '=' || c == '"' || c == '\\';
           });
}

char spelled(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte >= 0x7f || c == '=' || c == '"' ? '_' : c;
}

void append_key(std::string& out, std::string_view key) {
    out += ' ';
    if (key.empty()) key = "_";
    for (const char c : key)
        out += spelled(c);
    out += '=';
}

/// @param text  JSON-escaped, which is how logfmt escapes, too
void append_escaped(std::string& out, std::string_view text) {
    const bool quoted = needs_quotes(text);
    if (quoted) out += '"';
    out += text;
    if (quoted) out += '"';
}

void append_text(std::string& out, std::string_view text) {
    if (!needs_quotes(text)) {
        out += text;
        return;
    }
    out += '"';
    append_json_text(out, text);
    out += '"';
}

class LogfmtWriter final : public LineWriter {
public:
    explicit LogfmtWriter(LineOptions options) : options_(std::move(options)) {}

    void append(std::string& out, const LogRecord& record, const RecordContext& context) override {
        append_head(out, record);
        append_ids(out, " trace_id=", " span_id=", context);
        for_each_field(context, options_, &is_logfmt_name,
                       [&out](std::string_view name, std::string_view text) {
                           append_key(out, unescaped(name));
                           append_escaped(out, text);
                       });
        for_each_value(
            context, options_, &is_logfmt_name,
            [&out](const ShownValue& each) {
                append_key(out, each.name());
                std::string text;
                append_value_text(text, each.value());
                append_escaped(out, text);
            },
            NameSpelling{&spelled});
        if (record.source.file != nullptr) {
            append_key(out, "caller");
            append_text(out,
                        std::string{record.source.file} + ':' + std::to_string(record.source.line));
        }
        out += '\n';
    }

private:
    void append_head(std::string& out, const LogRecord& record) {
        out += "ts=";
        append_micros(out, time_, record.time);
        out += " level=";
        out += level_name(record.level);
        out += " logger=";
        append_text(out, record.logger);
        out += " msg=";
        append_text(out, record.message);
    }

    LineOptions options_;
    UtcTime time_;
};

}  // namespace

std::unique_ptr<LineWriter> make_logfmt_writer(LineOptions options) {
    return std::make_unique<LogfmtWriter>(std::move(options));
}

}  // namespace ctx::log::detail
