#include "metrics/metric_text.hpp"
#include "metrics/page_names.hpp"
#include <ctx/metrics/detail/exemplar_slot.hpp>
#include <ctx/metrics/page_writer.hpp>

#include <string>
#include <utility>

namespace ctx {
namespace {

struct TypeNames {
    std::string_view openmetrics;
    std::string_view text;
    std::string_view text_suffix;  // of the names in TYPE and HELP of the text format
};

TypeNames names_of(MetricType type) noexcept {
    switch (type) {
        case MetricType::counter:
            return {"counter", "counter", "_total"};
        case MetricType::gauge:
            return {"gauge", "gauge", ""};
        case MetricType::histogram:
            return {"histogram", "histogram", ""};
        case MetricType::summary:
            return {"summary", "summary", ""};
        case MetricType::info:
            return {"info", "gauge", "_info"};
        case MetricType::unknown:
            break;
    }
    return {"unknown", "untyped", ""};
}

}  // namespace

PageWriter::PageWriter(PageFormat format, std::size_t expected_bytes)
    : format_(format),
      unix_ms_(detail::coarse_unix_ms()),
      names_(std::make_unique<detail::PageNames>()) {
    text_.reserve(expected_bytes);
}

PageWriter::~PageWriter() = default;

bool PageWriter::begin_family(const FamilyHead& family) {
    if (!names_->claim(family.name, family.type)) return false;
    const TypeNames names = names_of(family.type);
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
