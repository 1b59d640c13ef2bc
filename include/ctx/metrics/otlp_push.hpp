// ctx/metrics/otlp_push.hpp: sends a page's metrics to an OpenTelemetry collector, again and again.
//
//     // OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318 OTEL_METRIC_EXPORT_INTERVAL=15000
//     auto pusher = ctx::OtlpPusher::start({.page = page});
//     if (!pusher.ok()) return fail(pusher.status());
//     …
//     (*pusher)->flush(std::chrono::seconds{2});        // now, and not only within the interval
//
// OTLP/HTTP with JSON bodies (otlp_metrics.hpp), over plain HTTP: for TLS let a collector on this
// host send on.
//
// Threads   Safe from any thread. The metrics are read and sent on a thread of the pusher's own,
//           under an empty context. A forked child has no pusher: it sends nothing.
// Errors    start() says what is wrong with the options. A push that fails is tried again with what
//           the metrics are by then, after 429, 502, 503, 504 and when there is no connection, not
//           before the server's Retry-After. Failures are counted
//           (`ctx_metrics_push_failures_total`) and reported. Nothing is lost but resolution: sums
//           are cumulative. What a collector rejects of a push that it took is counted in
//           `ctx_metrics_rejected_points_total`, reported with its reason, and not tried again.
// Cost      One thread that sleeps, one connection per push; a copy of every series and the body in
//           memory meanwhile.

#pragma once

#include <ctx/export.hpp>
#include <ctx/metrics/page.hpp>

#include <absl/status/statusor.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ctx {

namespace detail {
class PushLoop;
}  // namespace detail

/// How soon a push that failed is tried again: after `first`, then twice as long each time up to
/// `longest`, give or take a half, so that many processes do not come back at once.
struct PushRetry {
    std::chrono::milliseconds first{1000};
    std::chrono::milliseconds longest{30'000};
    /// So many times, then with the next interval.
    int times = 5;
};

/// What is left empty, or zero, comes from the environment, else it is the default.
struct OtlpPushOptions {
    std::shared_ptr<const MetricsPage> page{};
    /// The whole URL. OTEL_EXPORTER_OTLP_METRICS_ENDPOINT, or OTEL_EXPORTER_OTLP_ENDPOINT with
    /// `/v1/metrics`; http://localhost:4318/v1/metrics.
    std::string endpoint{};
    /// Sent as well. OTEL_EXPORTER_OTLP_METRICS_HEADERS or OTEL_EXPORTER_OTLP_HEADERS.
    std::vector<std::pair<std::string, std::string>> headers{};
    /// OTEL_METRIC_EXPORT_INTERVAL; a minute.
    std::chrono::milliseconds interval{0};
    /// Of one attempt. OTEL_EXPORTER_OTLP_METRICS_TIMEOUT or OTEL_EXPORTER_OTLP_TIMEOUT; 10 s.
    std::chrono::milliseconds timeout{0};
    /// Of a push with all its attempts. OTEL_METRIC_EXPORT_TIMEOUT; 30 s.
    std::chrono::milliseconds export_timeout{0};
    /// How long the destructor goes on trying to push for the last time.
    std::chrono::milliseconds shutdown_timeout{2000};
    /// Compresses the body. So does OTEL_EXPORTER_OTLP_METRICS_COMPRESSION, or
    /// OTEL_EXPORTER_OTLP_COMPRESSION, with the value `gzip`.
    bool gzip = false;
    PushRetry retry{};
};

class CTX_EXPORT OtlpPusher {
public:
    /// Starts the thread and registers with ctx::flush() and ctx::shutdown(). The first push comes
    /// after one interval. @return InvalidArgument for a URL that is no http URL, a header that
    /// HTTP does not allow, no page; ResourceExhausted when no thread can be started.
    [[nodiscard]] static absl::StatusOr<std::shared_ptr<OtlpPusher>> start(OtlpPushOptions options);

    OtlpPusher(const OtlpPusher&) = delete;
    OtlpPusher& operator=(const OtlpPusher&) = delete;
    /// Pushes for the last time, within `shutdown_timeout`.
    ~OtlpPusher();

    /// Pushes what the metrics are now. @return false when the collector did not take it within
    /// `timeout`.
    bool flush(std::chrono::milliseconds timeout) noexcept;
    /// flush(), then pushes no more.
    bool shutdown(std::chrono::milliseconds timeout) noexcept;

private:
    explicit OtlpPusher(std::shared_ptr<detail::PushLoop> loop) noexcept;

    std::shared_ptr<detail::PushLoop> loop_;
};

}  // namespace ctx
