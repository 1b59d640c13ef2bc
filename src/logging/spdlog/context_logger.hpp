// What the loggers that carry contexts have in common.

#pragma once

#include <spdlog/logger.h>

#include <memory>
#include <utility>

namespace ctx::log::detail {

/// Stands where an asynchronous logger of spdlog could, or did.
class ContextLogger : public spdlog::logger {
public:
    /// The logger that this one took the place of, or null.
    [[nodiscard]] const std::shared_ptr<spdlog::logger>& original() const noexcept {
        return original_;
    }

protected:
    /// With the name, sinks, levels, error handler and backtrace of `like`.
    ContextLogger(const spdlog::logger& like, std::shared_ptr<spdlog::logger> original)
        : spdlog::logger(like), original_(std::move(original)) {}

private:
    const std::shared_ptr<spdlog::logger> original_;
};

}  // namespace ctx::log::detail
