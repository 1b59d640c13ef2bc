#include "propagation/text.hpp"
#include <ctx/propagation/response.hpp>
#include <ctx/propagation/traceparent.hpp>

#include <cstddef>

namespace ctx {
namespace {

constexpr std::size_t max_header = 8192;

/// Takes the text up to `separator` off `rest`; one inside of quotes separates nothing (RFC 9110
/// 5.6.4).
std::string_view next_unquoted(std::string_view& rest, char separator) noexcept {
    bool quoted = false;
    std::size_t i = 0;
    for (; i < rest.size() && (quoted || rest[i] != separator); ++i) {
        if (rest[i] == '"') quoted = !quoted;
        if (quoted && rest[i] == '\\') ++i;
    }
    const std::size_t end = i < rest.size() ? i : rest.size();
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(end == rest.size() ? end : end + 1);
    return part;
}

std::string_view unquoted(std::string_view text) noexcept {
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
        return text.substr(1, text.size() - 2);
    }
    return text;
}

bool is_trace_metric(std::string_view metric) noexcept {
    return detail::equals_ignoring_case(detail::trim_ows(metric.substr(0, metric.find(';'))),
                                        "trace");
}

std::optional<SpanContext> read_metric(std::string_view metric) noexcept {
    if (!is_trace_metric(metric)) return std::nullopt;
    next_unquoted(metric, ';');
    while (!metric.empty()) {
        std::string_view value = next_unquoted(metric, ';');
        const std::string_view name = detail::trim_ows(detail::next_part(value, '='));
        if (!detail::equals_ignoring_case(name, "desc")) continue;
        return parse_traceparent(unquoted(detail::trim_ows(value)));
    }
    return std::nullopt;
}

std::string_view write_ids(ContextView context, char (&text)[traceparent_size]) noexcept {
    write_traceparent(context.trace_id(), context.span_id(), context.flags(), text);
    return {text, sizeof text};
}

}  // namespace

std::optional<SpanContext> parse_server_timing(std::string_view value) noexcept {
    value = value.substr(0, max_header);
    while (!value.empty()) {
        if (auto span = read_metric(next_unquoted(value, ','))) return span;
    }
    return std::nullopt;
}

std::optional<SpanContext> detail::read_response(const CarrierReader& from) {
    std::optional<SpanContext> found;
    std::size_t lines = 0;
    from.find("traceresponse", [&](std::string_view line) {
        ++lines;
        found = lines == 1 ? parse_traceparent(line) : std::nullopt;  // more than one is none
    });
    if (found) return found;
    from.find("server-timing", [&found](std::string_view line) {
        if (!found) found = parse_server_timing(line);
    });
    return found;
}

void detail::write_traceresponse(ContextView context, const CarrierWriter& into) {
    if (!has_span(context)) return into.remove("traceresponse");
    char text[traceparent_size];
    into.set("traceresponse", write_ids(context, text));
}

std::string detail::other_metrics(const CarrierReader& from) {
    std::string others;
    from.find("server-timing", [&others](std::string_view line) {
        while (!line.empty()) {
            const std::string_view metric = trim_ows(next_unquoted(line, ','));
            if (metric.empty() || is_trace_metric(metric)) continue;
            if (!others.empty()) others += ", ";
            others += metric;
        }
    });
    return others;
}

void detail::write_server_timing(ContextView context, std::string_view others,
                                 const CarrierWriter& into) {
    std::string value;
    if (has_span(context)) {
        // In front: another one may end in an open quote, which swallows what follows.
        char text[traceparent_size];
        value.append("trace;desc=").append(write_ids(context, text));
        if (!others.empty()) value += ", ";
    }
    value += others;
    return value.empty() ? into.remove("server-timing") : into.set("server-timing", value);
}

}  // namespace ctx
