// A service in the middle of a brownfield system: callers speak B3, Jaeger, Datadog or W3C, it
// sends W3C on, and its public edge begins traces anew.

#include <ctx/propagation.hpp>

#include <iostream>
#include <map>
#include <string>

namespace {

using Headers = std::map<std::string, std::string>;

// [snippet propagators]
const auto migrating = ctx::Propagators{}
                           .reading({ctx::b3_format, ctx::jaeger_format, ctx::datadog_format,
                                     ctx::tracecontext_format, ctx::baggage_format})
                           .writing({ctx::tracecontext_format, ctx::baggage_format})
                           .counted_by(ctx::PropagationQuality::of("http", "orders"));
// [end]

void show(const char* what, const ctx::Context& caller) {
    Headers next;
    migrating.inject(caller.with_span(ctx::child_of(caller)), next);
    std::cout << what << ": ";
    for (const auto& [name, value] : next)
        std::cout << name << '=' << value << ' ';
    std::cout << '\n';
}

// [snippet edge]
const auto edge = ctx::Propagators{}
                      .at(ctx::Destination::outside)  // strangers: a new trace, with a link
                      .counted_by(ctx::PropagationQuality::of("http", "public"));
// [end]

}  // namespace

int main() {
    show("b3", migrating.extract(Headers{{"b3", "80f198ee56343ba8-e457b5a2e4d86bd1-1"}}));
    show("jaeger",
         migrating.extract(Headers{{"uber-trace-id", "3a:7b:0:1"}, {"uberctx-tenant", "acme"}}));
    show("datadog", migrating.extract(Headers{{"x-datadog-trace-id", "42"},
                                              {"x-datadog-parent-id", "43"},
                                              {"x-datadog-sampling-priority", "2"}}));

    const std::string w3c = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    const ctx::Context stranger = edge.extract(Headers{{"traceparent", w3c}});
    const ctx::SpanContext begun = ctx::child_of(stranger);
    std::cout << "edge: continues " << std::boolalpha
              << (begun.trace_id.to_string() == w3c.substr(3, 32)) << ", links to "
              << stranger.links().front().trace_id.to_string() << '\n';

    // [snippet quality]
    (void)migrating.extract(Headers{{"traceparent", "00-what?"}});
    const ctx::QualityCounts counts = ctx::PropagationQuality::of("http", "orders").counts();
    std::cout << "orders: " << counts.with_context << " with context, " << counts.malformed
              << " malformed, " << counts.ids_64_bit << " of 64-bit tracers\n";
    // [end]
}
