// A context is current within its scope and nowhere else.
// Prints: inside 4bf92f3577b34da6a3ce929d0e0e4736 acme
// Prints: outside none
#include <ctx/context.hpp>

#include <cstdio>
#include <string>

namespace {

void say(const char* where) {
    const ctx::ContextView now = ctx::current();
    const std::string id = now ? now.trace_id().to_string() : "none";
    const std::string tenant{now.baggage().find("tenant").value_or("")};
    std::printf("%s %s%s%s\n", where, id.c_str(), tenant.empty() ? "" : " ", tenant.c_str());
}

}  // namespace

int main() {
    const auto trace = ctx::TraceId::parse("4bf92f3577b34da6a3ce929d0e0e4736");
    if (!trace) return 1;
    {
        const ctx::Scope scope{ctx::Context{}
                                   .with_span({.trace_id = *trace,
                                               .span_id = ctx::SpanId{1},
                                               .flags = ctx::TraceFlags{1},
                                               .trace_state = {}})
                                   .with_baggage(ctx::Baggage{}.set("tenant", "acme"))};
        say("inside");
    }
    say("outside");
}
