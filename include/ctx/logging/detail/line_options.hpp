// What install() said of fields and secrets, for those who have no settings of their own.

#pragma once

#include <ctx/export.hpp>
#include <ctx/logging/json_line.hpp>

namespace ctx::log::detail {

/// Takes effect for lines from now on. What was published stays for ever: there are few.
CTX_EXPORT void publish_line_options(const JsonLines::Options& options);

/// Those published last, or JsonLines::Options{}.
[[nodiscard]] CTX_EXPORT const JsonLines::Options& line_options() noexcept;

}  // namespace ctx::log::detail
