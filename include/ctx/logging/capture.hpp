// ctx/logging/capture.hpp: carries the context of a record behind its message, by value.
//
//     std::vector<char> payload(message.size() + ctx::log::capture_bytes(context));
//     char* end = std::copy(message.begin(), message.end(), payload.data());
//     end = ctx::log::append_capture(end, context);        // on the thread that logs
//     auto carried = ctx::log::split_capture(payload);     // on the thread that writes
//
// A queue that only knows how to copy messages takes the context along: ids, flags, rendered fields
// and the line's own values, closed by 64 random bits of this process. Nothing is shared or counted, so a message that
// the queue drops, or that outlives its logger, leaves nothing behind. A message that imitates such
// an ending is data: whoever carries contexts appends one to every message, and only the outermost
// is taken off.
//
// Threads   Pure functions.
// Errors    Nothing fails. A payload without a valid ending gives nothing.
// Cost      36 bytes, the fields and the values are copied; nothing is allocated.

#pragma once

#include <ctx/export.hpp>
#include <ctx/logging/record_context.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace ctx::log {

/// Bytes that append_capture() writes besides the fields; 4 more and the values where there are any.
inline constexpr std::size_t capture_trailer_bytes = 36;

/// Bytes that append_capture() writes for `context`.
[[nodiscard]] inline std::size_t capture_bytes(const RecordContext& context) noexcept {
    const std::size_t values = context.values.bytes().size();
    return context.fields.size() + (values == 0 ? 0 : values + 4) + capture_trailer_bytes;
}

/// Writes `context`, which may be empty, to `out`: capture_bytes(). @return the end.
CTX_EXPORT char* append_capture(char* out, const RecordContext& context) noexcept;

/// A message and what was captured with it, both borrowed from the payload.
struct Carried {
    std::string_view message;
    RecordContext context;
};

/// Takes off what append_capture() wrote last; nothing when it did not.
[[nodiscard]] CTX_EXPORT std::optional<Carried> split_capture(std::string_view payload) noexcept;

}  // namespace ctx::log
