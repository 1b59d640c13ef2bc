// ctx/metrics/page.hpp: the page that Prometheus scrapes, without any transport.
//
//     ctx::MetricsPage page{{.resource = ctx::Resource::from_environment()}};
//     page.add(rides);
//     page.add(latency);
//     auto [content_type, body] = page.render(request["Accept"]);   // answer with these
//
// Servers are answered with answer(), which shares and compresses: scrape.hpp.
//
// Threads   Everything is safe from any thread. Rendering holds no lock that an update or the
//           creation of a series needs: a scraper that never reads its answer delays nobody.
// Errors    A family whose name is taken by one before it is left out, counted
//           (`ctx_metrics_families_dropped_total`) and reported: a page with it would be refused
//           as a whole. std::bad_alloc.
// Cost      100 to 200 ns per series with its exemplar, one buffer: bench/metrics_bench.cpp.
//           answer() keeps the last page of each format in memory.

#pragma once

#include <ctx/context/resource.hpp>
#include <ctx/export.hpp>
#include <ctx/metrics/page_format.hpp>
#include <ctx/metrics/scrape.hpp>
#include <ctx/metrics/source.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace ctx {

namespace detail {
class PageWork;
class SharedPages;
}  // namespace detail

struct MetricsPageOptions {
    /// Shown as `target_info`, if it has attributes.
    Resource resource{};
    /// Shows ctx::stats() as counters, and what rendering the page took so far.
    bool self_metrics = true;
    /// Lets answer() compress pages of at least 1 KiB for who accepts it.
    bool gzip = true;
    /// How old a page may be that answer() gives to the next scraper; who comes while one is being
    /// rendered waits for it. 0: each scraper has his own.
    std::chrono::milliseconds share_for{100};
};

/// What to answer to a scrape.
struct RenderedPage {
    std::string_view content_type;  ///< static
    std::string body;
};

class CTX_EXPORT MetricsPage {
public:
    explicit MetricsPage(MetricsPageOptions options = {});
    MetricsPage(const MetricsPage&) = delete;
    MetricsPage& operator=(const MetricsPage&) = delete;
    ~MetricsPage();

    /// Sources appear in the order in which they were added. The page shares their ownership.
    void add(std::shared_ptr<const MetricSource> source);
    void remove(const std::shared_ptr<const MetricSource>& source) noexcept;

    /// Renders in the format that negotiate() chooses.
    [[nodiscard]] RenderedPage render(std::string_view accept) const;
    [[nodiscard]] std::string render(PageFormat format) const;

    /// What to send back to a scraper: the page for GET and HEAD, 405 for other methods, 500 when a
    /// source throws. Not to be called from a source's write(), which it may have to wait for.
    [[nodiscard]] ScrapeAnswer answer(const ScrapeRequest& request) const;

    [[nodiscard]] const MetricsPageOptions& options() const noexcept { return options_; }

    /// All sources' families as plain data, without target_info and self metrics.
    [[nodiscard]] std::vector<FamilySnapshot> read() const;

private:
    using Sources = std::vector<std::shared_ptr<const MetricSource>>;
    [[nodiscard]] Sources sources() const;
    [[nodiscard]] std::string render_text(PageFormat format) const;
    [[nodiscard]] std::string render_protobuf() const;
    [[nodiscard]] std::vector<FamilySnapshot> self_families() const;

    MetricsPageOptions options_;
    mutable std::mutex mutex_;  // of the list only
    Sources sources_;
    std::unique_ptr<detail::PageWork> work_;
    std::unique_ptr<detail::SharedPages> shared_;
};

}  // namespace ctx
