#include "metrics/http_values.hpp"
#include <ctx/metrics/page_format.hpp>

#include <optional>

namespace ctx {
namespace {

using detail::equals_ignoring_case;
using detail::next_part;
using detail::parse_weight;
using detail::trimmed;

struct Range {
    std::string_view type;
    std::string_view version;
    std::string_view proto;
    std::string_view encoding;
    int weight = 1000;
    bool well_formed = true;
};

Range parse_range(std::string_view text) noexcept {
    Range range;
    range.type = next_part(text, ';');
    while (!text.empty()) {
        std::string_view value = next_part(text, ';');
        const std::string_view name = next_part(value, '=');
        value = trimmed(value);
        if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
            value = value.substr(1, value.size() - 2);
        }
        if (equals_ignoring_case(name, "version")) {
            range.version = value;
        } else if (equals_ignoring_case(name, "proto")) {
            range.proto = value;
        } else if (equals_ignoring_case(name, "encoding")) {
            range.encoding = value;
        } else if (equals_ignoring_case(name, "q")) {
            const auto weight = parse_weight(value);
            range.well_formed = weight.has_value();
            range.weight = weight.value_or(0);
            break;  // what follows q belongs to the header, not to the media type
        }
    }
    return range;
}

std::optional<PageFormat> format_of(const Range& range) noexcept {
    if (!range.well_formed) return {};
    if (equals_ignoring_case(range.type, "application/openmetrics-text")) {
        if (range.version == "1.0.0") return PageFormat::openmetrics_1_0_0;
        if (range.version.empty() || range.version == "0.0.1") {
            return PageFormat::openmetrics_0_0_1;
        }
        return {};
    }
    if (equals_ignoring_case(range.type, "application/vnd.google.protobuf")) {
        const bool known = range.proto == "io.prometheus.client.MetricFamily" &&
                           equals_ignoring_case(range.encoding, "delimited");
        return known ? std::optional{PageFormat::protobuf} : std::nullopt;
    }
    const bool plain = equals_ignoring_case(range.type, "text/plain") &&
                       (range.version.empty() || range.version == "0.0.4");
    const bool any = equals_ignoring_case(range.type, "text/*") || range.type == "*/*";
    if (plain || any) return PageFormat::text;
    return {};
}

}  // namespace

PageFormat negotiate(std::string_view accept) noexcept {
    accept = accept.substr(0, detail::max_header_bytes);
    PageFormat best = PageFormat::text;
    int best_weight = 0;
    while (!accept.empty()) {
        const Range range = parse_range(next_part(accept, ','));
        const auto format = format_of(range);
        if (format && range.weight > best_weight) {
            best = *format;
            best_weight = range.weight;
        }
    }
    return best;
}

std::string_view content_type(PageFormat format) noexcept {
    switch (format) {
        case PageFormat::openmetrics_1_0_0:
            return "application/openmetrics-text; version=1.0.0; charset=utf-8";
        case PageFormat::openmetrics_0_0_1:
            return "application/openmetrics-text; version=0.0.1; charset=utf-8";
        case PageFormat::protobuf:
            return "application/vnd.google.protobuf; "
                   "proto=io.prometheus.client.MetricFamily; encoding=delimited";
        case PageFormat::text:
            break;
    }
    return "text/plain; version=0.0.4; charset=utf-8";
}

}  // namespace ctx
