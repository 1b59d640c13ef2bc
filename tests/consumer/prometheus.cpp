// Shows a metric of prometheus-cpp on the page of ctx.
// Prints: jobs_total{queue="mail"} 3
// Prints: # EOF
#include <ctx/metrics/page.hpp>
#include <ctx/metrics/prometheus_source.hpp>

#include <prometheus/counter.h>
#include <prometheus/registry.h>

#include <cstdio>
#include <memory>

int main() {
    auto registry = std::make_shared<prometheus::Registry>();
    prometheus::BuildCounter()
        .Name("jobs_total")
        .Help("Jobs.")
        .Register(*registry)
        .Add({{"queue", "mail"}})
        .Increment(3);

    auto source = std::make_shared<ctx::PrometheusSource>();
    source->add(registry);
    ctx::MetricsPage page{{.resource = {}, .self_metrics = false}};
    page.add(source);
    std::puts(page.render(ctx::PageFormat::openmetrics_1_0_0).c_str());
}
