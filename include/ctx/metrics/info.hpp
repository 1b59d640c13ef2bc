// ctx/metrics/info.hpp: what does not change while the process runs, as labels.
//
//     page.add(*ctx::InfoFamily::create({
//         .name = "build", .help = "What runs here.",
//         .labels = {{"version", "1.4.2"}, {"commit", "9f2c1e7"}}}));   // build_info{…} 1
//
// What is the same for all metrics of the process belongs into MetricsPageOptions::resource.
//
// Threads   Immutable.
// Errors    create() explains what it refuses. Ill-formed UTF-8 in values is mended.
// Cost      One line of the page.

#pragma once

#include <ctx/export.hpp>
#include <ctx/metrics/source.hpp>

#include <absl/status/statusor.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ctx {

struct InfoOptions {
    /// With or without `_info`; the sample always has it. [a-zA-Z_:][a-zA-Z0-9_:]*
    std::string name{};
    std::string help{};
    /// Name and value; a label without value is no label.
    std::vector<std::pair<std::string, std::string>> labels{};
};

/// OpenMetrics 1.0 "Info": one sample that is always 1. The text format shows it as a gauge.
class CTX_EXPORT InfoFamily final : public MetricSource {
public:
    /// Refuses (kInvalidArgument) names that OpenMetrics does not allow and labels given twice.
    [[nodiscard]] static absl::StatusOr<std::shared_ptr<InfoFamily>> create(InfoOptions options);

    void write(PageWriter& page) const override;
    [[nodiscard]] std::vector<FamilySnapshot> read() const override { return {family_}; }

private:
    explicit InfoFamily(FamilySnapshot family) : family_(std::move(family)) {}

    FamilySnapshot family_;
};

}  // namespace ctx
