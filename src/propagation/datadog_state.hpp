// Datadog's tags and its member of the tracestate.

#pragma once

#include <ctx/propagation/datadog.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ctx::detail {

inline constexpr std::size_t max_datadog_tags = 512;

/// Text that may stand in a header, of a size that an origin can have.
[[nodiscard]] bool is_datadog_origin(std::string_view text) noexcept;

/// Appends the `_dd.p.` tags of a list but the tid to `kept`. @return the tid, 0 without a valid
/// one.
std::uint64_t read_datadog_tags(std::string_view list, std::string& kept);

/// Takes a tag out of a list.
void remove_datadog_tag(std::string& list, std::string_view key);

/// Reads `s:<priority>;o:<origin>;t.<name>:<value>`, the value of the tracestate member `dd`.
[[nodiscard]] DatadogState read_dd_member(std::string_view value);

}  // namespace ctx::detail
