// ctx/tracing/tracer.hpp: starts spans in the name of one service.
//
//     ctx::Tracer tracer{{.scope_name = "route", .resource = resource, .recorder = recorder}};
//     auto span = tracer.start_scoped("find route", {.attributes = {{"pickup", "728,326"}}});
//     spdlog::info("searching");                   // carries the ids of "find route"
//
// Threads   Immutable: start spans from any thread. Copies share the recorder.
// Errors    Starting throws std::bad_alloc when there is no memory for the context node. When only
//           the record cannot be had, the span is not recorded and counts as dropped.
// Cost      See span.hpp.

#pragma once

#include <ctx/context/resource.hpp>
#include <ctx/export.hpp>
#include <ctx/tracing/recorder.hpp>
#include <ctx/tracing/sampler.hpp>
#include <ctx/tracing/span.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace ctx {

struct TracerOptions {
    /// The library or part of the program whose spans these are.
    std::string scope_name = {};
    std::string scope_version = {};
    /// The service. Unset: Resource::from_environment().
    std::optional<Resource> resource = std::nullopt;
    Sampler sampler = {};
    /// Null: spans have ids and propagate, nothing is recorded and no trace begins as sampled.
    std::shared_ptr<Recorder> recorder = nullptr;
};

/// Makes spans. With OTEL_SDK_DISABLED=true they only have ids.
class CTX_EXPORT Tracer {
public:
    explicit Tracer(TracerOptions options);

    /// Starts a span; nothing becomes current. The spans that were joined into the parent context
    /// (`links()`) since its own span began become links.
    [[nodiscard]] Span start(std::string_view name, const SpanOptions& options = {}) const;

    /// Starts a span and makes it current until the end of the block.
    ScopedSpan start_scoped(std::string_view name, const SpanOptions& options = {},
                            const char* file = __builtin_FILE(),
                            int line = __builtin_LINE()) const {
        return ScopedSpan{start(name, options), file, line};
    }

private:
    [[nodiscard]] RecordingSpanPtr record(std::string_view name, const SpanOptions& options,
                                          ContextView parent, const SpanContext& own) const;

    Sampler sampler_;
    std::shared_ptr<Recorder> recorder_;                         // null: nothing is recorded
    const std::shared_ptr<const SpanSource>* source_ = nullptr;  // the recorder's
};

}  // namespace ctx
