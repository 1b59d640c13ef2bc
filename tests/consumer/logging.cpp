// Renders a log line with the ids and the declared baggage of the current request.
// Prints: trace_id is there
// Prints: tenant is there
// Prints: secret is not
#include <ctx/context.hpp>
#include <ctx/logging.hpp>

#include <chrono>
#include <cstdio>
#include <string>

int main() {
    auto fields = ctx::FieldSet::create({ctx::Field{"tenant"}.log()});
    if (!fields.ok()) return 1;
    ctx::publish_fields(*fields);

    const auto trace = ctx::TraceId::parse("4bf92f3577b34da6a3ce929d0e0e4736");
    if (!trace) return 1;
    const ctx::Scope scope{
        ctx::Context{}
            .with_span({.trace_id = *trace, .span_id = {}, .flags = {}, .trace_state = {}})
            .with_baggage(ctx::Baggage{}.set("tenant", "acme").set("secret", "hush"))};

    std::string out;
    ctx::log::FragmentBuffer buffer;
    ctx::log::JsonLines lines;
    lines.append(out,
                 {.time = std::chrono::system_clock::now(),
                  .level = ctx::log::Level::info,
                  .logger = "consumer",
                  .message = "accepted",
                  .source = {}},
                 ctx::log::record_context(ctx::current(), buffer));

    const auto has = [&out](const char* text) { return out.find(text) != std::string::npos; };
    if (has("\"trace_id\":\"4bf92f3577b34da6a3ce929d0e0e4736\"")) std::puts("trace_id is there");
    if (has("\"tenant\":\"acme\"")) std::puts("tenant is there");
    if (!has("hush")) std::puts("secret is not");
}
