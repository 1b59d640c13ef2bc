// Key-values keep their types; the debug lines of a request are written only if it fails.
//
//   {…,"level":"info","logger":"orders","message":"order 17 accepted","trace_id":"4bf9…",…,"items":3,"took_ms":30,…}
//   {…,"level":"debug","logger":"orders","message":"cache is cold","trace_id":"4bf9…",…,"shard":7,…}
//   {…,"level":"error","logger":"orders","message":"no answer","trace_id":"4bf9…",…,"error.code":110,…}

#include <ctx/context.hpp>
#include <ctx/logging/spdlog.hpp>

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <system_error>

using namespace std::chrono_literals;
using ctx::log::err;
using ctx::log::kv;

int main() {
    spdlog::set_default_logger(spdlog::create_async<spdlog::sinks::stdout_sink_mt>("orders"));
    ctx::log::install();
    const ctx::SpanContext span{*ctx::TraceId::parse("4bf92f3577b34da6a3ce929d0e0e4736"),
                                *ctx::SpanId::parse("00f067aa0ba902b7"),
                                ctx::TraceFlags{1},
                                {},
                                true};
    const ctx::Context request = ctx::Context{}.with_span(span);
    const int id = 17;
    const auto code = std::make_error_code(std::errc::timed_out);
    {
        const ctx::Scope scope{request};
        // [snippet values]
        ctx::log::info("order {} accepted", id, kv("items", 3), kv("took", 30ms));
        // [end]
    }
    // [snippet buffer]
    const ctx::Scope scope{ctx::log::with_request_buffer(request)};
    ctx::log::debug("cache is cold", kv("shard", 7));  // kept with the request
    ctx::log::error("no answer", err(code));           // writes both
    // [end]
    ctx::log::flush(1s);
}
