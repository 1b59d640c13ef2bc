// Datadog's JSON logs and its correlation fields.

#include "logging/format/parts.hpp"
#include <ctx/logging/json_text.hpp>

namespace ctx::log::detail {

bool is_datadog_name(std::string_view name) noexcept {
    static constexpr std::string_view names[] = {"date", "status",   "message", "service",
                                                 "host", "ddsource", "ddtags"};
    return std::find(std::begin(names), std::end(names), name) != std::end(names) ||
           name.starts_with("dd.") || name.starts_with("logger.") || name == "error.kind" ||
           name == "error.stack";
}

namespace {

/// What Datadog calls a value of err(), or the name itself.
std::string_view datadog_name(std::string_view name, bool has_code) noexcept {
    if (name == "exception.type") return "error.kind";
    if (name == "exception.message" && !has_code) return "error.message";
    if (name == "exception.stacktrace") return "error.stack";
    return name;
}

/// A code has a message of its own.
bool has_code(const RecordContext& context) noexcept {
    for (const Value& value : context.values) {
        if (value.key == "error.message") return true;
    }
    return false;
}

/// 32 digits, or the decimal number that a trace of 64 bits is.
void append_trace_id(std::string& out, TraceId id) {
    if (id.high() == 0) {
        out += std::to_string(id.low());
    } else {
        append_id(out, id);
    }
}

class DatadogWriter final : public LineWriter {
public:
    explicit DatadogWriter(LineOptions options) : options_(std::move(options)) {
        const Resource& resource = options_.resource;
        const auto add = [&](std::string_view before, std::string_view text) {
            if (!text.empty()) append_member(service_, before, text);
        };
        add(",\"dd.service\":\"", resource.service_name());
        add(",\"dd.env\":\"", resource.find("deployment.environment.name"));
        add(",\"dd.version\":\"", resource.find("service.version"));
    }

    void append(std::string& out, const LogRecord& record, const RecordContext& context) override {
        out += "{\"date\":\"";
        append_millis(out, time_, record.time);
        out += "\",\"status\":\"";
        out += level_name(record.level);
        append_member(out, "\",\"logger.name\":\"", record.logger);
        append_member(out, ",\"message\":\"", record.message);
        append_trace(out, context);
        out += service_;
        append_fields(out, context, options_, &is_datadog_name);
        const bool with_code = has_code(context);
        for_each_value(context, options_, &is_datadog_name, [&](const ShownValue& each) {
            append_member(out, ",\"", datadog_name(each.name(), with_code));
            out += ':';
            append_json_value(out, each.value());
        });
        append_source(out, record);
        out += "}\n";
    }

private:
    static void append_trace(std::string& out, const RecordContext& context) {
        if (!context.trace_id.is_valid()) return;
        out += ",\"dd.trace_id\":\"";
        append_trace_id(out, context.trace_id);
        if (context.span_id.is_valid()) {
            out += "\",\"dd.span_id\":\"" + std::to_string(context.span_id.value());
        }
        out += '"';
    }
    static void append_source(std::string& out, const LogRecord& record) {
        if (record.thread_id != 0) {
            out += ",\"logger.thread_name\":\"" + std::to_string(record.thread_id) + '"';
        }
        if (record.source.file == nullptr) return;
        append_member(out, ",\"logger.file_name\":\"", record.source.file);
        out += ",\"logger.line\":" + std::to_string(record.source.line);
        append_member(out, ",\"logger.method_name\":\"", text_of(record.source.function));
    }

    LineOptions options_;
    std::string service_;
    UtcTime time_;
};

}  // namespace

std::unique_ptr<LineWriter> make_datadog_writer(LineOptions options) {
    return std::make_unique<DatadogWriter>(std::move(options));
}

}  // namespace ctx::log::detail
