// How the demo is wired to ctx: one declaration of baggage fields, one recorder, one metrics page,
// and for each service a tracer and a logger of its own. Read this first.

#pragma once

#include "log_index.hpp"
#include <ctx/integrations/beast.hpp>
#include <ctx/integrations/http_metrics.hpp>
#include <ctx/metrics.hpp>
#include <ctx/metrics/prometheus_source.hpp>
#include <ctx/tracing.hpp>

#include <absl/status/statusor.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <spdlog/logger.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rides {

/// What one service has of its own: its name on spans and log lines, and the spans of its requests.
struct Service {
    ctx::Tracer tracer;
    std::shared_ptr<spdlog::logger> log;
    ctx::HttpTracing http;
    std::shared_ptr<ctx::CostMeter> costs;
};

/// The metrics of ctx: their `customer` is the baggage's, nobody passes it.
struct RideMetrics {
    std::shared_ptr<ctx::HistogramFamily> ride_seconds;     ///< by nothing, with exemplars
    std::shared_ptr<ctx::CounterFamily> rides;              ///< by outcome and customer
    std::shared_ptr<ctx::CounterFamily> route_cpu_seconds;  ///< by customer
    std::shared_ptr<ctx::CounterFamily> route_calls;        ///< by customer
    std::shared_ptr<ctx::HttpMetrics> http;                 ///< of all services, by route
    std::shared_ptr<ctx::CostMeter> costs;                  ///< calls, bytes, locks, by customer
    std::shared_ptr<ctx::CpuAttribution> cpu;               ///< of the process, by customer
};

/// Metrics that the program had before: plain prometheus-cpp, on the same page.
struct OldMetrics {
    explicit OldMetrics(prometheus::Registry& registry);
    prometheus::Gauge& rides_in_flight;
    prometheus::Counter& driver_retries;
    prometheus::Counter& route_busy_seconds;  ///< all customers together
};

struct TelemetryOptions {
    std::string log_file{};  ///< empty: stdout
    double sample_ratio = 1;
    std::vector<spdlog::sink_ptr> more_sinks{};
};

/// Everything that observes the services. One per process; outlives them.
class Telemetry {
public:
    /// @return what is wrong, for example with the log file.
    [[nodiscard]] static absl::StatusOr<std::unique_ptr<Telemetry>> start(
        const TelemetryOptions& options);
    /// Hands over what is buffered and lets go of the loggers.
    ~Telemetry();

    [[nodiscard]] Service service(std::string_view name) const;

    /// Whether every ride that begins here is recorded.
    [[nodiscard]] bool records_all() const noexcept { return sample_ratio_ >= 1; }

    std::shared_ptr<ctx::TraceStore> traces = std::make_shared<ctx::TraceStore>();
    std::shared_ptr<LogIndex> logs = std::make_shared<LogIndex>();
    std::shared_ptr<ctx::Recorder> recorder;
    RideMetrics metrics;
    std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
    OldMetrics old_metrics{*registry};
    ctx::MetricsPage page{{.resource = resource_of_process()}};

private:
    Telemetry() = default;

    /// What the environment says, and the program's own name when it names no service.
    static ctx::Resource resource_of_process();

    double sample_ratio_ = 1;
};

}  // namespace rides
