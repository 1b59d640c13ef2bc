// An existing call site of spdlog carries the trace id of the caller.
// Prints: the line has its trace id
#include <ctx/context.hpp>
#include <ctx/logging/spdlog.hpp>

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <memory>
#include <sstream>
#include <utility>

int main() {
    std::ostringstream written;
    auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(written);
    auto logger = ctx::log::with_context(std::make_shared<spdlog::logger>("app", sink));

    const auto trace = ctx::TraceId::parse("4bf92f3577b34da6a3ce929d0e0e4736");
    if (!trace) return 1;
    {
        const ctx::Scope scope{ctx::Context{}.with_span(
            {.trace_id = *trace, .span_id = {}, .flags = {}, .trace_state = {}})};
        logger->info("accepted");
    }
    if (written.str().find("4bf92f3577b34da6a3ce929d0e0e4736") != std::string::npos)
        std::puts("the line has its trace id");
}
