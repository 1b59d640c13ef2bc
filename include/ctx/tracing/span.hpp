// ctx/tracing/span.hpp: one operation of a trace, from its start to its end.
//
//     ctx::Span span = tracer.start("GET /dispatch", {.kind = ctx::SpanKind::server});
//     ctx::Scope scope{span.context()};            // what is called from here is below it
//     span.set_attribute("customer", 392);
//     span.set_status(ctx::StatusCode::error, "no driver");
//
// Threads   A Span belongs to whoever holds it, one thread at a time; it may be moved to another.
//           Its context() may be current on any number of threads, and what those do to the span
//           (`recording_span()->add_event`, `keep()`) is safe at any time, also after its end.
// Errors    Nothing throws. What exceeds the limits of the recorder (SpanLimits) is dropped and
//           counted on the span. After end(), and on a span that is not sampled, all is a no-op.
// Cost      Unsampled: the context node, and a null test per call. Sampled: two clock reads (three
//           for the first span of a process), a recycled record, a push to the recorder's queue;
//           no allocation but the context node while attributes fit 1 KiB: bench/tracing_bench.cpp.

#pragma once

#include <ctx/context/attribute.hpp>
#include <ctx/context/context.hpp>
#include <ctx/context/recording_span.hpp>
#include <ctx/context/scope.hpp>
#include <ctx/export.hpp>
#include <ctx/tracing/span_data.hpp>

#include <exception>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>

namespace ctx {

/// How a span starts. Lives for the call of start() only: texts and lists are borrowed.
struct SpanOptions {
    SpanKind kind = SpanKind::internal;
    /// The context the span is a child of; an empty one begins a new trace. Unset: current().
    std::optional<ContextView> parent = std::nullopt;
    std::initializer_list<Attribute> attributes = {};
    std::initializer_list<Link> links = {};
};

/// A running span. Move-only; ends when it is destroyed.
class CTX_EXPORT Span {
public:
    /// No span: context() is empty and all is a no-op.
    Span() noexcept = default;
    Span(Span&&) noexcept = default;
    /// Ends the span that is replaced.
    Span& operator=(Span&& other) noexcept;
    Span(const Span&) = delete;
    Span& operator=(const Span&) = delete;
    ~Span() { end(); }

    /// Sampled, and not ended.
    [[nodiscard]] bool is_recording() const noexcept { return static_cast<bool>(record_); }

    /// The context in which this span is current; also after the end. Borrowed from the Span.
    [[nodiscard]] const Context& context() const noexcept { return context_; }
    [[nodiscard]] SpanContext span_context() const noexcept { return context_.span_context(); }

    /// Sets or replaces an attribute. Keys and values are copied; values are cut to the limit.
    template <typename T>
    void set_attribute(std::string_view key, const T& value) noexcept {
        if (is_recording()) record_attribute({key, value});
    }

    /// Adds an event at the present time.
    void add_event(std::string_view name,
                   std::initializer_list<Attribute> attributes = {}) noexcept {
        if (is_recording()) record_event(name, attributes);
    }

    /// Says that another span contributed to this one: an item of a batch, a joined branch.
    void add_link(const Link& link) noexcept {
        if (is_recording()) record_link(link);
    }

    /// `ok` is final and clears the description; `error` wins over `unset`; `unset` is ignored
    /// (OpenTelemetry Tracing API, "Set Status").
    void set_status(StatusCode code, std::string_view description = {}) noexcept {
        if (is_recording()) record_status(code, description);
    }

    /// An event `exception` with type and message as OpenTelemetry names them, and status error.
    void record_error(const std::exception& error) noexcept {
        if (is_recording()) record_exception(error);
    }

    /// Replaces the name the span was started with: when a route is known only after parsing.
    void update_name(std::string_view name) noexcept {
        if (is_recording()) record_name(name);
    }

    /// Hands the span to the recorder. Called by the destructor; a second call does nothing.
    void end() noexcept {
        if (is_recording()) finish();
    }

private:
    friend class Tracer;
    Span(Context context, RecordingSpanPtr record) noexcept
        : context_(std::move(context)), record_(std::move(record)) {}

    void record_attribute(const Attribute& attribute) noexcept;
    void record_event(std::string_view name, std::initializer_list<Attribute> attributes) noexcept;
    void record_link(const Link& link) noexcept;
    void record_status(StatusCode code, std::string_view description) noexcept;
    void record_exception(const std::exception& error) noexcept;
    void record_name(std::string_view name) noexcept;
    void finish() noexcept;

    Context context_;
    RecordingSpanPtr record_;  // of the type that Tracer makes, null when there is nothing to do
};

/// A span that is current from its start to its end, for code that does not suspend:
///
///     auto span = tracer.start_scoped("charge card");
///
/// In a coroutine use Span: a Scope must not be open while a coroutine is suspended.
class [[nodiscard]] ScopedSpan : private Span {
public:
    ScopedSpan(const ScopedSpan&) = delete;
    ScopedSpan& operator=(const ScopedSpan&) = delete;
    ~ScopedSpan() = default;

    using Span::add_event;
    using Span::add_link;
    using Span::context;
    using Span::end;  ///< its context stays current until the ScopedSpan is destroyed
    using Span::is_recording;
    using Span::record_error;
    using Span::set_attribute;
    using Span::set_status;
    using Span::span_context;
    using Span::update_name;

private:
    friend class Tracer;
    ScopedSpan(Span span, const char* file, int line) noexcept
        : Span(std::move(span)), scope_(context(), file, line) {}

    Scope scope_;
};

}  // namespace ctx
