#include "metrics/self_families.hpp"

#include "metrics/metric_text.hpp"
#include <ctx/context/stats.hpp>

#include <map>
#include <string>

namespace ctx::detail {
namespace {

/// Reads up to the closing quote, which it removes too. @return false when there is none.
bool read_quoted(std::string_view& rest, std::string& value) {
    for (std::size_t i = 0; i < rest.size(); ++i) {
        if (rest[i] == '"') {
            rest.remove_prefix(i + 1);
            return true;
        }
        if (rest[i] != '\\' || i + 1 == rest.size()) {
            value += rest[i];
            continue;
        }
        ++i;
        value += rest[i] == 'n' ? '\n' : rest[i];
    }
    return false;
}

}  // namespace

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

std::vector<FamilySnapshot> stats_families() {
    constexpr std::string_view suffix = "_total";
    std::vector<FamilySnapshot> families;
    std::string_view last;
    for (const StatSample& stat : stats()) {
        if (families.empty() || stat.name != last) {
            const bool counter = stat.name.ends_with(suffix);
            std::string_view name = stat.name;
            if (counter) name.remove_suffix(suffix.size());
            families.push_back({.name = std::string(name),
                                .type = counter ? MetricType::counter : MetricType::unknown,
                                .help = std::string(stat.help)});
            last = stat.name;
        }
        families.back().series.push_back(
            {.labels = parse_labels(stat.labels), .value = static_cast<double>(stat.value)});
    }
    return families;
}

std::vector<std::pair<std::string, std::string>> parse_labels(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> labels;
    while (!text.empty()) {
        const std::size_t equals = text.find("=\"");
        if (equals == std::string_view::npos) break;
        std::pair<std::string, std::string> label{std::string(text.substr(0, equals)), {}};
        text.remove_prefix(equals + 2);
        if (!read_quoted(text, label.second)) break;
        labels.push_back(std::move(label));
        if (text.starts_with(',')) text.remove_prefix(1);
    }
    return labels;
}

}  // namespace ctx::detail
