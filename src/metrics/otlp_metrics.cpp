#include "metrics/otlp_points.hpp"
#include "metrics/stat_families.hpp"
#include <ctx/context/stats.hpp>
#include <ctx/metrics/otlp_metrics.hpp>
#include <ctx/tracing/detail/json_text.hpp>
#include <ctx/version.hpp>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace ctx {
namespace {

using detail::append_exponential_point;
using detail::append_histogram_point;
using detail::append_json_key;
using detail::append_json_list;
using detail::append_json_string;
using detail::append_number_point;
using detail::append_summary_point;

WallTime now() noexcept {
    return std::chrono::time_point_cast<WallTime::duration>(std::chrono::system_clock::now());
}

const WallTime loaded_at = now();

/// UCUM's name for a unit of OpenMetrics; the same text if it has none.
std::string_view ucum(std::string_view unit) noexcept {
    static constexpr std::pair<std::string_view, std::string_view> names[] = {
        {"seconds", "s"},      {"milliseconds", "ms"}, {"microseconds", "us"},
        {"nanoseconds", "ns"}, {"minutes", "min"},     {"hours", "h"},
        {"days", "d"},         {"weeks", "wk"},        {"bytes", "By"},
        {"kilobytes", "kBy"},  {"megabytes", "MBy"},   {"gigabytes", "GBy"},
        {"kibibytes", "KiBy"}, {"mebibytes", "MiBy"},  {"gibibytes", "GiBy"},
        {"ratio", "1"},        {"percent", "%"},       {"celsius", "Cel"},
        {"hertz", "Hz"},       {"meters", "m"},        {"grams", "g"},
        {"volts", "V"},        {"amperes", "A"},       {"joules", "J"},
        {"watts", "W"},
    };
    for (const auto& [openmetrics, name] : names) {
        if (unit == openmetrics) return name;
    }
    return unit;
}

bool is_shown(const FamilySnapshot& family) noexcept {
    const bool target = family.type == MetricType::info && family.name == "target";
    return !family.series.empty() && !target;
}

bool is_exponential(const FamilySnapshot& family) noexcept {
    return std::ranges::all_of(family.series,
                               [](const auto& series) { return series.native.has_value(); });
}

template <typename AppendPoint>
void append_data(std::string& out, std::string_view kind, const FamilySnapshot& family,
                 std::string_view rest, AppendPoint append_point) {
    append_json_key(out, kind);
    out += '{';
    append_json_list(out, "dataPoints", family.series, append_point);
    out.append(rest).append("}");
}

void append_data(std::string& out, const FamilySnapshot& family, const OtlpMetricsTimes& times) {
    constexpr std::string_view cumulative = ",\"aggregationTemporality\":2";
    switch (family.type) {
        case MetricType::counter:
            append_data(out, "sum", family, ",\"aggregationTemporality\":2,\"isMonotonic\":true",
                        [&](const SeriesSnapshot& s) { append_number_point(out, s, times, true); });
            return;
        case MetricType::histogram:
            if (is_exponential(family)) {
                append_data(
                    out, "exponentialHistogram", family, cumulative,
                    [&](const SeriesSnapshot& s) { append_exponential_point(out, s, times); });
            } else {
                append_data(out, "histogram", family, cumulative, [&](const SeriesSnapshot& s) {
                    append_histogram_point(out, s, times);
                });
            }
            return;
        case MetricType::summary:
            append_data(out, "summary", family, "",
                        [&](const SeriesSnapshot& s) { append_summary_point(out, s, times); });
            return;
        case MetricType::gauge:
        case MetricType::info:
        case MetricType::unknown:
            break;
    }
    append_data(out, "gauge", family, "",
                [&](const SeriesSnapshot& s) { append_number_point(out, s, times, false); });
}

void append_text(std::string& out, std::string_view key, std::string_view text) {
    if (text.empty()) return;
    append_json_key(out, key);
    append_json_string(out, text);
}

void append_metric(std::string& out, const FamilySnapshot& family, const OtlpMetricsTimes& times) {
    out += '{';
    append_text(out, "name", family.type == MetricType::info ? family.name + "_info" : family.name);
    append_text(out, "description", family.help);
    append_text(out, "unit", ucum(family.unit));
    append_data(out, family, times);
    out += '}';
}

}  // namespace

OtlpMetricsTimes OtlpMetricsTimes::until_now() noexcept {
    return {loaded_at, now()};
}

void append_otlp_json(std::string& out, std::span<const FamilySnapshot> families,
                      const Resource& resource, const OtlpMetricsTimes& times) {
    std::vector<const FamilySnapshot*> shown;
    std::unordered_set<std::string_view>
        names;  // of several with one name, the first, as on a page
    for (const FamilySnapshot& family : families) {
        if (is_shown(family) && names.insert(family.name).second) shown.push_back(&family);
    }
    out += "{\"resourceMetrics\":[{\"resource\":{";
    append_json_list(out, "attributes", resource.attributes(), [&](const auto& attribute) {
        detail::append_text_attribute(out, attribute.first, attribute.second);
    });
    out +=
        "},\"scopeMetrics\":[{\"scope\":{\"name\":\"ctx\",\"version\":\"" CTX_VERSION_STRING "\"}";
    append_json_list(out, "metrics", shown,
                     [&](const FamilySnapshot* family) { append_metric(out, *family, times); });
    out += "}]}]}";
}

void append_otlp_json(std::string& out, const MetricsPage& page, const OtlpMetricsTimes& times) {
    std::vector<FamilySnapshot> families = page.read();
    if (page.options().self_metrics) {
        std::vector<FamilySnapshot> own = detail::to_families(stats());
        std::move(own.begin(), own.end(), std::back_inserter(families));
    }
    append_otlp_json(out, families, page.options().resource, times);
}

}  // namespace ctx
