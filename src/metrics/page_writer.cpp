#include "metrics/dropped.hpp"
#include "metrics/metric_text.hpp"
#include <ctx/metrics/detail/exemplar_slot.hpp>
#include <ctx/metrics/page_writer.hpp>

#include <array>
#include <string>
#include <unordered_set>
#include <utility>

namespace ctx {
namespace {

struct TypeNames {
    std::string_view openmetrics;
    std::string_view text;
    std::string_view text_suffix;  // of the names in TYPE and HELP of the text format
    std::array<std::string_view, 4> sample_suffixes;
};

// OpenMetrics 1.0 "Suffixes": what a family of each type may put behind its name. `_created` is
// never written, but belongs to the family all the same.
const TypeNames& names_of(MetricType type) noexcept {
    static constexpr TypeNames counter{"counter", "counter", "_total", {"_total", "_created"}};
    static constexpr TypeNames gauge{"gauge", "gauge", "", {}};
    static constexpr TypeNames histogram{
        "histogram", "histogram", "", {"_bucket", "_count", "_sum", "_created"}};
    static constexpr TypeNames summary{"summary", "summary", "", {"_count", "_sum", "_created"}};
    static constexpr TypeNames info{"info", "gauge", "_info", {"_info"}};
    static constexpr TypeNames unknown{"unknown", "untyped", "", {}};
    switch (type) {
        case MetricType::counter:
            return counter;
        case MetricType::gauge:
            return gauge;
        case MetricType::histogram:
            return histogram;
        case MetricType::summary:
            return summary;
        case MetricType::info:
            return info;
        case MetricType::unknown:
            break;
    }
    return unknown;
}

}  // namespace

struct PageWriter::Names {
    std::unordered_set<std::string> taken;
    std::unordered_set<std::string> series;  // label sets of the family being written
};

PageWriter::PageWriter(PageFormat format, std::size_t expected_bytes)
    : format_(format), unix_ms_(detail::coarse_unix_ms()), names_(std::make_unique<Names>()) {
    text_.reserve(expected_bytes);
}

PageWriter::~PageWriter() = default;

bool PageWriter::begin_family(const FamilyHead& family) {
    const TypeNames& names = names_of(family.type);
    if (!detail::is_metric_name(family.name)) {
        detail::drop_family(family.name, "the name is not allowed");
        return false;
    }
    std::vector<std::string> wanted{std::string(family.name)};
    for (const std::string_view suffix : names.sample_suffixes) {
        if (!suffix.empty()) wanted.push_back(std::string(family.name) + std::string(suffix));
    }
    for (const std::string& name : wanted) {
        if (names_->taken.contains(name)) {
            detail::drop_family(family.name, "another family of the page has the name " + name);
            return false;
        }
    }
    names_->taken.insert(wanted.begin(), wanted.end());
    name_ = family.name;

    const std::string_view shown_suffix = openmetrics() ? std::string_view{} : names.text_suffix;
    const auto line = [&](std::string_view keyword) {
        text_.append("# ").append(keyword).append(" ");
        text_.append(name_).append(shown_suffix).append(" ");
    };
    line("TYPE");
    text_.append(openmetrics() ? names.openmetrics : names.text).append("\n");
    const bool may_have_unit = openmetrics() && family.type != MetricType::info;
    if (may_have_unit && !family.unit.empty() && name_.ends_with("_" + std::string(family.unit))) {
        line("UNIT");
        text_.append(family.unit).append("\n");
    }
    if (!family.help.empty()) {
        line("HELP");
        openmetrics() ? detail::append_escaped(text_, family.help)
                      : detail::append_text_help(text_, family.help);
        text_ += '\n';
    }
    return true;
}

void PageWriter::begin_sample(std::string_view suffix, std::string_view labels) {
    text_.append(name_).append(suffix);
    if (!labels.empty()) text_.append("{").append(labels).append("}");
    text_ += ' ';
}

void PageWriter::sample(std::string_view suffix, std::string_view labels, double value) {
    begin_sample(suffix, labels);
    detail::append_number(text_, value);
    text_ += '\n';
}

void PageWriter::sample(std::string_view suffix, std::string_view labels, std::uint64_t value) {
    begin_sample(suffix, labels);
    detail::append_number(text_, value);
    text_ += '\n';
}

std::string PageWriter::finish() && {
    if (openmetrics()) text_ += "# EOF\n";
    return std::move(text_);
}

}  // namespace ctx
