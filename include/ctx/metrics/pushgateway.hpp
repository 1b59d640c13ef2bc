// ctx/metrics/pushgateway.hpp: pushes a page to a Prometheus Pushgateway, for jobs that end.
//
//     auto gateway = ctx::Pushgateway::create(
//         {.endpoint = "http://gateway:9091", .job = "backup", .grouping = {{"host", "db1"}}});
//     if (!gateway.ok()) return fail(gateway.status());
//     run_backup();
//     absl::Status status = gateway->replace(page);
//
// Threads   Safe from any thread; the calling one waits for the answer.
// Errors    create() says what is wrong with the URL and the labels. A push says which answer came
//           (kInvalidArgument: 4xx; kUnavailable: 5xx, no connection; kDeadlineExceeded). Nothing is
//           tried again. The gateway refuses samples with timestamps of their own. What a source
//           throws passes through.
// Cost      One page in memory and one connection per call.

#pragma once

#include <ctx/export.hpp>
#include <ctx/metrics/page.hpp>

#include <absl/status/statusor.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace ctx {

struct PushgatewayOptions {
    /// `http://host:port`, and a path if the gateway has one before `/metrics`.
    std::string endpoint{};
    std::string job{};
    /// With the job, what names a group: what is pushed replaces only what has the same labels.
    std::vector<std::pair<std::string, std::string>> grouping{};
    std::chrono::milliseconds timeout{10'000};
};

/// A group on a Pushgateway. Its page is in text format, without exemplars.
class CTX_EXPORT Pushgateway {
public:
    [[nodiscard]] static absl::StatusOr<Pushgateway> create(PushgatewayOptions options);

    /// PUT: the group has these metrics and no others.
    absl::Status replace(const MetricsPage& page) const;
    /// POST: replaces metrics of the same names and keeps the others.
    absl::Status add(const MetricsPage& page) const;
    /// DELETE: forgets the group.
    absl::Status remove() const;

    /// `http://gateway:9091/metrics/job/backup/host/db1`. Values that are empty or contain a '/'
    /// are in base64.
    [[nodiscard]] const std::string& url() const noexcept { return url_; }

private:
    Pushgateway(std::string url, std::chrono::milliseconds timeout) noexcept
        : url_(std::move(url)), timeout_(timeout) {}

    absl::Status send(const char* method, std::string body) const;

    std::string url_;
    std::chrono::milliseconds timeout_;
};

}  // namespace ctx
