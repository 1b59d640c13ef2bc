// Loki's push API: each line is the body of one request. Labels are the same for all lines of a
// level; ids, fields and values are structured metadata, whose values are texts.

#include "logging/format/parts.hpp"
#include <ctx/logging/json_text.hpp>

namespace ctx::log::detail {

bool is_loki_name(std::string_view name) noexcept {
    return name == "trace_id" || name == "span_id" || name == "trace_flags" || name == "logger" ||
           name.starts_with("code.");
}

namespace {

class LokiWriter final : public LineWriter {
public:
    explicit LokiWriter(LineOptions options) : options_(std::move(options)) {
        const Resource& resource = options_.resource;
        append_member(head_, "{\"streams\":[{\"stream\":{\"service_name\":\"",
                      resource.service_name());
        const std::string_view environment = resource.find("deployment.environment.name");
        if (!environment.empty()) append_member(head_, ",\"env\":\"", environment);
        head_ += ",\"level\":\"";
    }

    void append(std::string& out, const LogRecord& record, const RecordContext& context) override {
        out += head_;
        out += level_name(record.level);
        out += "\"},\"values\":[[\"" + unix_nanos(record.time);
        append_member(out, "\",\"", record.message);
        std::string metadata;
        if (append_ids(metadata, ",\"trace_id\":\"", "\",\"span_id\":\"", context)) metadata += '"';
        append_texts(metadata, record, context);
        if (!metadata.empty()) {
            metadata.front() = '{';
            out += ',' + metadata + '}';
        }
        out += "]]}]}\n";
    }

private:
    void append_texts(std::string& out, const LogRecord& record,
                      const RecordContext& context) const {
        append_fields(out, context, options_, &is_loki_name);
        for_each_value(context, options_, &is_loki_name, [&out](const ShownValue& each) {
            append_member(out, ",\"", each.name());
            out += ":\"";
            append_value_text(out, each.value());
            out += '"';
        });
        if (!record.logger.empty()) append_member(out, ",\"logger\":\"", record.logger);
        if (record.source.file == nullptr) return;
        append_member(out, ",\"code.file.path\":\"", record.source.file);
        out += ",\"code.line.number\":\"" + std::to_string(record.source.line) + '"';
    }

    LineOptions options_;
    std::string head_;
};

}  // namespace

std::unique_ptr<LineWriter> make_loki_writer(LineOptions options) {
    return std::make_unique<LokiWriter>(std::move(options));
}

}  // namespace ctx::log::detail
