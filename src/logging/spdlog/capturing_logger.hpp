// The logger in front of spdlog's queue: captures the context of the caller.

#pragma once

#include "logging/spdlog/context_logger.hpp"
#include <ctx/logging/record_context.hpp>

#include <spdlog/logger.h>

#include <memory>
#include <string>
#include <vector>

namespace ctx::log::detail {

/// Appends the context to each message and hands it to `queue`, an asynchronous logger of spdlog
/// whose sinks are ContextSinks that take it off again. spdlog's own is final, hence two.
class CapturingLogger final : public ContextLogger,
                              public std::enable_shared_from_this<CapturingLogger> {
public:
    /// A logger like `like`.
    /// @param queue  nobody else uses it; `like`'s sinks in it, wrapped.
    [[nodiscard]] static std::shared_ptr<CapturingLogger> create(
        const spdlog::logger& like, std::shared_ptr<spdlog::logger> queue,
        std::shared_ptr<spdlog::logger> original);

    CapturingLogger(const spdlog::logger& like, std::shared_ptr<spdlog::logger> queue,
                    std::shared_ptr<spdlog::logger> original);

    std::shared_ptr<spdlog::logger> clone(std::string name) override;

    [[nodiscard]] const std::shared_ptr<spdlog::logger>& queue() const noexcept { return queue_; }

protected:
    void sink_it_(const spdlog::details::log_msg& message) override;
    void flush_() override;

private:
    void post(const spdlog::details::log_msg& message, const RecordContext& context);
    void post_from(char* memory, const spdlog::details::log_msg& message,
                   const RecordContext& context);
    void post_remembered(const spdlog::details::log_msg& message, const RecordContext& context);

    const std::shared_ptr<spdlog::logger> queue_;
};

}  // namespace ctx::log::detail
