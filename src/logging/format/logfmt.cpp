#include "logging/format/parts.hpp"
#include <ctx/logging/json_text.hpp>

namespace ctx::log::detail {
namespace {

bool is_logfmt_name(std::string_view name) noexcept {
    static constexpr std::string_view names[] = {"ts",       "level",   "logger", "msg",
                                                 "trace_id", "span_id", "caller"};
    return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

bool needs_quotes(std::string_view text) noexcept {
    return text.empty() || std::any_of(text.begin(), text.end(), [](char c) {
               const auto byte = static_cast<unsigned char>(c);
               return byte <= 0x20 || byte >= 0x7f || c == '=' || c == '"' || c == '\\';
           });
}

void append_key(std::string& out, std::string_view key) {
    out += ' ';
    for (const char c : key) {
        const auto byte = static_cast<unsigned char>(c);
        out += byte <= 0x20 || byte >= 0x7f || c == '=' || c == '"' ? '_' : c;
    }
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
        if (context.trace_id.is_valid()) {
            out += " trace_id=";
            append_id(out, context.trace_id);
            if (context.span_id.is_valid()) {
                out += " span_id=";
                append_id(out, context.span_id);
            }
        }
        for_each_field(context, options_, &is_logfmt_name,
                       [&out](std::string_view name, std::string_view text) {
                           append_key(out, unescaped(name));
                           append_escaped(out, text);
                       });
        for_each_value(context, options_, &is_logfmt_name, [&out](const ShownValue& each) {
            append_key(out, each.name());
            std::string text;
            append_value_text(text, each.value());
            append_escaped(out, text);
        });
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
        const std::size_t before = out.size();
        out.resize(before + UtcTime::max_size);
        const char* end = time_.write_micros(out.data() + before, record.time);
        out.resize(static_cast<std::size_t>(end - out.data()));
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
