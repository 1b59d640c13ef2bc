#include "metrics/metric_text.hpp"
#include "metrics/shared_pages.hpp"
#include <ctx/context/stats.hpp>
#include <ctx/metrics/page.hpp>
#include <ctx/metrics/page_writer.hpp>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace ctx {
namespace {

/// OpenTelemetry's mapping: one info metric, dots become underscores, attributes that then have
/// one name are joined with ';'.
void write_target(PageWriter& page, const Resource& resource) {
    std::map<std::string, std::string> values;
    for (const auto& [key, value] : resource.attributes()) {
        std::string& joined = values[detail::to_label_name(key)];
        joined = joined.empty() ? value : joined + ";" + value;
    }
    std::string labels;
    for (const auto& [name, value] : values) {
        if (detail::is_label_name(name)) detail::append_label(labels, name, value);
    }
    if (labels.empty()) return;
    const FamilyHead head{"target", MetricType::info, {}, "What is the same for all metrics."};
    if (page.begin_family(head)) page.sample("_info", labels, std::uint64_t{1});
}

void write_stats(PageWriter& page) {
    constexpr std::string_view suffix = "_total";
    std::string_view family;
    bool begun = false;
    for (const StatSample& stat : stats()) {
        const bool counter = stat.name.ends_with(suffix);
        std::string_view name = stat.name;
        if (counter) name.remove_suffix(suffix.size());
        const MetricType type = counter ? MetricType::counter : MetricType::unknown;
        if (stat.name != family) begun = page.begin_family({name, type, {}, stat.help});
        family = stat.name;
        if (begun) page.sample(counter ? suffix : "", stat.labels, stat.value);
    }
}

}  // namespace

MetricsPage::MetricsPage(MetricsPageOptions options)
    : options_(std::move(options)),
      shared_(std::make_unique<detail::SharedPages>(options_.share_for)) {}

MetricsPage::~MetricsPage() = default;

void MetricsPage::add(std::shared_ptr<const MetricSource> source) {
    const std::lock_guard lock{mutex_};
    sources_.push_back(std::move(source));
}

void MetricsPage::remove(const std::shared_ptr<const MetricSource>& source) noexcept {
    const std::lock_guard lock{mutex_};
    sources_.erase(std::remove(sources_.begin(), sources_.end(), source), sources_.end());
}

MetricsPage::Sources MetricsPage::sources() const {
    const std::lock_guard lock{mutex_};
    return sources_;
}

std::string MetricsPage::render(PageFormat format) const {
    // Pages of one process change little from scrape to scrape.
    const std::size_t last_size = last_size_.load(std::memory_order_relaxed);
    PageWriter page{format, last_size + last_size / 8 + 4096};
    write_target(page, options_.resource);
    for (const auto& source : sources())
        source->write(page);
    if (options_.self_metrics) write_stats(page);
    std::string body = std::move(page).finish();
    last_size_.store(body.size(), std::memory_order_relaxed);
    return body;
}

RenderedPage MetricsPage::render(std::string_view accept) const {
    const PageFormat format = negotiate(accept);
    return {content_type(format), render(format)};
}

std::vector<FamilySnapshot> MetricsPage::read() const {
    std::vector<FamilySnapshot> all;
    for (const auto& source : sources()) {
        std::vector<FamilySnapshot> families = source->read();
        std::move(families.begin(), families.end(), std::back_inserter(all));
    }
    return all;
}

}  // namespace ctx
