// Finds contexts whose request is over: here a timer that was bound and should be background().
//
//   4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7, 0.0 s old, held 1 time

#include <ctx/context.hpp>
#include <ctx/executors.hpp>

#include <iostream>

void handle(std::function<void()>& timer) {
    const ctx::TraceId trace{0x4bf92f3577b34da6, 0xa3ce929d0e0e4736};
    const ctx::SpanContext span{trace, ctx::SpanId{0x00f067aa0ba902b7}, {}, {}};
    const ctx::Scope request{ctx::Context{}.with_span(span)};
    timer = ctx::bind([] { /* refresh the cache */ });
}

int main() {
    ctx::set_census(ctx::Census::ages);
    std::function<void()> timer;
    handle(timer);
    const std::chrono::seconds old{0};  // 30 s, say
    // [snippet list]
    for (const ctx::LiveContext& context : ctx::live_context_list({.older_than = old}))
        std::cout << context.to_string() << '\n';
    // [end]
}
