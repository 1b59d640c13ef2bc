// ctx/integrations/grpc/metrics.hpp: rate, errors and duration of gRPC calls, sampled or not.
//
//     auto metrics = *ctx::GrpcMetrics::create({});
//     page.add(metrics);
//     const ctx::GrpcOptions options{.tracer = tracer, .metrics = metrics};   // interceptors.hpp
//
//     rpc_server_call_duration_seconds_bucket{rpc_system_name="grpc",rpc_method="shop.Orders/Get",
//         rpc_response_status_code="OK",le="0.1"} 17 # {trace_id="…
//
// Two families, named as OpenTelemetry's semantic conventions have it in Prometheus:
//
//     rpc_server_call_duration_seconds  system, method, status, error_type, dimensions
//     rpc_client_call_duration_seconds  the same
//
// A call lasts from its metadata to its status, whatever streams in between. Every call is counted,
// whatever the sampler says; one that is sampled may become an exemplar. `error_type` is the status
// when it is an error, as on the span: of a client all but OK, of a server those that say that the
// server is at fault; otherwise it is left out. A call that was given up is CANCELLED. Dimensions
// are those of the span's context, thus for a server of what the caller sent. Interceptors are not
// told the address of the server: a client's calls to several are one series.
//
// Threads   Everything is safe from any thread.
// Errors    create() refuses what HistogramFamily::create() refuses. More methods than the options
//           allow become `_OTHER`, counted (`ctx_metrics_names_overflow_total`); a server hears
//           unknown ones only where it registered a generic service.
// Cost      Per call two clock reads, one look-up without a lock for the method and one for the
//           series, what an observation costs (ctx/metrics/histogram.hpp). No allocation once a
//           combination of labels was seen.

#pragma once

#include <ctx/export.hpp>
#include <ctx/metrics/dimension.hpp>
#include <ctx/metrics/exemplar.hpp>
#include <ctx/metrics/histogram.hpp>
#include <ctx/metrics/source.hpp>

#include <absl/status/statusor.h>

#include <cstddef>
#include <memory>
#include <vector>

namespace ctx {

namespace detail {
class CallTimer;
}

struct GrpcMetricsOptions {
    std::vector<double> bounds = duration_bounds();  ///< in seconds, of both durations
    std::vector<Dimension> dimensions = {};          ///< of both durations; none if not given
    std::size_t max_series = 2000;                   ///< of each family
    std::size_t max_methods = 200;
    ExemplarPolicy exemplars{};
};

/// What the interceptors measure. Put it on a MetricsPage, and into as many GrpcOptions as there
/// are.
class CTX_EXPORT GrpcMetrics final : public MetricSource {
public:
    [[nodiscard]] static absl::StatusOr<std::shared_ptr<GrpcMetrics>> create(
        GrpcMetricsOptions options);
    ~GrpcMetrics() override;

    void write(PageWriter& page) const override;
    [[nodiscard]] std::vector<FamilySnapshot> read() const override;

private:
    friend class detail::CallTimer;
    struct State;
    explicit GrpcMetrics(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

}  // namespace ctx
