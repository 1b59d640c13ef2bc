// The first tool: draws a graph of events. Knows tracing.bb and nothing else.

#pragma once

#include <ctx/context.hpp>

#include <cstdint>
#include <string>

namespace two_tools {

[[nodiscard]] ctx::Context begin_task(const ctx::Context& context, std::uint64_t id);
[[nodiscard]] ctx::Context record_event(const ctx::Context& context, std::uint64_t event);
[[nodiscard]] std::string describe_task(const ctx::Context& context);

}  // namespace two_tools
