// The lines that a request keeps until it fails.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/logging/spdlog/request_buffer.hpp>
#include <ctx/logging/values.hpp>

#include <spdlog/common.h>
#include <spdlog/details/log_msg_buffer.h>
#include <spdlog/logger.h>

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

namespace ctx::log::detail {

class HeldLines {
public:
    explicit HeldLines(const RequestBufferOptions& options) noexcept;
    ~HeldLines();
    HeldLines(const HeldLines&) = delete;
    HeldLines& operator=(const HeldLines&) = delete;

    /// The buffer of the request, or null.
    [[nodiscard]] static HeldLines* of(ContextView request) noexcept;

    [[nodiscard]] bool takes(Level level) const noexcept { return level >= options_.from; }
    [[nodiscard]] bool releases(Level level) const noexcept { return level >= options_.release_at; }

    /// Keeps a line with the current context behind its message.
    /// @return the line if it is to be written, as the request has failed before.
    [[nodiscard]] std::optional<spdlog::details::log_msg_buffer> keep(
        const spdlog::details::log_msg& line, Values values);

    /// Writes all; those of `logger` to it. Once.
    void release(spdlog::logger* logger) noexcept;

private:
    void drop_oldest() noexcept;

    const RequestBufferOptions options_;
    std::mutex mutex_;
    std::deque<spdlog::details::log_msg_buffer> lines_;  // guarded, as all below
    std::size_t bytes_ = 0;
    bool is_released_ = false;
};

/// Puts a line with a captured context behind its message into the logger's way, as if out of a
/// backtrace; loggers that do not know of contexts get it as text.
void write_captured(spdlog::logger& logger, const spdlog::details::log_msg_buffer& line);

}  // namespace ctx::log::detail
