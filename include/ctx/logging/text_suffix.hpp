// ctx/logging/text_suffix.hpp: the context of a record as text behind its message.
//
//     std::string suffix(ctx::log::text_suffix_bound(context), '\0');
//     const char* end = ctx::log::write_text_suffix(suffix.data(), context);
//     //  trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7 tenant=acme
//
// For people's own patterns: what is in front of it stays as it was. Values are written as in
// logfmt: in quotes, with JSON's escapes, when they are empty or hold a space, `=`, `"` or `\`.
// In names whatever is no visible ASCII becomes `_`.
//
// Threads   Pure functions.
// Errors    Nothing fails; what is written never contains a line end.
// Cost      One pass over at most 1 KiB and the line's own values; nothing is allocated.

#pragma once

#include <ctx/export.hpp>
#include <ctx/logging/json_line.hpp>
#include <ctx/logging/record_context.hpp>

#include <cstddef>

namespace ctx::log {

/// Bytes that write_text_suffix() needs at most for a context without values of the line.
inline constexpr std::size_t max_suffix_bytes = 128 + max_fields_bytes;

/// Bytes that write_text_suffix() needs at most for `context`.
[[nodiscard]] CTX_EXPORT std::size_t text_suffix_bound(const RecordContext& context) noexcept;

/// Writes ` trace_id=… span_id=… name=value…`; nothing for an empty context. @return the end.
/// @param options  which fields, and which values are secret; null: as JsonLines::Options{} says.
CTX_EXPORT char* write_text_suffix(char* out, const RecordContext& context,
                                   const JsonLines::Options* options = nullptr) noexcept;

}  // namespace ctx::log
