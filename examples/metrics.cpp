// Count what each customer costs, in a function that is not told who the customer is.
//
//   $ ./metrics
//   # TYPE route_cpu_seconds counter …
//   route_cpu_seconds_total{customer="c123"} 0.25
//   route_cpu_seconds_total{customer="c567"} 0.5

#include <ctx/context.hpp>
#include <ctx/metrics.hpp>

#include <iostream>

namespace {

void compute_route(ctx::Counter& cpu, double seconds) {
    cpu.add(seconds);  // the customer is in the baggage of the current request
}

void handle(ctx::Counter& cpu, std::string_view customer, double seconds) {
    ctx::Scope scope{ctx::Context{}.with_baggage(ctx::Baggage{}.set("customer", customer))};
    compute_route(cpu, seconds);
}

}  // namespace

int main() {
    ctx::publish_fields(*ctx::FieldSet::create({ctx::Field{"customer"}.label("customer")}));
    auto cpu = *ctx::CounterFamily::create({.name = "route_cpu_seconds_total",
                                            .help = "CPU time spent on routes.",
                                            .unit = "seconds",
                                            .dimensions = {ctx::Dimension{"customer"}}});
    ctx::Counter counter = cpu->with();
    handle(counter, "c123", 0.25);
    handle(counter, "c567", 0.5);

    ctx::MetricsPage page{{.self_metrics = false}};
    page.add(cpu);
    std::cout << page.render("application/openmetrics-text;version=1.0.0").body;
}
