// A trace as the page reads it.

#pragma once

#include <ctx/tracing/span_data.hpp>

#include <nlohmann/json.hpp>

#include <vector>

namespace rides {

[[nodiscard]] nlohmann::ordered_json trace_json(ctx::TraceId id,
                                                const std::vector<ctx::SpanDataPtr>& spans);

}  // namespace rides
