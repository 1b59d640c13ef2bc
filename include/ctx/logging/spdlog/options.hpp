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

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ctx::log {

enum class Format : std::uint8_t {
    json,  ///< one line of JSON per record (ctx/logging/json_line.hpp); patterns have no say
    text,  ///< the sinks' own patterns, ` trace_id=… span_id=… name=value` behind the message
    unchanged,  ///< the sinks' own formatters; those made by json_formatter() show the context
};

/// Which thread writes the lines of asynchronous loggers.
enum class AsyncMode : std::uint8_t {
    /// One thread of ctx for all loggers. Each thread that logs has a ring of its own without
    /// locks, and sends its context when it changes; lines come out in the order of their times,
    /// also across loggers. The pool is not used any more.
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
    /// Attributes of the resource that each JSON line repeats, such as "service.name".
    std::vector<std::string> resource_attributes = {};
    /// Nothing: Resource::from_environment().
    std::optional<Resource> resource = std::nullopt;
};

}  // namespace ctx::log
