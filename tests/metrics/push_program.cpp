// Pushes a page to a server that somebody else started.
//
// usage: metrics_push_program gateway put|post|delete URL
//        metrics_push_program otlp URL

#include "metrics/requests.hpp"
#include <ctx/metrics.hpp>
#include <ctx/metrics/otlp_push.hpp>
#include <ctx/metrics/pushgateway.hpp>

#include <iostream>
#include <memory>
#include <string>
#include <string_view>

namespace {

std::shared_ptr<ctx::MetricsPage> make_page() {
    auto rides = *ctx::CounterFamily::create({.name = "rides",
                                              .help = "Rides \"asked\" for.",
                                              .labels = {"outcome"},
                                              .exemplars = {.extras = {}}});
    auto wait = *ctx::HistogramFamily::create(
        {.name = "wait_seconds", .help = "Wait.", .unit = "seconds", .bounds = {0.5, 1}});
    auto page = std::make_shared<ctx::MetricsPage>(ctx::MetricsPageOptions{
        .resource = ctx::Resource{{{"service.name", "live"}}}, .self_metrics = false});
    page->add(rides);
    page->add(wait);
    const ctx::Scope scope{ctx::test::sampled(ctx::Context{}, new ctx::test::FakeSpan{true})};
    rides->with({"a\"b\\\n"}).add(3);
    for (const double seconds : {0.25, 0.75, 7.0})
        wait->with().observe(seconds);
    return page;
}

absl::Status push_to_gateway(std::string_view what, const std::string& url) {
    const auto gateway = ctx::Pushgateway::create(
        {.endpoint = url,
         .job = "back/up",
         .grouping = {{"host", "db 1%"}, {"empty", ""}, {"place", "caf\xc3\xa9"}}});
    if (!gateway.ok()) return gateway.status();
    if (what == "put") return gateway->replace(*make_page());
    if (what == "post") return gateway->add(*make_page());
    return gateway->remove();
}

absl::Status push_to_collector(const std::string& url) {
    auto pusher = ctx::OtlpPusher::start({.page = make_page(), .endpoint = url});
    if (!pusher.ok()) return pusher.status();
    return (*pusher)->shutdown(std::chrono::seconds{20}) ? absl::OkStatus()
                                                         : absl::UnavailableError("not taken");
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view kind = argc > 1 ? argv[1] : "";
    absl::Status status = absl::InvalidArgumentError("see the source for how to use it");
    if (kind == "gateway" && argc == 4) status = push_to_gateway(argv[2], argv[3]);
    if (kind == "otlp" && argc == 3) status = push_to_collector(argv[2]);
    if (!status.ok()) std::cerr << status << '\n';
    return status.ok() ? 0 : 1;
}
