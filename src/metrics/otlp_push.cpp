#include "metrics/gzip.hpp"
#include "metrics/http_values.hpp"
#include "metrics/otlp_answer.hpp"
#include "metrics/push_loop.hpp"
#include <ctx/context/detail/environment.hpp>
#include <ctx/context/lifecycle.hpp>
#include <ctx/context/stats.hpp>
#include <ctx/metrics/otlp_metrics.hpp>
#include <ctx/metrics/otlp_push.hpp>

#include <absl/status/status.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <system_error>
#include <utility>

namespace ctx {
namespace {

using std::chrono::milliseconds;

using detail::environment;

Stat rejected_points{"ctx_metrics_rejected_points_total",
                     "Data points that a collector rejected of pushes that it took."};

std::string_view environment(const char* special, const char* general) noexcept {
    const std::string_view value = environment(special);
    return value.empty() ? environment(general) : value;
}

milliseconds chosen(milliseconds option, std::string_view text, milliseconds otherwise) {
    if (option > milliseconds::zero()) return option;
    if (text.empty()) return otherwise;
    std::uint32_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error == std::errc{} && end == text.data() + text.size() && count > 0) {
        return milliseconds{count};
    }
    diagnose(Severity::warning, "metrics",
             "not a number of milliseconds, passed over: " + std::string{text});
    return otherwise;
}

std::string endpoint_of(const std::string& option) {
    if (!option.empty()) return option;
    const std::string_view special = environment("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT");
    if (!special.empty()) return std::string{special};
    std::string base{environment("OTEL_EXPORTER_OTLP_ENDPOINT")};
    if (base.empty()) base = "http://localhost:4318";
    if (!base.ends_with('/')) base += '/';
    return base + "v1/metrics";
}

int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string percent_decoded(std::string_view text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
        const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
        decoded += low >= 0 ? static_cast<char>(high * 16 + low) : text[i];
        if (low >= 0) i += 2;
    }
    return decoded;
}

/// `a=b,c=d%20e`. Members without '=' are passed over.
detail::HttpHeaders headers_from(std::string_view list) {
    detail::HttpHeaders headers;
    while (!list.empty()) {
        const std::string_view member = list.substr(0, list.find(','));
        list.remove_prefix(std::min(member.size() + 1, list.size()));
        const std::size_t equals = member.find('=');
        if (equals == std::string_view::npos) continue;
        headers.emplace_back(detail::trimmed(member.substr(0, equals)),
                             percent_decoded(detail::trimmed(member.substr(equals + 1))));
    }
    return headers;
}

detail::HttpRequest make_request(const detail::HttpRequest& frame, const MetricsPage& page,
                                 bool gzip) {
    detail::HttpRequest request = frame;
    append_otlp_json(request.body, page);
    if (gzip) request.body = detail::gzip(request.body);
    return request;
}

bool wants_gzip(bool option) {
    if (option) return true;
    const std::string_view name =
        environment("OTEL_EXPORTER_OTLP_METRICS_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION");
    if (name.empty() || name == "none") return false;
    const bool known = name == "gzip";
    if (!known || !detail::has_gzip()) {
        diagnose(Severity::warning, "metrics",
                 (known ? "built without zlib, so metrics are not compressed: "
                        : "not a compression of OTLP, passed over: ") +
                     std::string{name});
    }
    return known;
}

/// Reports what the collector did not take of what it took, so often that it can be read.
class PartialSuccessReport {
public:
    void operator()(const std::string& body) {
        const auto partial = detail::parse_partial_success(body);
        if (!partial) return;
        rejected_points.add(partial->rejected_points);
        if (!limiter_->pass()) return;
        diagnose(Severity::warning, "metrics",
                 "the collector rejected " + std::to_string(partial->rejected_points) +
                     " data points of a push: " + partial->message);
    }

private:
    std::shared_ptr<DiagnosticLimiter> limiter_ = std::make_shared<DiagnosticLimiter>();
};

/// Everything of a request but its body.
absl::StatusOr<detail::HttpRequest> make_frame(const OtlpPushOptions& options, bool gzip) {
    auto url = detail::HttpUrl::parse(endpoint_of(options.endpoint));
    if (!url.ok()) return url.status();
    detail::HttpRequest frame{.method = "POST", .url = *std::move(url), .headers = options.headers};
    if (frame.headers.empty()) {
        frame.headers = headers_from(
            environment("OTEL_EXPORTER_OTLP_METRICS_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"));
    }
    frame.headers.emplace_back("Content-Type", "application/json");
    if (gzip) frame.headers.emplace_back("Content-Encoding", "gzip");
    if (absl::Status status = detail::check_headers(frame.headers); !status.ok()) return status;
    return frame;
}

}  // namespace

absl::StatusOr<std::shared_ptr<OtlpPusher>> OtlpPusher::start(OtlpPushOptions options) {
    if (options.page == nullptr) return absl::InvalidArgumentError("a pusher needs a page");
    const bool gzip = wants_gzip(options.gzip) && detail::has_gzip();
    auto frame = make_frame(options, gzip);
    if (!frame.ok()) return frame.status();
    detail::PushLoopOptions loop_options;
    loop_options.destination = "http://" + frame->url.authority + frame->url.target;
    loop_options.make_request = [frame = *std::move(frame), page = options.page, gzip] {
        return make_request(frame, *page, gzip);
    };
    loop_options.interval = chosen(options.interval, environment("OTEL_METRIC_EXPORT_INTERVAL"),
                                   std::chrono::minutes{1});
    loop_options.timeout =
        chosen(options.timeout,
               environment("OTEL_EXPORTER_OTLP_METRICS_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"),
               std::chrono::seconds{10});
    loop_options.export_timeout =
        chosen(options.export_timeout, environment("OTEL_METRIC_EXPORT_TIMEOUT"),
               std::chrono::seconds{30});
    loop_options.on_taken = PartialSuccessReport{};
    loop_options.shutdown_timeout = options.shutdown_timeout;
    loop_options.retry = options.retry;
    auto loop = std::make_shared<detail::PushLoop>(std::move(loop_options));
    try {
        loop->start_thread();
    } catch (const std::system_error& error) {
        return absl::ResourceExhaustedError(std::string{"no thread for a pusher: "} + error.what());
    }
    std::shared_ptr<OtlpPusher> pusher{new OtlpPusher{loop}};
    register_flushable(*loop);
    return pusher;
}

OtlpPusher::OtlpPusher(std::shared_ptr<detail::PushLoop> loop) noexcept : loop_(std::move(loop)) {}

OtlpPusher::~OtlpPusher() {
    loop_->close();
}

bool OtlpPusher::flush(milliseconds timeout) noexcept {
    return loop_->flush(std::chrono::steady_clock::now() + timeout);
}

bool OtlpPusher::shutdown(milliseconds timeout) noexcept {
    return loop_->shutdown(std::chrono::steady_clock::now() + timeout);
}

}  // namespace ctx
