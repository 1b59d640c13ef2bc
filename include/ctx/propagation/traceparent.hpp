// ctx/propagation/traceparent.hpp: the value of a W3C `traceparent` header, in and out.
//
//     auto caller = ctx::parse_traceparent(
//         "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
//     char text[ctx::traceparent_size];
//     ctx::write_traceparent(ctx::child_of(ctx::current()), text);
//
// Threads   Pure functions.
// Errors    parse_traceparent() is total: whatever breaks the grammar reads as nothing.
// Cost      Each character is touched once, eight at a time; no allocation:
//           bench/propagation_bench.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/export.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace ctx {

/// Characters of a version 00 `traceparent` (W3C Trace Context Level 2, 3.2.2).
inline constexpr std::size_t traceparent_size = 55;
/// A future version may be longer; what exceeds this is refused.
inline constexpr std::size_t traceparent_max_size = 8192;

/// Reads a `traceparent` value (W3C Trace Context Level 2, 3.2): lower-case hex only, version 00
/// exactly, versions 01 to fe by their first four fields if there is no comma behind them (two
/// values joined), ids not all zero, white space at both ends ignored. Of the flags only `sampled` and `random` are kept.
/// @return the caller's span, marked remote, without tracestate; nothing when it is invalid.
[[nodiscard]] CTX_EXPORT std::optional<SpanContext> parse_traceparent(
    std::string_view value) noexcept;

/// Writes a version 00 `traceparent` without terminator.
/// @pre  both ids are valid.
CTX_EXPORT void write_traceparent(TraceId trace_id, SpanId span_id, TraceFlags flags,
                                  char (&out)[traceparent_size]) noexcept;

inline void write_traceparent(const SpanContext& span, char (&out)[traceparent_size]) noexcept {
    write_traceparent(span.trace_id, span.span_id, span.flags, out);
}

}  // namespace ctx
