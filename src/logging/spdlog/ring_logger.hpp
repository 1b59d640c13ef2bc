// An asynchronous logger of spdlog's kind that has its queue in ctx: rings and one backend.

#pragma once

#include "logging/ring/backend.hpp"
#include "logging/spdlog/context_logger.hpp"
#include <ctx/logging/json_line.hpp>

#include <spdlog/logger.h>

#include <memory>
#include <string>
#include <string_view>

namespace ctx::log::detail {

/// Sends each message with the caller's context to the backend, which hands it to the sinks.
class RingLogger final : public ContextLogger, private LineTarget {
public:
    /// A logger like `like`. When the last pointer to it goes, its lines are delivered first, on the
    /// backend's thread.
    [[nodiscard]] static std::shared_ptr<RingLogger> create(
        const spdlog::logger& like, WhenFull when_full, std::shared_ptr<spdlog::logger> original);

    RingLogger(const RingLogger&) = delete;
    RingLogger& operator=(const RingLogger&) = delete;

    std::shared_ptr<spdlog::logger> clone(std::string name) override;

    /// What spdlog's call sites reach through sink_it_(), without its log_msg. Not for a logger with
    /// a backtrace, which keeps what spdlog has seen.
    void write_line(Level level, const SourceLocation& place, std::string_view message,
                    Values values) noexcept;

protected:
    void sink_it_(const spdlog::details::log_msg& message) override;
    void flush_() override;

private:
    RingLogger(Backend& backend, const spdlog::logger& like, WhenFull when_full,
               std::shared_ptr<spdlog::logger> original);
    ~RingLogger() override = default;

    void end() noexcept override { delete this; }
    void deliver(const Line& line, ContextView context) noexcept override;
    void flush_delivered() noexcept override;

    void write_remembered(const spdlog::details::log_msg& message, ContextView context,
                          Values values);
    template <typename Act>
    void with_each_sink(const Act& act);

    Backend& backend_;
    const WhenFull when_full_;
};

}  // namespace ctx::log::detail
