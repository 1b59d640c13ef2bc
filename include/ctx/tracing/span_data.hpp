// ctx/tracing/span_data.hpp: what was recorded of a span, as exporters and pages read it.
//
//     for (const ctx::SpanDataPtr& span : store->find(trace_id)) {
//         std::cout << span->name << ' ' << span->duration.count() << " ns\n";
//     }
//
// Threads   Immutable: read one from any number of threads.
// Errors    copy_span() throws std::bad_alloc; nothing else fails.
// Cost      A SpanData borrows its texts and lists. A copy that owns them: copy_span(), at most
//           six allocations.

#pragma once

#include <ctx/context/attribute.hpp>
#include <ctx/context/context.hpp>
#include <ctx/context/ids.hpp>
#include <ctx/context/resource.hpp>
#include <ctx/export.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace ctx {

/// What a span stands for in the exchange it is part of (OpenTelemetry SpanKind).
enum class SpanKind : std::uint8_t { internal, server, client, producer, consumer };

/// How the operation ended (OpenTelemetry Status). `unset`: nobody said, taken as good.
enum class StatusCode : std::uint8_t { unset, ok, error };

/// Nanoseconds since 1970 in UTC, as the wire has them.
using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>;

/// Who made a span: the service, and the library within it (OpenTelemetry InstrumentationScope).
struct SpanSource {
    Resource resource;
    std::string scope_name;
    std::string scope_version;
};

/// Something that happened at one moment of a span.
struct SpanEvent {
    WallTime time;
    std::string_view name;
    std::span<const Attribute> attributes;
    std::uint32_t dropped_attributes = 0;
};

/// One span. Texts and lists are borrowed: from the SpanDataPtr that holds it, or, within
/// SpanSink's functions, for the length of the call. Texts are as the program gave them, so not
/// necessarily UTF-8.
struct SpanData {
    std::shared_ptr<const SpanSource> source;  ///< never null
    SpanContext context;
    SpanId parent_id;            ///< zero: the root of its trace
    bool parent_remote = false;  ///< the parent is another process's
    bool ended = true;           ///< false: a view of a span that still runs, duration so far
    SpanKind kind = SpanKind::internal;
    StatusCode status = StatusCode::unset;
    std::string_view name;
    std::string_view status_description;
    WallTime start;
    std::chrono::nanoseconds duration{0};  ///< by the monotonic clock
    std::span<const Attribute> attributes;
    std::span<const SpanEvent> events;
    std::span<const Link> links;
    std::uint32_t dropped_attributes = 0;
    std::uint32_t dropped_events = 0;
    std::uint32_t dropped_links = 0;
};

/// A span that owns what it shows.
using SpanDataPtr = std::shared_ptr<const SpanData>;

/// A copy of `span` that owns its texts and lists.
[[nodiscard]] CTX_EXPORT SpanDataPtr copy_span(const SpanData& span);

/// Bytes that copy_span() takes, allocator's overhead estimated.
[[nodiscard]] CTX_EXPORT std::size_t copied_size(const SpanData& span) noexcept;

}  // namespace ctx
