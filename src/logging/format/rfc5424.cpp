// Syslog (RFC 5424), with the structured data that OpenTelemetry names for trace contexts.

#include "logging/format/parts.hpp"

#include <unistd.h>

#include <array>

namespace ctx::log::detail {
namespace {

constexpr int user_facility = 1;
constexpr std::size_t max_name = 32;

constexpr bool no_name_is_taken(std::string_view /*name*/) noexcept {
    return false;  // an element of their own
}

bool is_printable(char c) noexcept {
    return c > 0x20 && c < 0x7f;
}

/// A header field: visible ASCII, `-` when there is nothing.
std::string header_field(std::string_view text, std::size_t limit) {
    std::string field{text.substr(0, limit)};
    std::replace_if(
        field.begin(), field.end(), [](char c) { return !is_printable(c); }, '_');
    return field.empty() ? "-" : field;
}

std::string host_name(const Resource& resource) {
    if (const auto host = resource.find("host.name"); !host.empty()) return std::string{host};
    std::array<char, 256> name{};
    return gethostname(name.data(), name.size() - 1) == 0 ? std::string{name.data()} : "";
}

char spelled(char c) noexcept {
    return is_printable(c) && c != '=' && c != ']' && c != '"' ? c : '_';
}

/// ` name="text"`. Control characters are escaped so that the line stays one.
void append_parameter(std::string& out, std::string_view name, std::string_view text) {
    out += ' ';
    if (name.empty()) name = "_";
    for (const char c : name.substr(0, max_name))
        out += spelled(c);
    out += "=\"";
    std::string visible;
    append_visible(visible, text);
    for (const char c : visible) {
        if (c == '"' || c == '\\' || c == ']') out += '\\';
        out += c;
    }
    out += '"';
}

class SyslogWriter final : public LineWriter {
public:
    explicit SyslogWriter(LineOptions options)
        : options_(std::move(options)),
          element_(header_field(options_.syslog_element, max_name)),
          host_(header_field(host_name(options_.resource), 255)),
          service_(options_.resource.service_name()) {
        std::replace_if(
            element_.begin(), element_.end(),
            [](char c) { return c == '=' || c == ']' || c == '"'; }, '_');
    }

    void append(std::string& out, const LogRecord& record, const RecordContext& context) override {
        out += '<' + std::to_string(user_facility * 8 + syslog_severity(record.level)) + ">1 ";
        append_micros(out, time_, record.time);
        const std::string_view application = service_.empty() ? record.logger : service_;
        out += ' ' + host_ + ' ' + header_field(application, 48) + ' ' + std::to_string(getpid()) +
               ' ' + header_field(record.logger, 32) + ' ';
        append_structured_data(out, context);
        out += ' ';
        append_visible(out, record.message);
        out += '\n';
    }

private:
    void append_structured_data(std::string& out, const RecordContext& context) const {
        const std::size_t before = out.size();
        if (append_ids(out, "[opentelemetry trace_id=\"", "\" span_id=\"", context)) {
            out += "\" trace_flags=\"";
            append_flags(out, context.flags);
            out += "\"]";
        }
        std::string parameters;
        append_parameters(parameters, context);
        if (!parameters.empty()) out += '[' + element_ + parameters + ']';
        if (out.size() == before) out += '-';
    }
    void append_parameters(std::string& out, const RecordContext& context) const {
        for_each_field(context, options_, &no_name_is_taken,
                       [&out](std::string_view name, std::string_view text) {
                           append_parameter(out, unescaped(name), unescaped(text));
                       });
        for_each_value(
            context, options_, &no_name_is_taken,
            [&out](const ShownValue& each) {
                append_parameter(out, each.name(), plain_text(each.value()));
            },
            NameSpelling{&spelled, max_name});
    }

    LineOptions options_;
    std::string element_;
    std::string host_;
    std::string service_;
    UtcTime time_;
};

}  // namespace

std::unique_ptr<LineWriter> make_rfc5424_writer(LineOptions options) {
    return std::make_unique<SyslogWriter>(std::move(options));
}

}  // namespace ctx::log::detail
