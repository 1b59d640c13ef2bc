// Record the spans of a request and look its trace up.
//
//   $ ./spans
//   checkout (internal)
//     charge card (client), amount=42
//     ! retry

#include <ctx/tracing.hpp>

#include <chrono>
#include <iostream>
#include <memory>

namespace {

void charge_card(const ctx::Tracer& tracer) {
    auto span = tracer.start_scoped("charge card", {.kind = ctx::SpanKind::client});
    span.set_attribute("amount", 42);
    span.add_event("retry", {{"reason", "timeout"}});
}

void print(const ctx::SpanData& span) {
    const bool is_root = !span.parent_id.is_valid();
    std::cout << (is_root ? "" : "  ") << span.name
              << (span.kind == ctx::SpanKind::client ? " (client)" : " (internal)");
    for (const ctx::Attribute& attribute : span.attributes)
        std::cout << ", " << attribute.key << '=' << std::get<std::int64_t>(attribute.value);
    std::cout << '\n';
    for (const ctx::SpanEvent& event : span.events)
        std::cout << "    ! " << event.name << '\n';
}

}  // namespace

int main() {
    const auto store = std::make_shared<ctx::TraceStore>();
    const auto recorder = ctx::Recorder::start({.sinks = {store}});
    if (!recorder.ok()) return 1;
    const ctx::Tracer tracer{{.scope_name = "shop", .recorder = *recorder}};

    ctx::TraceId trace;
    {
        const auto checkout = tracer.start_scoped("checkout");
        trace = ctx::current().trace_id();
        charge_card(tracer);
    }

    (*recorder)->flush(std::chrono::seconds{10});
    for (const ctx::SpanDataPtr& span : store->find(trace))
        print(*span);
}
