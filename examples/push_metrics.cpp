// Metrics that nobody scrapes: what is sent to an OpenTelemetry collector, and where a Pushgateway
// would get them. The collector is not there, which the program hears.
//
//   $ ./push_metrics
//   collector: not reached
//   gateway: http://localhost:9091/metrics/job/backup/volume@base64/L3Zhci9saWI

#include <ctx/metrics.hpp>
#include <ctx/metrics/otlp_push.hpp>
#include <ctx/metrics/pushgateway.hpp>

#include <chrono>
#include <iostream>
#include <memory>

int main() {
    auto jobs = *ctx::CounterFamily::create({.name = "jobs", .help = "Jobs done."});
    jobs->with().add(3);
    auto page = std::make_shared<ctx::MetricsPage>();
    page->add(jobs);

    // [snippet otlp]
    auto pusher = ctx::OtlpPusher::start({.page = page,
                                          .endpoint = "http://127.0.0.1:1/v1/metrics",
                                          .shutdown_timeout = std::chrono::milliseconds{100},
                                          .retry = {.times = 0}});
    if (!pusher.ok()) return 1;
    const bool taken = (*pusher)->flush(std::chrono::seconds{5});
    std::cout << "collector: " << (taken ? "reached" : "not reached") << '\n';
    // [end]

    // [snippet gateway]
    const auto gateway = ctx::Pushgateway::create({.endpoint = "http://localhost:9091",
                                                   .job = "backup",
                                                   .grouping = {{"volume", "/var/lib"}}});
    if (!gateway.ok()) return 1;
    std::cout << "gateway: " << gateway->url() << '\n';  // gateway->replace(*page)
    // [end]
}
