// Variables of the environment, read at start.

#pragma once

#include <cstdlib>
#include <string_view>

namespace ctx::detail {

/// Empty counts as not set (OpenTelemetry, "Environment Variable Specification").
[[nodiscard]] inline std::string_view environment(const char* name) noexcept {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): at start-up
    return value == nullptr ? std::string_view{} : std::string_view{value};
}

}  // namespace ctx::detail
