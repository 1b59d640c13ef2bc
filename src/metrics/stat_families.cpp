#include "metrics/stat_families.hpp"

namespace ctx::detail {
namespace {

/// Takes a quoted text, without its quotes, from the front of `rest`. @return false: there is none.
bool take_quoted(std::string_view& rest, std::string& value) {
    if (!rest.starts_with('"')) return false;
    for (std::size_t i = 1; i < rest.size(); ++i) {
        if (rest[i] == '"') {
            rest.remove_prefix(i + 1);
            return true;
        }
        if (rest[i] == '\\' && i + 1 < rest.size()) {
            ++i;
            value += rest[i] == 'n' ? '\n' : rest[i];
        } else {
            value += rest[i];
        }
    }
    return false;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> parse_labels(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> labels;
    while (!text.empty()) {
        const std::size_t equals = text.find('=');
        if (equals == std::string_view::npos) break;
        const std::string_view name = text.substr(0, equals);
        text.remove_prefix(equals + 1);
        std::string value;
        if (!take_quoted(text, value)) break;
        labels.emplace_back(name, std::move(value));
        if (text.starts_with(',')) text.remove_prefix(1);
    }
    return labels;
}

std::vector<FamilySnapshot> to_families(std::span<const StatSample> samples) {
    constexpr std::string_view suffix = "_total";
    std::vector<FamilySnapshot> families;
    std::string_view last;
    for (const StatSample& sample : samples) {
        if (families.empty() || sample.name != last) {
            const bool counter = sample.name.ends_with(suffix);
            FamilySnapshot& family = families.emplace_back();
            family.name = sample.name.substr(0, sample.name.size() - (counter ? suffix.size() : 0));
            family.type = counter ? MetricType::counter : MetricType::unknown;
            family.help = sample.help;
            last = sample.name;
        }
        SeriesSnapshot& series = families.back().series.emplace_back();
        series.labels = parse_labels(sample.labels);
        series.value = static_cast<double>(sample.value);
    }
    return families;
}

}  // namespace ctx::detail
