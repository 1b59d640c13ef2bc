#include <ctx/metrics/page_format.hpp>

#include <cstddef>
#include <optional>

namespace ctx {
namespace {

constexpr std::size_t max_header_bytes = 4096;

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const char upper = a[i];
        const char lower = upper >= 'A' && upper <= 'Z' ? static_cast<char>(upper + 32) : upper;
        if (lower != b[i]) return false;
    }
    return true;
}

std::string_view trimmed(std::string_view text) noexcept {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

/// Cuts off what stands before the next `separator` that is not within quotes.
std::string_view next_part(std::string_view& rest, char separator) noexcept {
    bool quoted = false;
    std::size_t i = 0;
    for (; i < rest.size(); ++i) {
        if (quoted && rest[i] == '\\') {
            ++i;
        } else if (rest[i] == '"') {
            quoted = !quoted;
        } else if (rest[i] == separator && !quoted) {
            break;
        }
    }
    if (i > rest.size()) i = rest.size();
    const std::string_view part = rest.substr(0, i);
    rest.remove_prefix(i < rest.size() ? i + 1 : i);
    return trimmed(part);
}

/// RFC 9110 section 12.4.2: 0 to 1 with up to three decimals, in thousandths.
std::optional<int> parse_weight(std::string_view text) noexcept {
    if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return {};
    int weight = (text[0] - '0') * 1000;
    if (text.size() > 1 && text[1] != '.') return {};
    int unit = 100;
    for (std::size_t i = 2; i < text.size(); ++i, unit /= 10) {
        if (text[i] < '0' || text[i] > '9') return {};
        weight += (text[i] - '0') * unit;
    }
    if (weight > 1000) return {};
    return weight;
}

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
    accept = accept.substr(0, max_header_bytes);
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
