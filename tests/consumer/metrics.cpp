// Counts by a dimension that comes from the baggage.
// Prints: rides_total{customer="acme"} 1
#include <ctx/context.hpp>
#include <ctx/metrics.hpp>

#include <cstdio>
#include <string>

int main() {
    auto fields = ctx::FieldSet::create({ctx::Field{"customer"}.label("customer")});
    if (!fields.ok()) return 1;
    ctx::publish_fields(*fields);

    auto rides = ctx::CounterFamily::create(
        {.name = "rides", .help = "Rides.", .dimensions = {ctx::Dimension{"customer"}}});
    if (!rides.ok()) return 1;
    ctx::Counter all = (*rides)->with();
    {
        const ctx::Scope scope{ctx::Context{}.with_baggage(ctx::Baggage{}.set("customer", "acme"))};
        all.add();
    }

    ctx::MetricsPage page{{.resource = {}, .self_metrics = false}};
    page.add(*rides);
    std::puts(page.render(ctx::PageFormat::openmetrics_1_0_0).c_str());
}
