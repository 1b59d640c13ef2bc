// A bound task runs with its maker's context, on another thread too.
// Prints: bound 4bf92f3577b34da6a3ce929d0e0e4736
// Prints: thread 4bf92f3577b34da6a3ce929d0e0e4736
// Prints: after none
#include <ctx/executors.hpp>

#include <cstdio>
#include <string>
#include <utility>

namespace {

void say(const char* where) {
    const ctx::ContextView now = ctx::current();
    std::printf("%s %s\n", where, now ? now.trace_id().to_string().c_str() : "none");
}

}  // namespace

int main() {
    const auto trace = ctx::TraceId::parse("4bf92f3577b34da6a3ce929d0e0e4736");
    if (!trace) return 1;
    const ctx::SpanContext span{.trace_id = *trace,
                                .span_id = ctx::SpanId{1},
                                .flags = ctx::TraceFlags{1},
                                .trace_state = {}};
    auto task = ctx::bind(ctx::Context{}.with_span(span), [] {
        say("bound");
        ctx::thread([] { say("thread"); }).join();
    });
    std::move(task)();
    say("after");
}
