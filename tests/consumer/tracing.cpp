// Records a span and its child, and looks the trace up.
// Prints: charge
// Prints: checkout
// Prints: 2 spans of one trace
#include <ctx/tracing.hpp>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>

int main() {
    auto store = std::make_shared<ctx::TraceStore>();
    auto recorder = ctx::Recorder::start({.sinks = {store}});
    if (!recorder.ok()) return 1;
    const ctx::Tracer tracer{{.scope_name = "consumer", .recorder = *recorder}};

    ctx::TraceId trace;
    {
        const auto checkout = tracer.start_scoped("checkout");
        const auto charge = tracer.start_scoped("charge");
        trace = charge.span_context().trace_id;
    }
    if (!(*recorder)->flush(std::chrono::seconds{10})) return 1;

    const auto spans = store->find(trace);
    for (const auto& span : spans)
        std::printf("%s\n", std::string(span->name).c_str());
    std::printf("%zu spans of one trace\n", spans.size());
}
