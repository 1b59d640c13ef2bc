// The second tool: bills what a request used. Knows quota.bb and nothing else.

#pragma once

#include <ctx/context.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace two_tools {

[[nodiscard]] ctx::Context bill_to(const ctx::Context& context, std::string_view tenant);
[[nodiscard]] ctx::Context use(const ctx::Context& context, std::uint64_t rows, int queue);
[[nodiscard]] std::string describe_usage(const ctx::Context& context);

}  // namespace two_tools
