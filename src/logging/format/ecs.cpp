// Elastic Common Schema 1.2, as the ecs-logging libraries write it.

#include "logging/format/parts.hpp"
#include <ctx/logging/json_text.hpp>

namespace ctx::log::detail {
namespace {

constexpr bool no_name_is_taken(std::string_view /*name*/) noexcept {
    return false;  // labels are an object of their own
}

/// What ECS calls a value of err(), or nothing. Of an exception and a code in one line the message of
/// the code is a label, as any other value.
std::string_view error_name(std::string_view name, bool has_exception) noexcept {
    if (name == "exception.type") return "error.type";
    if (name == "exception.message") return "error.message";
    if (name == "error.message" && !has_exception) return "error.message";
    if (name == "exception.stacktrace") return "error.stack_trace";
    if (name == "error.code") return "error.code";
    return {};
}

bool has_exception(const RecordContext& context) noexcept {
    for (const Value& value : context.values) {
        if (value.key == "exception.message") return true;
    }
    return false;
}

char spelled(char c) noexcept {
    return c == '.' ? '_' : c;
}

/// Dots in the keys of labels would make objects of them.
void append_label_key(std::string& out, std::string_view key, bool& first) {
    out += first ? ",\"labels\":{\"" : ",\"";
    first = false;
    const std::size_t before = out.size();
    append_json_text(out, key);
    std::transform(out.begin() + static_cast<std::ptrdiff_t>(before), out.end(),
                   out.begin() + static_cast<std::ptrdiff_t>(before), spelled);
    out += "\":\"";
}

class EcsWriter final : public LineWriter {
public:
    explicit EcsWriter(LineOptions options) : options_(std::move(options)) {
        const Resource& resource = options_.resource;
        const auto add = [&](std::string_view before, std::string_view text) {
            if (!text.empty()) append_member(service_, before, text);
        };
        add(",\"service.name\":\"", resource.service_name());
        add(",\"service.version\":\"", resource.find("service.version"));
        add(",\"service.environment\":\"", resource.find("deployment.environment.name"));
    }

    void append(std::string& out, const LogRecord& record, const RecordContext& context) override {
        append_head(out, record);
        if (append_ids(out, ",\"trace.id\":\"", "\",\"span.id\":\"", context)) out += '"';
        out += service_;
        append_origin(out, record);
        append_errors(out, context);
        append_labels(out, context);
        out += "}\n";
    }

private:
    void append_head(std::string& out, const LogRecord& record) {
        out += "{\"@timestamp\":\"";
        append_millis(out, time_, record.time);
        out += "\",\"log.level\":\"";
        out += level_name(record.level);
        append_member(out, "\",\"message\":\"", record.message);
        append_member(out, ",\"ecs.version\":\"1.2.0\",\"log.logger\":\"", record.logger);
    }
    static void append_origin(std::string& out, const LogRecord& record) {
        if (record.thread_id != 0) {
            out += ",\"process.thread.id\":" + std::to_string(record.thread_id);
        }
        if (record.source.file == nullptr) return;
        append_member(out, ",\"log.origin.file.name\":\"", record.source.file);
        out += ",\"log.origin.file.line\":" + std::to_string(record.source.line);
        append_member(out, ",\"log.origin.function\":\"", text_of(record.source.function));
    }
    void append_errors(std::string& out, const RecordContext& context) const {
        const bool with_exception = has_exception(context);
        for_each_value(
            context, options_, &no_name_is_taken,
            [&](const ShownValue& each) {
                const std::string_view name = error_name(each.name(), with_exception);
                if (name.empty()) return;
                out += ",\"";
                out += name;
                out += "\":\"";
                append_value_text(out, each.value());
                out += '"';
            },
            NameSpelling{&spelled});
    }
    void append_labels(std::string& out, const RecordContext& context) const {
        const bool with_exception = has_exception(context);
        bool first = true;
        for_each_field(context, options_, &no_name_is_taken,
                       [&](std::string_view name, std::string_view text) {
                           append_label_key(out, unescaped(name), first);
                           out += text;
                           out += '"';
                       });
        for_each_value(
            context, options_, &no_name_is_taken,
            [&](const ShownValue& each) {
                if (!error_name(each.name(), with_exception).empty()) return;
                append_label_key(out, each.name(), first);
                append_value_text(out, each.value());
                out += '"';
            },
            NameSpelling{&spelled});
        if (!first) out += '}';
    }

    LineOptions options_;
    std::string service_;
    UtcTime time_;
};

}  // namespace

std::unique_ptr<LineWriter> make_ecs_writer(LineOptions options) {
    return std::make_unique<EcsWriter>(std::move(options));
}

}  // namespace ctx::log::detail
