// ctx/integrations/http_metrics.hpp: rate, errors and duration of HTTP requests, sampled or not.
//
//     auto metrics = *ctx::HttpMetrics::create({});
//     page.add(metrics);
//     const ctx::HttpTracing tracing{{.tracer = tracer, .metrics = metrics}};   // http.hpp
//
//     http_server_request_duration_seconds_bucket{http_request_method="GET",
//         http_route="/orders/{id}",http_response_status_code="200",le="0.1"} 17 # {trace_id="…
//
// Three families, named as OpenTelemetry's semantic conventions have it in Prometheus:
//
//     http_server_request_duration_seconds  method, scheme, route, status, error_type, dimensions
//     http_client_request_duration_seconds  method, scheme, server_address, server_port,
//                                           url_template, status, error_type, dimensions
//     http_server_active_requests           method, scheme
//
// Every request is counted, whatever the sampler says; one that is sampled may become an exemplar.
// `error_type` is left out when all went well; a server's 5xx and a client's 4xx and 5xx are
// errors, as on the span; `_OTHER` is a server's request that nobody finished. Paths are never
// labels, only templates of routes. Dimensions are those of the span's context, thus for a server
// of what the caller sent.
//
// Threads   Everything is safe from any thread.
// Errors    create() refuses what HistogramFamily::create() refuses. Whatever comes over the wire is
//           bounded: unknown methods and schemes, more routes, errors or servers than the options
//           allow become `_OTHER`, counted (`ctx_metrics_names_overflow_total`).
// Cost      Per request two clock reads, two look-ups without a lock and what an observation costs
//           (ctx/metrics/histogram.hpp), a count of the context and of the HttpMetrics; for servers
//           two additions to a gauge. No allocation once a combination of labels was seen:
//           bench/http_bench.cpp.

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
class HttpTimer;
}

struct HttpMetricsOptions {
    std::vector<double> bounds = duration_bounds();  ///< in seconds, of both durations
    std::vector<Dimension> dimensions = {};          ///< of both durations; none if not given
    std::size_t max_series = 2000;                   ///< of each family
    std::size_t max_routes = 200;                    ///< and as many URL templates
    std::size_t max_errors = 50;                     ///< different texts given to fail()
    std::size_t max_servers = 50;                    ///< different values of server_address
    ExemplarPolicy exemplars{};
};

/// What HttpTracing measures. Put it on a MetricsPage, and into as many HttpTracing as there are.
class CTX_EXPORT HttpMetrics final : public MetricSource {
public:
    [[nodiscard]] static absl::StatusOr<std::shared_ptr<HttpMetrics>> create(
        HttpMetricsOptions options);
    ~HttpMetrics() override;

    void write(PageWriter& page) const override;
    [[nodiscard]] std::vector<FamilySnapshot> read() const override;

private:
    friend class detail::HttpTimer;
    struct State;
    explicit HttpMetrics(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

}  // namespace ctx
