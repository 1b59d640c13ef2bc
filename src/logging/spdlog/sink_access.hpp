// Calls what spdlog::logger keeps for its subclasses, on any logger.

#pragma once

#include <spdlog/logger.h>

namespace ctx::log::detail {

struct SinkAccess final : spdlog::logger {
    static void sink(spdlog::logger& logger, const spdlog::details::log_msg& message) {
        (logger.*(&SinkAccess::sink_it_))(message);
    }
};

}  // namespace ctx::log::detail
