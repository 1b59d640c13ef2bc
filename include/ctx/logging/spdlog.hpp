// ctx/logging/spdlog.hpp: spdlog lines that know which request they belong to.
//
//     spdlog::init_thread_pool(8192, 1);
//     spdlog::set_default_logger(spdlog::create_async<spdlog::sinks::stdout_sink_mt>("svc"));
//     ctx::log::install();                          // from here on, at every call site:
//     spdlog::info("order {} accepted", 17);        // …,"trace_id":"4bf9…","span_id":"00f0…",…
//
// Call sites, levels, sinks and the thread pool stay as they are. The context is captured on the
// thread that logs, never where a line is formatted.
//
// Threads   See the headers below: install at start-up, log from any thread.
// Errors    See the headers below; no line ever carries the ids of another request.
// Cost      See the headers below; measured in bench/logging_bench.cpp.

#pragma once

#include <ctx/logging/spdlog/factory.hpp>
#include <ctx/logging/spdlog/formatter.hpp>
#include <ctx/logging/spdlog/install.hpp>
#include <ctx/logging/spdlog/journal_sink.hpp>
#include <ctx/logging/spdlog/log.hpp>
#include <ctx/logging/spdlog/options.hpp>
#include <ctx/logging/spdlog/request_buffer.hpp>
