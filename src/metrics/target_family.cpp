#include "metrics/target_family.hpp"

#include "metrics/metric_text.hpp"

#include <map>
#include <string>

namespace ctx::detail {

std::optional<FamilySnapshot> target_family(const Resource& resource) {
    // OpenTelemetry's mapping: dots become underscores, attributes that then have one name are
    // joined with ';'.
    std::map<std::string, std::string> values;
    for (const auto& [key, value] : resource.attributes()) {
        std::string& joined = values[to_label_name(key)];
        joined = joined.empty() ? value : joined + ";" + value;
    }
    FamilySnapshot family{
        .name = "target", .type = MetricType::info, .help = "What is the same for all metrics."};
    SeriesSnapshot& series = family.series.emplace_back();
    series.value = 1;
    for (auto& [name, value] : values) {
        if (is_label_name(name) && !value.empty()) series.labels.emplace_back(name, value);
    }
    if (series.labels.empty()) return std::nullopt;
    return family;
}

}  // namespace ctx::detail
