#include "logging/format/parts.hpp"
#include <ctx/logging/json_line.hpp>

namespace ctx::log {
namespace detail {
namespace {

class JsonLineWriter final : public LineWriter {
public:
    explicit JsonLineWriter(std::shared_ptr<const JsonLines::Options> options)
        : lines_(std::move(options)) {}

    void append(std::string& out, const LogRecord& record, const RecordContext& context) override {
        lines_.append(out, record, context);
    }

private:
    JsonLines lines_;
};

}  // namespace

std::unique_ptr<LineWriter> make_json_writer(LineOptions options) {
    auto lines = std::make_shared<JsonLines::Options>();
    lines->resource_members = json_resource_members(options.resource, options.resource_attributes);
    lines->only_fields = std::move(options.only_fields);
    lines->secret_names = std::move(options.secret_names);
    return std::make_unique<JsonLineWriter>(std::move(lines));
}

}  // namespace detail

bool is_reserved_name(LineFormat format, std::string_view name) noexcept {
    if (is_reserved_name(name)) return true;
    switch (format) {
        case LineFormat::logfmt:
            return detail::is_logfmt_name(name);
        case LineFormat::gcp:
            return detail::is_gcp_label_name(name);
        case LineFormat::datadog:
            return detail::is_datadog_name(name);
        case LineFormat::loki:
            return detail::is_loki_name(name);
        case LineFormat::console:
            return detail::is_console_name(name);
        case LineFormat::json:
        case LineFormat::ecs:
        case LineFormat::otlp_json:
        case LineFormat::rfc5424:
            break;
    }
    return false;
}

std::unique_ptr<LineWriter> make_line_writer(LineFormat format, LineOptions options) {
    switch (format) {
        case LineFormat::json:
            break;
        case LineFormat::logfmt:
            return detail::make_logfmt_writer(std::move(options));
        case LineFormat::ecs:
            return detail::make_ecs_writer(std::move(options));
        case LineFormat::otlp_json:
            return detail::make_otlp_writer(std::move(options));
        case LineFormat::gcp:
            return detail::make_gcp_writer(std::move(options));
        case LineFormat::datadog:
            return detail::make_datadog_writer(std::move(options));
        case LineFormat::loki:
            return detail::make_loki_writer(std::move(options));
        case LineFormat::rfc5424:
            return detail::make_rfc5424_writer(std::move(options));
        case LineFormat::console:
            return detail::make_console_writer(std::move(options));
    }
    return detail::make_json_writer(std::move(options));
}

}  // namespace ctx::log
