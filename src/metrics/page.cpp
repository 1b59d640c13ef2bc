#include "metrics/page_work.hpp"
#include "metrics/protobuf_page.hpp"
#include "metrics/shared_pages.hpp"
#include "metrics/stat_families.hpp"
#include "metrics/target_family.hpp"
#include <ctx/metrics/page.hpp>
#include <ctx/metrics/page_writer.hpp>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace ctx {

MetricsPage::MetricsPage(MetricsPageOptions options)
    : options_(std::move(options)),
      work_(std::make_unique<detail::PageWork>()),
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
    const auto begin = std::chrono::steady_clock::now();
    std::string body = format == PageFormat::protobuf ? render_protobuf() : render_text(format);
    work_->add(std::chrono::steady_clock::now() - begin, body.size());
    return body;
}

std::string MetricsPage::render_text(PageFormat format) const {
    // Pages of one process change little from scrape to scrape.
    const std::size_t last_size = work_->last_bytes();
    PageWriter page{format, last_size + last_size / 8 + 4096};
    if (const auto target = detail::target_family(options_.resource)) page.family(*target);
    for (const auto& source : sources())
        source->write(page);
    for (const FamilySnapshot& family : self_families())
        page.family(family);
    return std::move(page).finish();
}

std::string MetricsPage::render_protobuf() const {
    std::vector<FamilySnapshot> families = read();
    if (auto target = detail::target_family(options_.resource)) {
        families.insert(families.begin(), *std::move(target));
    }
    std::vector<FamilySnapshot> own = self_families();
    std::move(own.begin(), own.end(), std::back_inserter(families));
    return detail::encode_protobuf(families);
}

std::vector<FamilySnapshot> MetricsPage::self_families() const {
    if (!options_.self_metrics) return {};
    std::vector<FamilySnapshot> families = detail::to_families(stats());
    std::vector<FamilySnapshot> work = work_->families();
    std::move(work.begin(), work.end(), std::back_inserter(families));
    return families;
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
