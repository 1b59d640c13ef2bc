// ctx/logging/record_context.hpp: what a log record says about the request it belongs to.
//
//     ctx::log::FragmentBuffer buffer;
//     const auto context = ctx::log::record_context(ctx::current(), buffer);
//     context.trace_id;      // and span_id, flags
//     context.fields;        // ,"tenant":"acme","tier":"gold"
//
// The ids, and those fields of the baggage whose declaration says log() (ctx/context/fields.hpp):
// plain, hashed or masked. What is not declared is never logged. At most 8 fields of at most 128
// bytes each, cut between characters and ended with U+2026; 1 KiB in all. Fields are rendered once
// per trace and baggage, kept with the context and shared with the contexts of its child spans.
//
// Threads   Safe from any thread.
// Errors    Nothing fails. What does not fit is left out or cut and counted
//           (`ctx_logging_truncated_total`); a field whose name would collide with one of the
//           line's own is left out and counted (`ctx_logging_refused_fields_total`). Without memory
//           for the cache the fields are rendered again for each record.
// Cost      A few loads; one allocation for the first record of a request that has fields or ids.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/export.hpp>
#include <ctx/logging/values.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace ctx::log {

inline constexpr std::size_t max_fields = 8;
inline constexpr std::size_t max_value_bytes = 128;
inline constexpr std::size_t max_fields_bytes = 1024;

/// Borrows from the context or buffer it was read from.
struct RecordContext {
    TraceId trace_id;
    SpanId span_id;
    TraceFlags flags;
    /// JSON members, each with a comma before it, names and values escaped; or empty.
    std::string_view fields;
    /// The ids as JSON members, with another span's id and flags in them; or empty. See json_line.
    std::string_view id_template;
    /// What the line says besides its message; not of the request.
    Values values = {};

    [[nodiscard]] bool empty() const noexcept {
        return !trace_id.is_valid() && fields.empty() && values.empty();
    }
};

/// Where fields are rendered when the context has no room to keep them.
struct FragmentBuffer {
    std::array<char, max_fields_bytes> bytes;
};

/// What a record written under `context` says of it. Valid as long as both arguments are.
[[nodiscard]] CTX_EXPORT RecordContext record_context(ContextView context,
                                                      FragmentBuffer& buffer) noexcept;

/// Names that the line itself uses: timestamp, level, logger, message, trace_id, span_id,
/// trace_flags, and everything below the namespaces of resources and source locations
/// (service., deployment., telemetry., host., process., os., container., k8s., cloud., code.).
[[nodiscard]] CTX_EXPORT bool is_reserved_name(std::string_view name) noexcept;

/// True when `name` is below one of the namespaces of resources.
[[nodiscard]] CTX_EXPORT bool is_resource_name(std::string_view name) noexcept;

}  // namespace ctx::log
