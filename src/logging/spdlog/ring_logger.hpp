// An asynchronous logger of spdlog's kind that has its queue in ctx: rings and one backend.

#pragma once

#include "logging/ring/backend.hpp"
#include <ctx/logging/record_context.hpp>

#include <spdlog/logger.h>

#include <memory>
#include <string>

namespace ctx::log::detail {

/// Sends each message with the caller's context to the backend, which hands it to the sinks.
class RingLogger final : public spdlog::logger, private LineTarget {
public:
    /// A logger with the name, sinks, levels, error handler and backtrace of `like`. When the last
    /// pointer to it goes, its lines are delivered first, on the backend's thread.
    /// @param original  the logger this one takes the place of, or null.
    [[nodiscard]] static std::shared_ptr<RingLogger> create(
        const spdlog::logger& like, WhenFull when_full, std::shared_ptr<spdlog::logger> original);

    RingLogger(const RingLogger&) = delete;
    RingLogger& operator=(const RingLogger&) = delete;

    std::shared_ptr<spdlog::logger> clone(std::string name) override;

    [[nodiscard]] const std::shared_ptr<spdlog::logger>& original() const noexcept {
        return original_;
    }

protected:
    void sink_it_(const spdlog::details::log_msg& message) override;
    void flush_() override;

private:
    RingLogger(const spdlog::logger& like, WhenFull when_full,
               std::shared_ptr<spdlog::logger> original);
    ~RingLogger() override = default;

    void end() noexcept override { delete this; }
    void deliver(const Line& line, ContextView context) noexcept override;
    void flush_delivered() noexcept override;

    void write_remembered(const spdlog::details::log_msg& message);
    void give_to_sinks(const spdlog::details::log_msg& message, const RecordContext& context);

    const WhenFull when_full_;
    const std::shared_ptr<spdlog::logger> original_;
};

}  // namespace ctx::log::detail
