// Prints: starting
// Prints: order 17 accepted trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7

#include <ctx/context.hpp>

#include <spdlog/spdlog.h>

int main() {
    spdlog::set_pattern("%v");
    spdlog::info("starting");
    const ctx::Scope scope{
        ctx::Context{}.with_span({*ctx::TraceId::parse("4bf92f3577b34da6a3ce929d0e0e4736"),
                                  *ctx::SpanId::parse("00f067aa0ba902b7"),
                                  ctx::TraceFlags{1},
                                  {},
                                  false})};
    spdlog::info("order {} accepted", 17);
}
