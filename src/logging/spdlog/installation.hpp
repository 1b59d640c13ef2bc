// What the set-up of loggers has in common: the settings in force, and every queue ever made.

#pragma once

#include "logging/spdlog/capturing_logger.hpp"
#include "logging/spdlog/context_sink.hpp"

#include <spdlog/async_logger.h>
#include <spdlog/common.h>
#include <spdlog/logger.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace ctx::log::detail {

/// As the last install() said, or the default.
[[nodiscard]] std::shared_ptr<const Settings> settings_in_force();
void set_settings(std::shared_ptr<const Settings> settings);

/// Lets flush() find a logger's queue even after the logger was dropped. Also lets ctx::flush()
/// find flush().
void remember_queue(const std::shared_ptr<spdlog::logger>& queue);
/// The queues that still exist.
[[nodiscard]] std::vector<std::shared_ptr<spdlog::logger>> remembered_queues();

/// Registers with ctx::flush() and ctx::shutdown(), once.
void register_with_lifecycle();

/// A logger that takes the place of `original`, which is asynchronous.
[[nodiscard]] std::shared_ptr<ContextLogger> replacement_for(
    const std::shared_ptr<spdlog::logger>& original,
    const std::shared_ptr<const Settings>& settings);

/// An asynchronous logger that nobody has registered.
[[nodiscard]] std::shared_ptr<ContextLogger> new_async_logger(
    std::string name, std::vector<spdlog::sink_ptr> sinks,
    std::weak_ptr<spdlog::details::thread_pool> pool, spdlog::async_overflow_policy overflow,
    const std::shared_ptr<const Settings>& settings);

/// @return false when there was nothing left to wrap.
bool wrap_sinks(spdlog::logger& logger, ContextSink::Source source,
                const std::shared_ptr<const Settings>& settings);

[[nodiscard]] std::vector<std::shared_ptr<spdlog::logger>> registered_loggers();

/// Waits until the queues of `loggers` have delivered what they hold and the sinks have flushed.
bool flush_loggers(std::vector<std::shared_ptr<spdlog::logger>> loggers,
                   std::chrono::steady_clock::time_point deadline);

}  // namespace ctx::log::detail
