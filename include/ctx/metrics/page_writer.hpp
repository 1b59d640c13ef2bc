// ctx/metrics/page_writer.hpp: writes one page, for those who implement a MetricSource.
//
//     void MySource::write(ctx::PageWriter& page) const {
//         if (!page.begin_family({.name = "queue_depth", .type = ctx::MetricType::gauge})) return;
//         page.sample("", {}, depth());
//     }
//
// Threads   One thread.
// Errors    begin_family() refuses a name that would make the page invalid. std::bad_alloc.
// Cost      Appends to one string.

#pragma once

#include <ctx/export.hpp>
#include <ctx/metrics/page_format.hpp>
#include <ctx/metrics/source.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace ctx {

namespace detail {
class PageNames;
}  // namespace detail

/// What stands above the samples of a family. `name` as in FamilySnapshot.
struct FamilyHead {
    std::string_view name;
    MetricType type = MetricType::unknown;
    std::string_view unit{};
    std::string_view help{};
};

/// How bounds of somebody else's histograms are spelled.
enum class LeStyle : std::uint8_t {
    canonical,   ///< as OpenMetrics demands: `1.0`, `1e+06`
    stock_text,  ///< as prometheus-cpp writes them: `1`, `1000000`; for dashboards that match them
};

class CTX_EXPORT PageWriter {
public:
    /// @param format  one of the text formats. @param expected_bytes  reserved at once.
    explicit PageWriter(PageFormat format, std::size_t expected_bytes = 0);
    PageWriter(const PageWriter&) = delete;
    PageWriter& operator=(const PageWriter&) = delete;
    ~PageWriter();

    /// Whether exemplars and the rules of OpenMetrics apply.
    [[nodiscard]] bool openmetrics() const noexcept { return format_ != PageFormat::text; }

    /// Writes TYPE, UNIT and HELP (OpenMetrics 1.0 "MetricFamily"). @return false when the family
    /// must not be written: a bad name, or a name or sample name that another family on this page
    /// has; counted and reported.
    [[nodiscard]] bool begin_family(const FamilyHead& family);

    /// One sample of the family begun last. `labels` is `a="b",c="d"`, escaped, without braces.
    void sample(std::string_view suffix, std::string_view labels, double value);
    void sample(std::string_view suffix, std::string_view labels, std::uint64_t value);

    /// A whole family of plain data. Series with labels that came before are left out, counted.
    void family(const FamilySnapshot& family, LeStyle style = LeStyle::canonical);

    /// The page so far, for sources that have their samples rendered already.
    [[nodiscard]] std::string& text() noexcept { return text_; }

    /// Milliseconds since 1970, read once per page: what exemplars' ages are measured against.
    [[nodiscard]] std::int64_t unix_ms() const noexcept { return unix_ms_; }

    /// Ends the page and hands it over.
    [[nodiscard]] std::string finish() &&;

private:
    void begin_sample(std::string_view suffix, std::string_view labels);

    PageFormat format_;
    std::int64_t unix_ms_;
    std::string text_;
    std::string name_;  // of the family begun last
    std::unique_ptr<detail::PageNames> names_;
};

}  // namespace ctx
