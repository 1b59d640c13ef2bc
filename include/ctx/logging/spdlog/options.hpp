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

struct Options {
    Format format = Format::json;
    /// Log names of declared fields to show; empty: all of them.
    std::vector<std::string> fields = {};
    /// Attributes of the resource that each JSON line repeats, such as "service.name".
    std::vector<std::string> resource_attributes = {};
    /// Nothing: Resource::from_environment().
    std::optional<Resource> resource = std::nullopt;
};

}  // namespace ctx::log
