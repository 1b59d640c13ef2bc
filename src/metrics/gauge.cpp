#include "metrics/metric_text.hpp"
#include <ctx/metrics/gauge.hpp>
#include <ctx/metrics/page_writer.hpp>

namespace ctx {

using detail::GaugeSeries;

GaugeSeries::~GaugeSeries() = default;

absl::StatusOr<std::shared_ptr<GaugeFamily>> GaugeFamily::create(GaugeOptions options) {
    detail::FamilyDeclaration declaration{.name = std::move(options.name),
                                          .type = MetricType::gauge,
                                          .help = std::move(options.help),
                                          .unit = std::move(options.unit),
                                          .labels = std::move(options.labels),
                                          .dimensions = {},
                                          .max_series = options.max_series,
                                          .exemplars = {.enabled = false}};
    if (auto status = check(declaration); !status.ok()) return status;
    std::shared_ptr<GaugeFamily> family{new GaugeFamily{std::move(declaration)}};
    family->make_first_series();
    return family;
}

GaugeFamily::GaugeFamily(detail::FamilyDeclaration declaration) : Family(std::move(declaration)) {}

Gauge GaugeFamily::with(std::span<const std::string_view> values) {
    detail::Series* series = row(values).find(nullptr);
    return Gauge{static_cast<GaugeSeries&>(*series), shared_from_this()};
}

std::unique_ptr<detail::Series> GaugeFamily::make_series() const {
    return std::make_unique<GaugeSeries>();
}

void GaugeFamily::write_series(PageWriter& page, const detail::Series& series) const {
    const auto& gauge = static_cast<const GaugeSeries&>(series);
    page.sample("", series.labels, gauge.value.load(std::memory_order_relaxed));
}

void GaugeFamily::read_series(const detail::Series& series, SeriesSnapshot& snapshot) const {
    snapshot.value = static_cast<const GaugeSeries&>(series).value.load(std::memory_order_relaxed);
}

}  // namespace ctx
