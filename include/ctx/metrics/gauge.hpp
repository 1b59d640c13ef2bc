// ctx/metrics/gauge.hpp: values that go up and down: queue depth, requests in flight.
//
//     auto depth = *ctx::GaugeFamily::create({.name = "queue_depth", .help = "Waiting rides.",
//                                             .labels = {"queue"}});
//     ctx::Gauge fast = depth->with({"fast"});
//     fast.add(1);
//
// Gauges take no dimensions from the baggage: what was set by one request says nothing of another.
//
// Threads   Everything is safe from any thread; of several set() the last one stays.
// Errors    create() explains what it refuses. Any double is a value.
// Cost      set(): one relaxed store. add(): one compare-and-swap.

#pragma once

#include <ctx/export.hpp>
#include <ctx/metrics/detail/family.hpp>
#include <ctx/metrics/detail/series.hpp>

#include <absl/status/statusor.h>

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ctx {

namespace detail {

struct CTX_EXPORT GaugeSeries final : Series {
    ~GaugeSeries() override;

    alignas(64) std::atomic<double> value{0};
};

}  // namespace detail

struct GaugeOptions {
    std::string name{};
    std::string help{};
    /// The name's last part, as in `queue_bytes`; may be empty.
    std::string unit{};
    std::vector<std::string> labels{};
    std::size_t max_series = 2000;
};

/// A handle to one gauge. Keeps its family alive.
class Gauge {
public:
    void set(double value) noexcept { series_->value.store(value, std::memory_order_relaxed); }
    void add(double amount) noexcept { detail::add_relaxed(series_->value, amount); }

private:
    friend class GaugeFamily;
    Gauge(detail::GaugeSeries& series, std::shared_ptr<const void> family) noexcept
        : series_(&series), family_(std::move(family)) {}

    detail::GaugeSeries* series_;
    std::shared_ptr<const void> family_;
};

/// A family of gauges.
class CTX_EXPORT GaugeFamily final : public detail::Family,
                                     public std::enable_shared_from_this<GaugeFamily> {
public:
    [[nodiscard]] static absl::StatusOr<std::shared_ptr<GaugeFamily>> create(GaugeOptions options);

    /// As CounterFamily::with(). @throws std::bad_alloc
    [[nodiscard]] Gauge with(std::span<const std::string_view> values);
    [[nodiscard]] Gauge with(std::initializer_list<std::string_view> values = {}) {
        return with(std::span<const std::string_view>(values.begin(), values.size()));
    }

private:
    explicit GaugeFamily(detail::FamilyDeclaration declaration);
    [[nodiscard]] std::unique_ptr<detail::Series> make_series() const override;
    void write_series(PageWriter& page, const detail::Series& series) const override;
    void read_series(const detail::Series& series, SeriesSnapshot& snapshot) const override;
};

}  // namespace ctx
