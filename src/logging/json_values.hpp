// Key-values as members of a JSON object.

#pragma once

#include <ctx/logging/values.hpp>

#include <cstddef>

namespace ctx::log::detail {

/// Bytes that write_json_value() needs at most.
[[nodiscard]] std::size_t json_value_bound(const Value& value) noexcept;

/// Writes the value alone: `3`, `"A-7"`, `"NaN"`. @return the end.
char* write_json_value(char* out, const Value& value) noexcept;

/// Writes it without quotes: numbers and words as in JSON, texts escaped. @return the end.
char* write_value_text(char* out, const Value& value) noexcept;

}  // namespace ctx::log::detail
