// ctx/metrics/operation.hpp: how often named pieces of work run, how long, and how they fail.
//
//     auto operations = *ctx::OperationMetrics::create({});       // once; page.add(operations)
//
//     auto span = tracer.start_scoped("charge card", {.kind = ctx::SpanKind::client});
//     auto operation = operations->start("charge card", "client");   // until the end of the block
//     if (!charge()) operation.fail("declined");
//
//     operation_duration_seconds_bucket{operation="charge card",span_kind="client",
//         error_type="declined",le="0.1"} 3 # {trace_id="…",span_id="…"} 0.07 …
//
// Beside a span, not in it: a span that is not sampled reads no clock, and shall not for those who
// do not measure. What is measured is every run; the exemplar and the dimensions are those of the
// context that is current when the operation ends.
//
// Threads   OperationMetrics: everything from any thread. An Operation belongs to one at a time.
// Errors    create() refuses what HistogramFamily::create() refuses. More names or errors than the
//           options allow show as `_OTHER`, counted (`ctx_metrics_names_overflow_total`).
// Cost      Two clock reads, two look-ups without a lock, one observation; no allocation once a
//           combination of labels was seen.

#pragma once

#include <ctx/export.hpp>
#include <ctx/metrics/dimension.hpp>
#include <ctx/metrics/exemplar.hpp>
#include <ctx/metrics/histogram.hpp>
#include <ctx/metrics/source.hpp>

#include <absl/status/statusor.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ctx {

struct OperationMetricsOptions {
    std::string name = "operation_duration_seconds";
    std::string help = "Duration of operations.";
    std::vector<double> bounds = duration_bounds();
    std::vector<Dimension> dimensions = {};
    std::size_t max_series = 2000;
    std::size_t max_operations = 200;  ///< different names
    std::size_t max_errors = 50;
    ExemplarPolicy exemplars{};
};

class OperationMetrics;

/// One run, from start() to its destruction. Move-only.
class [[nodiscard]] Operation {
public:
    Operation(Operation&& other) noexcept = default;
    Operation& operator=(Operation&&) = delete;
    Operation(const Operation&) = delete;
    Operation& operator=(const Operation&) = delete;
    ~Operation() { end(); }

    /// @param error  a word for what went wrong, `error_type`; the first one stays.
    CTX_EXPORT void fail(std::string_view error) noexcept;

    /// Observes the duration; a second call does nothing.
    CTX_EXPORT void end() noexcept;

private:
    friend class OperationMetrics;
    Operation(std::shared_ptr<OperationMetrics> metrics, const std::string* name,
              const std::string* kind, const std::string* error) noexcept
        : metrics_(std::move(metrics)), name_(name), kind_(kind), error_(error) {}

    std::shared_ptr<OperationMetrics> metrics_;  // null: ended
    const std::string* name_;
    const std::string* kind_;
    const std::string* error_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// A histogram of durations by operation, kind and error. Put it on a MetricsPage.
class CTX_EXPORT OperationMetrics final : public MetricSource,
                                          public std::enable_shared_from_this<OperationMetrics> {
public:
    [[nodiscard]] static absl::StatusOr<std::shared_ptr<OperationMetrics>> create(
        OperationMetricsOptions options);
    ~OperationMetrics() override;

    /// @param name  a template, "SELECT customer", as a span is named; not what it is asked for.
    /// @param kind  "server", "client", "producer", "consumer" or "internal".
    [[nodiscard]] Operation start(std::string_view name, std::string_view kind = "internal");

    void write(PageWriter& page) const override;
    [[nodiscard]] std::vector<FamilySnapshot> read() const override;

private:
    friend class Operation;
    struct State;
    explicit OperationMetrics(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

}  // namespace ctx
