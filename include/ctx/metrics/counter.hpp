// ctx/metrics/counter.hpp: counts that only grow, split by labels and by the request's baggage.
//
//     auto rides = *ctx::CounterFamily::create({
//         .name = "rides_total", .help = "Rides asked for.", .labels = {"outcome"},
//         .dimensions = {ctx::Dimension{"customer"}.at_most(100)}});
//     ctx::Counter done = rides->with({"ok"});   // once
//     done.add();                                // per ride: the customer is current()'s
//
// Threads   Everything is safe from any thread.
// Errors    create() explains what it refuses. Negative and NaN increments are dropped and counted
//           (`ctx_metrics_invalid_observations_total`); values beyond a bound go to "other".
// Cost      add(): little more than one relaxed atomic add, no lock, no allocation, once the
//           request's first update found its series (bench/metrics_bench.cpp). Fractions cost a
//           compare-and-swap. 192 bytes and the labels per series, some 700 in all for three
//           labels (bench/metrics_scrape.cpp).

#pragma once

#include <ctx/export.hpp>
#include <ctx/metrics/detail/family.hpp>
#include <ctx/metrics/detail/series.hpp>
#include <ctx/metrics/dimension.hpp>
#include <ctx/metrics/exemplar.hpp>

#include <absl/status/statusor.h>

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace ctx {

namespace detail {

struct CTX_EXPORT CounterSeries final : Series {
    ~CounterSeries() override;
    [[nodiscard]] const void* exemplars_at() const noexcept override {
        return exemplar.load(std::memory_order_relaxed);
    }
    void move_into(Series& target) noexcept override;
    void reset() noexcept override;

    alignas(64) std::atomic<std::uint64_t> whole{0};
    std::atomic<double> fraction{0};
    std::atomic<ExemplarSlot*> exemplar{nullptr};
};

}  // namespace detail

struct CounterOptions {
    /// With or without `_total`; samples always have it. [a-zA-Z_:][a-zA-Z0-9_:]*
    std::string name{};
    std::string help{};
    /// The name's last part before `_total`, as in `cpu_seconds_total`; may be empty.
    std::string unit{};
    /// Names of the labels that with() gives values.
    std::vector<std::string> labels{};
    std::vector<Dimension> dimensions{};
    /// From here on all dimensions of new combinations show their overflow value.
    std::size_t max_series = 2000;
    /// Counters seldom need exemplars; the gate costs a few nanoseconds in sampled requests.
    ExemplarPolicy exemplars{.enabled = false};
};

/// A handle to the counters with certain static labels. Keeps its family alive; cheap to copy,
/// cheaper to keep.
class Counter {
public:
    /// Adds to the counter of the current request. Negative, NaN and 2^63 or more: dropped and
    /// counted.
    template <typename Number>
    requires std::is_arithmetic_v<Number>
    void add(Number amount) noexcept {
        const detail::Node* node = current().node();
        if (!is_amount(amount)) [[unlikely]] {
            detail::refuse_observation();
            return;
        }
        detail::Series* series = row_->find(node);
        if (series == nullptr) [[unlikely]] {
            add_slowly(node, amount);
            return;
        }
        count(static_cast<detail::CounterSeries&>(*series), node, amount);
    }
    void add() noexcept { add(std::uint64_t{1}); }

private:
    friend class CounterFamily;

    template <typename Number>
    static constexpr bool is_amount(Number amount) noexcept {
        // The upper half of an unsigned type is what a negative number becomes.
        if constexpr (std::is_unsigned_v<Number> && sizeof(Number) == sizeof(std::uint64_t)) {
            return amount <= std::numeric_limits<std::int64_t>::max();
        } else {
            return amount >= Number{0};
        }
    }

    template <typename Number>
    void count(detail::CounterSeries& series, const detail::Node* node, Number amount) noexcept {
        // Asked before: what follows an atomic addition waits for it.
        if (row_->exemplars == nullptr) [[likely]] {
            add_to(series, amount);
        } else {
            offer(series, node, static_cast<double>(amount), add_to(series, amount));
        }
    }

    /// @return a number that changes from one call to the next.
    template <typename Number>
    static std::uint64_t add_to(detail::CounterSeries& series, Number amount) noexcept {
        if constexpr (std::is_integral_v<Number>) {
            return series.whole.fetch_add(static_cast<std::uint64_t>(amount),
                                          std::memory_order_relaxed);
        } else {
            return std::bit_cast<std::uint64_t>(
                detail::add_relaxed(series.fraction, static_cast<double>(amount)));
        }
    }

    // Apart, so that add() stays small enough to be inlined.
    [[gnu::noinline]] void offer(detail::CounterSeries& series, const detail::Node* node,
                                 double amount, std::uint64_t draw) noexcept {
        if (detail::may_be_exemplar(row_->exemplars, node, series.exemplar, draw)) {
            row_->exemplars->offer(series.exemplar, *node, amount);
        }
    }

    template <typename Number>
    [[gnu::noinline, gnu::cold]] void add_slowly(const detail::Node* node, Number amount) noexcept {
        detail::Series* series = row_->find_slowly(node);
        if (series == nullptr) return;
        const detail::Unpin unpin{*row_, *series};
        count(static_cast<detail::CounterSeries&>(*series), node, amount);
    }

    Counter(detail::Row& row, std::shared_ptr<const void> family) noexcept
        : row_(&row), family_(std::move(family)) {}

    detail::Row* row_;
    std::shared_ptr<const void> family_;
};

/// A family of counters. Put it on a MetricsPage to show it.
class CTX_EXPORT CounterFamily final : public detail::Family,
                                       public std::enable_shared_from_this<CounterFamily> {
public:
    /// Refuses (kInvalidArgument, kFailedPrecondition for a baggage key that is not declared with
    /// a label); the message names the family.
    [[nodiscard]] static absl::StatusOr<std::shared_ptr<CounterFamily>> create(
        CounterOptions options);

    /// The counters with these values of `labels`, in that order. Ill-formed UTF-8 is mended.
    /// Missing values are empty, surplus ones ignored: both are reported, as programming errors.
    [[nodiscard]] Counter with(std::span<const std::string_view> values);
    [[nodiscard]] Counter with(std::initializer_list<std::string_view> values = {}) {
        return with(std::span<const std::string_view>(values.begin(), values.size()));
    }

private:
    explicit CounterFamily(detail::FamilyDeclaration declaration);
    [[nodiscard]] std::unique_ptr<detail::Series> make_series() const override;
    void write_series(PageWriter& page, const detail::Series& series) const override;
    void read_series(const detail::Series& series, SeriesSnapshot& snapshot) const override;
};

}  // namespace ctx
