#include "metrics/metric_text.hpp"
#include <ctx/baggage/utf8.hpp>
#include <ctx/metrics/info.hpp>
#include <ctx/metrics/page_writer.hpp>

#include <absl/status/status.h>

#include <set>
#include <string_view>

namespace ctx {
namespace {

absl::Status refuse(const InfoOptions& options, const std::string& reason) {
    return absl::InvalidArgumentError("family " + options.name + ": " + reason);
}

absl::Status check(const InfoOptions& options) {
    if (!detail::is_metric_name(options.name)) {
        return refuse(options, "the name is not [a-zA-Z_:][a-zA-Z0-9_:]*");
    }
    if (!is_valid_utf8(options.help)) return refuse(options, "the help is no UTF-8");
    std::set<std::string_view> names;
    for (const auto& [name, value] : options.labels) {
        if (!detail::is_label_name(name)) {
            return refuse(options, "label " + name + " is not [a-zA-Z_][a-zA-Z0-9_]*, or reserved");
        }
        if (!names.insert(name).second) return refuse(options, "label " + name + " is there twice");
    }
    return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::shared_ptr<InfoFamily>> InfoFamily::create(InfoOptions options) {
    constexpr std::string_view suffix = "_info";
    if (options.name.ends_with(suffix)) options.name.resize(options.name.size() - suffix.size());
    if (auto status = check(options); !status.ok()) return status;
    FamilySnapshot family{
        .name = std::move(options.name), .type = MetricType::info, .help = std::move(options.help)};
    SeriesSnapshot& series = family.series.emplace_back();
    series.labels = std::move(options.labels);
    series.value = 1;
    return std::shared_ptr<InfoFamily>{new InfoFamily{std::move(family)}};
}

void InfoFamily::write(PageWriter& page) const {
    page.family(family_);
}

}  // namespace ctx
