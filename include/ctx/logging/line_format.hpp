// ctx/logging/line_format.hpp: a log record as a line for one of the places that lines go to.
//
//     ctx::log::LineOptions options;
//     options.resource = ctx::Resource::from_environment();
//     const auto lines = ctx::log::make_line_writer(ctx::log::LineFormat::ecs, options);
//     lines->append(out, record, context);
//
// | format    | for                                | ids                                       |
// |-----------|------------------------------------|-------------------------------------------|
// | json      | OpenTelemetry's names              | trace_id, span_id, trace_flags            |
// | logfmt    | Loki, Heroku, people               | trace_id=… span_id=…                      |
// | ecs       | Elastic Common Schema 1.2          | trace.id, span.id                         |
// | otlp_json | OTLP/JSON, one LogsData a line     | traceId, spanId, flags                    |
// | gcp       | Google Cloud's structured logging  | logging.googleapis.com/trace, …/spanId    |
// | datadog   | Datadog                            | dd.trace_id, dd.span_id                   |
// | loki      | Loki's push API, one body a line   | structured metadata, never labels         |
// | rfc5424   | syslog                             | [opentelemetry trace_id="…" …]            |
// | console   | people at a terminal               | trace=4bf92f35 span=00f067aa              |
//
// Ids are lower-case hexadecimal (Datadog's span ids decimal) and never the all-zero id: a record without a request has none.
// Errors of err() become what a format calls them (`error.type`, `error.kind`).
//
// Threads   A writer belongs to one thread at a time.
// Errors    Any bytes in any text give one line, ended by '\n', without control characters but
//           the console's colours;
//           ill-formed UTF-8 becomes U+FFFD. append() throws std::bad_alloc only.
// Cost      json has a way of its own, which is faster (ctx/logging/json_line.hpp); the others
//           append piece by piece to the string.

#pragma once

#include <ctx/context/resource.hpp>
#include <ctx/export.hpp>
#include <ctx/logging/json_line.hpp>
#include <ctx/logging/record_context.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ctx::log {

enum class LineFormat : std::uint8_t {
    json,
    logfmt,
    ecs,
    otlp_json,
    gcp,
    datadog,
    loki,
    rfc5424,
    console,
};

struct LineOptions {
    /// Only fields of these names; empty: all that are declared.
    std::vector<std::string> only_fields = {};
    /// Values whose name has one of these in it, in any case, are shown as ***.
    std::vector<std::string> secret_names = default_secret_names();
    /// Service, version, environment, host: each format takes what it has a place for.
    Resource resource = {};
    /// Attributes of the resource that each line of `json` repeats.
    std::vector<std::string> resource_attributes = {};
    /// gcp: the project of traces; empty: the environment's GOOGLE_CLOUD_PROJECT. Without one the
    /// bare trace id is written, which Google does not link.
    std::string gcp_project = {};
    /// rfc5424: the structured data element of fields and values (SD-ID, RFC 5424 6.3.2).
    std::string syslog_element = "ctx@32473";
    /// console: colours.
    bool color = false;
};

class CTX_EXPORT LineWriter {
public:
    virtual ~LineWriter() = default;

    /// Appends the record as one line with '\n' at its end.
    virtual void append(std::string& out, const LogRecord& record,
                        const RecordContext& context) = 0;

protected:
    LineWriter() = default;
    LineWriter(const LineWriter&) = default;
    LineWriter& operator=(const LineWriter&) = default;
};

/// Whether lines of this format have the name for themselves: a field that is logged under it is not
/// shown, and counted (`ctx_logging_refused_fields_total`).
[[nodiscard]] CTX_EXPORT bool is_reserved_name(LineFormat format, std::string_view name) noexcept;

[[nodiscard]] CTX_EXPORT std::unique_ptr<LineWriter> make_line_writer(LineFormat format,
                                                                      LineOptions options = {});

/// Whether a terminal at `file_descriptor` gets colours: not with NO_COLOR, always with
/// CLICOLOR_FORCE other than 0, else if it is one and TERM is not "dumb".
[[nodiscard]] CTX_EXPORT bool wants_color(int file_descriptor) noexcept;

}  // namespace ctx::log
