// Two places for customers, who come and go: the busiest have them, and the total stays exact.
//
//   $ ./label_places
//   -- first come, first served …

#include <ctx/context.hpp>
#include <ctx/metrics.hpp>

#include <iostream>
#include <string>

namespace {

void requests(ctx::CounterFamily& rides, std::string_view customer, int count) {
    ctx::Counter counter = rides.with();
    for (int i = 0; i < count; ++i) {
        ctx::Scope scope{ctx::Context{}.with_baggage(ctx::Baggage{}.set("customer", customer))};
        counter.add();
    }
}

void show(const char* when, ctx::MetricsPage& page) {
    std::cout << "-- " << when << '\n' << page.render(ctx::PageFormat::text);
}

}  // namespace

int main() {
    ctx::publish_fields(*ctx::FieldSet::create({ctx::Field{"customer"}.label("customer")}));
    // [snippet places]
    auto rides = ctx::CounterFamily::create(
        {.name = "rides_total",
         .help = "Rides.",
         .dimensions = {ctx::Dimension{"customer"}.at_most(2).keep_busiest()}});
    // [end]
    if (!rides.ok()) return 1;
    ctx::MetricsPage page{{.self_metrics = false}};
    page.add(*rides);
    requests(**rides, "ann", 3);
    requests(**rides, "ben", 20);
    show("first come, first served", page);
    requests(**rides, "cem", 12);
    show("12 requests of cem outdo 3 of ann, whose rides are others' now", page);
    requests(**rides, "cem", 5);
    show("cem counts under his name from here on", page);
}
