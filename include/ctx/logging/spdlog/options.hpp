// ctx/logging/spdlog/options.hpp: how lines show their context.
//
//     ctx::log::Options options;
//     options.resource_attributes = {"service.name"};
//     options.fields = {"tenant"};                 // of those that are declared
//     ctx::log::install(options);
//
// Threads   A value.
// Errors    Nothing here fails.
// Cost      Read when loggers are set up, not per line.

#pragma once

#include <ctx/context/resource.hpp>
#include <ctx/logging/json_line.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ctx::log {

enum class Format : std::uint8_t {
    json,       ///< one line of JSON per record (ctx/logging/json_line.hpp); patterns have no say
    logfmt,     ///< this and those below: ctx/logging/line_format.hpp
    ecs,        ///< Elastic Common Schema
    otlp_json,  ///< OTLP/JSON, as OpenTelemetry's file exporter writes it
    gcp,        ///< Google Cloud
    datadog,    ///< Datadog
    loki,       ///< Loki's push API
    rfc5424,    ///< syslog
    console,    ///< people at a terminal; colours as wants_color(stdout) says
    text,  ///< the sinks' own patterns, ` trace_id=… span_id=… name=value` behind the message
    unchanged,  ///< the sinks' own formatters; those made by json_formatter() show context and values
};

/// Which thread writes the lines of asynchronous loggers.
enum class AsyncMode : std::uint8_t {
    /// One thread of ctx for all loggers. Each thread that logs has a ring of its own without
    /// locks, and sends its context when it changes; lines come out in the order of their times,
    /// also across loggers, but for those of a thread that was suspended while it logged. The pool
    /// is not used any more.
    own_backend,
    /// The thread pool of spdlog that the logger has: each line takes its context along by value.
    keep_pool,
};

/// What happens to a line that finds the ring of its thread full. With keep_pool the logger's own
/// policy holds.
enum class Overflow : std::uint8_t {
    as_logger,        ///< block; drop_newest for loggers that would overrun the oldest line
    block,            ///< the thread waits
    drop_newest,      ///< the line is dropped and counted (`ctx_logging_dropped_total`)
    drop_below_warn,  ///< as drop_newest, but warnings and worse wait
};

struct Options {
    Format format = Format::json;
    AsyncMode async = AsyncMode::own_backend;
    Overflow overflow = Overflow::as_logger;
    /// Bytes of each thread's ring, with own_backend; rounded up to a power of two, 4 KiB at least.
    /// A message of more than a quarter of it is allocated.
    std::size_t ring_bytes = std::size_t{64} << 10;
    /// Log names of declared fields to show; empty: all of them.
    std::vector<std::string> fields = {};
    /// Values of ctx::log calls whose name has one of these in it, in any case, are shown as ***.
    /// What you give is all: to add to default_secret_names(), copy them first.
    std::vector<std::string> secret_names = default_secret_names();
    /// Attributes of the resource that each line of Format::json repeats, such as "service.name".
    std::vector<std::string> resource_attributes = {};
    /// Nothing: Resource::from_environment(). The other formats take from it what they have a place
    /// for.
    std::optional<Resource> resource = std::nullopt;
    /// Format::gcp: empty: the environment's GOOGLE_CLOUD_PROJECT.
    std::string gcp_project = {};
};

}  // namespace ctx::log
