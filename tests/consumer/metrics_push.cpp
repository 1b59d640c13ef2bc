// Says where metrics would be pushed to, and what it thinks of https.
// Prints: http://localhost:9091/metrics/job/backup
// Prints: refused
#include <ctx/metrics/otlp_push.hpp>
#include <ctx/metrics/pushgateway.hpp>

#include <cstdio>
#include <memory>

int main() {
    auto gateway = ctx::Pushgateway::create({.endpoint = "http://localhost:9091", .job = "backup"});
    if (!gateway.ok()) return 1;
    std::puts(gateway->url().c_str());
    auto pusher = ctx::OtlpPusher::start(
        {.page = std::make_shared<ctx::MetricsPage>(), .endpoint = "https://example.com"});
    if (!pusher.ok()) std::puts("refused");
}
