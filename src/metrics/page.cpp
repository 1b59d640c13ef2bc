#include "metrics/protobuf_page.hpp"
#include "metrics/shared_pages.hpp"
#include "metrics/stat_families.hpp"
#include "metrics/target_family.hpp"
#include <ctx/metrics/page.hpp>
#include <ctx/metrics/page_writer.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace ctx {
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
    return format == PageFormat::protobuf ? render_protobuf() : render_text(format);
}

std::string MetricsPage::render_text(PageFormat format) const {
    // Pages of one process change little from scrape to scrape.
    const std::size_t last_size = last_size_.load(std::memory_order_relaxed);
    PageWriter page{format, last_size + last_size / 8 + 4096};
    if (const auto target = detail::target_family(options_.resource)) page.family(*target);
    for (const auto& source : sources())
        source->write(page);
    if (options_.self_metrics) {
        for (const FamilySnapshot& family : detail::to_families(stats()))
            page.family(family);
    }
    std::string body = std::move(page).finish();
    last_size_.store(body.size(), std::memory_order_relaxed);
    return body;
}

std::string MetricsPage::render_protobuf() const {
    std::vector<FamilySnapshot> families = read();
    if (auto target = detail::target_family(options_.resource)) {
        families.insert(families.begin(), *std::move(target));
    }
    if (options_.self_metrics) {
        std::vector<FamilySnapshot> own = detail::to_families(stats());
        std::move(own.begin(), own.end(), std::back_inserter(families));
    }
    return detail::encode_protobuf(families);
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
