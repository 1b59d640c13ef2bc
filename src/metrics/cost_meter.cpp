#include <ctx/metrics/cost_meter.hpp>

#include <iterator>
#include <utility>

namespace ctx {

CostMeter::CostMeter(Families families)
    : families_(std::move(families)),
      calls_(families_[0]->with()),
      received_(families_[1]->with({"received"})),
      sent_(families_[1]->with({"sent"})),
      lock_wait_(families_[2]->with()) {}

absl::StatusOr<std::shared_ptr<CostMeter>> CostMeter::create(const CostMeterOptions& options) {
    CounterOptions calls{.name = options.prefix + "_calls_total",
                         .help = "Calls by whom they were made for.",
                         .dimensions = options.dimensions,
                         .max_series = options.max_series};
    CounterOptions bytes = calls;
    bytes.name = options.prefix + "_bytes_total";
    bytes.help = "Bytes by whom they were moved for.";
    bytes.unit = "bytes";
    bytes.labels = {"direction"};
    CounterOptions waits = calls;
    waits.name = options.prefix + "_lock_wait_seconds_total";
    waits.help = "Time spent waiting for locks.";
    waits.unit = "seconds";
    Families families;
    for (CounterOptions* one : {&calls, &bytes, &waits}) {
        auto family = CounterFamily::create(std::move(*one));
        if (!family.ok()) return family.status();
        families.push_back(*std::move(family));
    }
    return std::shared_ptr<CostMeter>(new CostMeter{std::move(families)});
}

void CostMeter::write(PageWriter& page) const {
    for (const auto& family : families_)
        family->write(page);
}

std::vector<FamilySnapshot> CostMeter::read() const {
    std::vector<FamilySnapshot> all;
    for (const auto& family : families_) {
        std::vector<FamilySnapshot> one = family->read();
        std::move(one.begin(), one.end(), std::back_inserter(all));
    }
    return all;
}

}  // namespace ctx
