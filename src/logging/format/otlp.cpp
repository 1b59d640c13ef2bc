// OTLP/JSON as OpenTelemetry's file exporter writes it: one LogsData for each line.

#include "logging/format/parts.hpp"
#include <ctx/logging/json_text.hpp>

#include <cmath>

namespace ctx::log::detail {
namespace {

constexpr bool is_attribute_of_the_line(std::string_view name) noexcept {
    return name.starts_with("code.") || name == "thread.id";
}

int severity_number(Level level) noexcept {
    return level == Level::off ? 0 : 1 + 4 * static_cast<int>(level);
}

void append_key(std::string& out, std::string_view escaped_key, bool& first) {
    out += first ? "{\"key\":\"" : ",{\"key\":\"";
    first = false;
    out += escaped_key;
    out += "\",\"value\":{";
}

void append_string(std::string& out, std::string_view key, std::string_view text, bool& first) {
    std::string escaped;
    append_json_text(escaped, key);
    append_key(out, escaped, first);
    append_member(out, "\"stringValue\":\"", text);
    out += "}}";
}

void append_integer(std::string& out, std::string_view key, std::string number, bool& first) {
    append_key(out, key, first);
    out += "\"intValue\":\"" + number + "\"}}";
}

/// 64-bit integers are strings in OTLP/JSON; what fits no int64 is text.
void append_any_value(std::string& out, const Value& value) {
    switch (value.type) {
        case ValueType::null:
            return;
        case ValueType::boolean:
            out += "\"boolValue\":";
            break;
        case ValueType::integer:
            out += "\"intValue\":\"";
            break;
        case ValueType::natural:
            out += value.natural() > INT64_MAX ? "\"stringValue\":\"" : "\"intValue\":\"";
            break;
        case ValueType::number:
            out += std::isfinite(value.number()) ? "\"doubleValue\":" : "\"doubleValue\":\"";
            break;
        case ValueType::text:
        case ValueType::json:
        case ValueType::bytes:
            out += "\"stringValue\":\"";
            break;
    }
    append_value_text(out, value);
    const bool is_bare = value.type == ValueType::boolean ||
                         (value.type == ValueType::number && std::isfinite(value.number()));
    if (!is_bare) out += '"';
}

class OtlpWriter final : public LineWriter {
public:
    explicit OtlpWriter(LineOptions options) : options_(std::move(options)) {
        head_ = "{\"resourceLogs\":[{\"resource\":{\"attributes\":[";
        bool first = true;
        for (const auto& [key, value] : options_.resource.attributes())
            append_string(head_, key, value, first);
        head_ += "]},\"scopeLogs\":[{\"scope\":{\"name\":\"";
    }

    void append(std::string& out, const LogRecord& record, const RecordContext& context) override {
        out += head_;
        append_json_text(out, record.logger);
        const std::string nanos = unix_nanos(record.time);
        out += "\"},\"logRecords\":[{\"timeUnixNano\":\"" + nanos +
               "\",\"observedTimeUnixNano\":\"" + nanos +
               "\",\"severityNumber\":" + std::to_string(severity_number(record.level)) +
               ",\"severityText\":\"";
        out += level_name(record.level);
        append_member(out, "\",\"body\":{\"stringValue\":\"", record.message);
        out += "},\"attributes\":[";
        append_attributes(out, record, context);
        out += ']';
        append_trace(out, context);
        out += "}]}]}]}\n";
    }

private:
    void append_attributes(std::string& out, const LogRecord& record,
                           const RecordContext& context) const {
        bool first = true;
        for_each_field(context, options_, &is_attribute_of_the_line,
                       [&](std::string_view name, std::string_view text) {
                           append_key(out, name, first);
                           out += "\"stringValue\":\"";
                           out += text;
                           out += "\"}}";
                       });
        for_each_value(context, options_, &is_attribute_of_the_line, [&](const ShownValue& each) {
            std::string name;
            append_json_text(name, each.name());
            append_key(out, name, first);
            append_any_value(out, each.value());
            out += "}}";
        });
        if (record.thread_id != 0) {
            append_integer(out, "thread.id", std::to_string(record.thread_id), first);
        }
        if (record.source.file == nullptr) return;
        append_string(out, "code.file.path", record.source.file, first);
        append_integer(out, "code.line.number", std::to_string(record.source.line), first);
        const std::string_view function = text_of(record.source.function);
        if (!function.empty()) append_string(out, "code.function.name", function, first);
    }
    static void append_trace(std::string& out, const RecordContext& context) {
        if (!context.trace_id.is_valid()) return;
        out += ",\"flags\":" + std::to_string(int{context.flags.bits()});
        append_ids(out, ",\"traceId\":\"", "\",\"spanId\":\"", context);
        out += '"';
    }

    LineOptions options_;
    std::string head_;
};

}  // namespace

std::unique_ptr<LineWriter> make_otlp_writer(LineOptions options) {
    return std::make_unique<OtlpWriter>(std::move(options));
}

}  // namespace ctx::log::detail
