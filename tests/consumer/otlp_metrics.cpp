// Writes a counter in OTLP/JSON.
// Prints: resourceMetrics with rides
#include <ctx/metrics/counter.hpp>
#include <ctx/metrics/otlp_metrics.hpp>

#include <cstdio>
#include <string>

int main() {
    auto rides = ctx::CounterFamily::create({.name = "rides", .help = "Rides."});
    if (!rides.ok()) return 1;
    (*rides)->with().add();
    ctx::MetricsPage page{{.resource = {}, .self_metrics = false}};
    page.add(*rides);
    std::string body;
    ctx::append_otlp_json(body, page);
    if (body.rfind("{\"resourceMetrics\":[", 0) == 0 &&
        body.find("\"name\":\"rides\"") != std::string::npos)
        std::puts("resourceMetrics with rides");
}
