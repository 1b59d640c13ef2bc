// The JSON formatter with options that several sinks share.

#pragma once

#include <ctx/logging/json_line.hpp>

#include <spdlog/formatter.h>

#include <memory>

namespace ctx::log::detail {

[[nodiscard]] std::unique_ptr<spdlog::formatter> make_json_formatter(
    std::shared_ptr<const JsonLines::Options> options);

}  // namespace ctx::log::detail
