// Google Cloud's structured logging: special fields of a JSON line on standard output.

#include "logging/format/parts.hpp"
#include <ctx/context/detail/environment.hpp>
#include <ctx/logging/json_text.hpp>

namespace ctx::log::detail {

/// Of the labels, an object of their own.
bool is_gcp_label_name(std::string_view name) noexcept {
    return name == "logger";
}

namespace {

bool is_gcp_name(std::string_view name) noexcept {
    static constexpr std::string_view names[] = {"severity", "time",   "timestamp",
                                                 "message",  "logger", "httpRequest"};
    return std::find(std::begin(names), std::end(names), name) != std::end(names) ||
           name.starts_with("logging.googleapis.com/");
}

std::string_view severity(Level level) noexcept {
    switch (level) {
        case Level::trace:
        case Level::debug:
            return "DEBUG";
        case Level::info:
            return "INFO";
        case Level::warn:
            return "WARNING";
        case Level::error:
            return "ERROR";
        case Level::critical:
            return "CRITICAL";
        case Level::off:
            break;
    }
    return "DEFAULT";
}

std::string project_of(const LineOptions& options) {
    if (!options.gcp_project.empty()) return options.gcp_project;
    return std::string{ctx::detail::environment("GOOGLE_CLOUD_PROJECT")};
}

class GcpWriter final : public LineWriter {
public:
    explicit GcpWriter(LineOptions options) : options_(std::move(options)) {
        const std::string project = project_of(options_);
        trace_prefix_ = ",\"logging.googleapis.com/trace\":\"";
        if (project.empty()) return;
        trace_prefix_ += "projects/";
        append_json_text(trace_prefix_, project);
        trace_prefix_ += "/traces/";
    }

    void append(std::string& out, const LogRecord& record, const RecordContext& context) override {
        out += "{\"severity\":\"";
        out += severity(record.level);
        out += "\",\"time\":\"";
        append_micros(out, time_, record.time);
        append_member(out, "\",\"message\":\"", record.message);
        append_trace(out, context);
        append_labels(out, record, context);
        append_source(out, record);
        for_each_value(context, options_, &is_gcp_name, [&out](const ShownValue& each) {
            append_member(out, ",\"", each.name());
            out += ':';
            append_json_value(out, each.value());
        });
        out += "}\n";
    }

private:
    void append_trace(std::string& out, const RecordContext& context) const {
        if (!append_ids(out, trace_prefix_, "\",\"logging.googleapis.com/spanId\":\"", context)) {
            return;
        }
        out += "\",\"logging.googleapis.com/trace_sampled\":";
        out += context.flags.sampled() ? "true" : "false";
    }
    void append_labels(std::string& out, const LogRecord& record,
                       const RecordContext& context) const {
        std::string labels;
        if (!record.logger.empty()) append_member(labels, ",\"logger\":\"", record.logger);
        append_fields(labels, context, options_, &is_gcp_label_name);
        if (labels.empty()) return;
        labels.front() = '{';
        out += ",\"logging.googleapis.com/labels\":" + labels + '}';
    }
    static void append_source(std::string& out, const LogRecord& record) {
        if (record.source.file == nullptr) return;
        append_member(out, ",\"logging.googleapis.com/sourceLocation\":{\"file\":\"",
                      record.source.file);
        out += ",\"line\":\"" + std::to_string(record.source.line);
        append_member(out, "\",\"function\":\"", text_of(record.source.function));
        out += '}';
    }

    LineOptions options_;
    std::string trace_prefix_;
    UtcTime time_;
};

}  // namespace

std::unique_ptr<LineWriter> make_gcp_writer(LineOptions options) {
    return std::make_unique<GcpWriter>(std::move(options));
}

}  // namespace ctx::log::detail
