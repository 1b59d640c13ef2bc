// What an OpenTelemetry collector says of a push that it took.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ctx::detail {

/// OTLP's ExportMetricsPartialSuccess.
struct OtlpPartialSuccess {
    std::uint64_t rejected_points = 0;  // 0: all were taken, and the message is a warning
    std::string message{};
};

/// Reads the body of an answer of status 2xx (OTLP 1.x, "Partial Success"; JSON encoding).
/// @return nothing when everything was taken, or when the body is no such JSON.
[[nodiscard]] std::optional<OtlpPartialSuccess> parse_partial_success(std::string_view body);

}  // namespace ctx::detail
