// ctx/context/context.hpp: the identity of a request: trace, span, baggage, local values.
//
//     ctx::Context request = ctx::Context{}.with_span({trace_id, span_id, flags})
//                                          .with_baggage(baggage);
//     ctx::Scope scope{request};            // current from here to the end of the block
//     ctx::current().trace_id().to_string();
//
// Threads   A Context is an immutable value: copy it to, and read it from, any number of threads.
// Errors    Reading never fails: an empty context has an invalid trace id, empty baggage and no
//           values. Deriving throws std::bad_alloc and nothing else.
// Cost      8 bytes. Copy: one relaxed increment. Move: none. Deriving: one allocation.

#pragma once

#include <ctx/baggage/baggage.hpp>
#include <ctx/context/detail/node.hpp>
#include <ctx/context/ids.hpp>
#include <ctx/context/key.hpp>
#include <ctx/context/recording_span.hpp>
#include <ctx/context/trace_state.hpp>
#include <ctx/export.hpp>

#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace ctx {

/// What names a span between processes (OpenTelemetry SpanContext).
struct SpanContext {
    TraceId trace_id;
    SpanId span_id;  ///< zero: the trace has no span yet
    TraceFlags flags;
    TraceState trace_state;
    bool remote = false;  ///< came in over a wire

    friend bool operator==(const SpanContext&, const SpanContext&) noexcept = default;
};

/// Another span that contributed to this one (OpenTelemetry Link, ids only).
struct Link {
    TraceId trace_id;
    SpanId span_id;

    friend bool operator==(const Link&, const Link&) noexcept = default;
};

class Context;
class ContextView;

namespace detail {

/// What Context and ContextView share: reading, and deriving an owned Context from what is read.
class ContextReader {
public:
    /// False for the empty context.
    explicit operator bool() const noexcept { return node_ != nullptr; }

    [[nodiscard]] TraceId trace_id() const noexcept {
        return node_ == nullptr ? TraceId{} : node_->trace_id;
    }
    [[nodiscard]] SpanId span_id() const noexcept {
        return node_ == nullptr ? SpanId{} : node_->span_id;
    }
    [[nodiscard]] TraceFlags flags() const noexcept {
        return node_ == nullptr ? TraceFlags{} : node_->flags;
    }
    [[nodiscard]] TraceState trace_state() const noexcept {
        return node_ == nullptr ? TraceState{} : node_->trace_state;
    }
    [[nodiscard]] SpanContext span_context() const noexcept {
        if (node_ == nullptr) return {};
        return {node_->trace_id, node_->span_id, node_->flags, node_->trace_state, node_->remote};
    }

    /// Borrowed from the context.
    [[nodiscard]] const Baggage& baggage() const noexcept {
        return node_ == nullptr ? empty_baggage : node_->baggage;
    }

    /// The span that is recorded for this context, or null. Borrowed from the context.
    [[nodiscard]] RecordingSpan* recording_span() const noexcept {
        return node_ == nullptr ? nullptr : node_->span.get();
    }

    /// The value stored under `key`, or null. Borrowed from the context.
    template <typename T>
    [[nodiscard]] const T* get(const Key<T>& key) const noexcept {
        if (node_ == nullptr || node_->locals == nullptr) return nullptr;
        const LocalValue* found = node_->locals->find(&key);
        return found == nullptr ? nullptr : &static_cast<const TypedLocalValue<T>*>(found)->value;
    }

    /// The spans of branches that were joined into this context. Borrowed from the context.
    [[nodiscard]] CTX_EXPORT std::span<const Link> links() const noexcept;

    /// This context as seen from within the span `span`: a new trace when the ids differ, a child
    /// when only the span differs. Baggage and local values stay.
    /// @param recording  the recorder of that span, if there is one.
    [[nodiscard]] CTX_EXPORT Context with_span(const SpanContext& span,
                                               RecordingSpanPtr recording = {}) const;

    /// This context with other baggage; everything else stays.
    [[nodiscard]] CTX_EXPORT Context with_baggage(Baggage baggage) const;

    /// with_span() and with_baggage() in one step, and one allocation: what came in over a wire.
    [[nodiscard]] CTX_EXPORT Context with_span_and_baggage(const SpanContext& span,
                                                           Baggage baggage) const;

    /// This context with other spans that contributed to what happens in it: the caller's where a
    /// trace begins anew, the items of a batch. A span of this context gets them as links when it
    /// starts. Without duplicates; what exceeds 128 is counted and left out.
    [[nodiscard]] CTX_EXPORT Context with_links(std::span<const Link> links) const;

    /// This context with all local values of `other`; those of one key replace its own.
    [[nodiscard]] CTX_EXPORT Context with_values_of(ContextView other) const;

    /// This context with `value` stored under `key` for the rest of its way in this process.
    template <typename T>
    [[nodiscard]] Context with(const Key<T>& key, std::type_identity_t<T> value) const;

    /// The node itself, for the layers that cache on it.
    [[nodiscard]] const Node* node() const noexcept { return node_; }

protected:
    constexpr ContextReader() noexcept = default;
    explicit constexpr ContextReader(const Node* node) noexcept : node_(node) {}
    ~ContextReader() = default;
    ContextReader(const ContextReader&) noexcept = default;
    ContextReader& operator=(const ContextReader&) noexcept = default;

    const Node* node_ = nullptr;

private:
    [[nodiscard]] CTX_EXPORT Context with_local(LocalValue* value) const;

    CTX_EXPORT static const Baggage empty_baggage;
};

}  // namespace detail

/// A borrowed context. Valid as long as somebody holds the context it came from: for current(),
/// until the innermost live Scope of this thread ends. `Context{view}` keeps it longer.
class ContextView : public detail::ContextReader {
public:
    constexpr ContextView() noexcept = default;
    ContextView(const Context& context) noexcept;  // NOLINT(google-explicit-constructor): a borrow
    explicit constexpr ContextView(const detail::Node* node) noexcept : ContextReader(node) {}
};

/// An owned context. Empty by default.
class Context : public detail::ContextReader {
public:
    constexpr Context() noexcept = default;
    /// Keeps what the view borrows: one relaxed increment.
    explicit Context(ContextView view) noexcept : ContextReader(view.node()) {
        detail::add_reference(node_);
    }

    Context(const Context& other) noexcept : ContextReader(other.node_) {
        detail::add_reference(node_);
    }
    Context(Context&& other) noexcept : ContextReader(std::exchange(other.node_, nullptr)) {}
    Context& operator=(Context other) noexcept {
        std::swap(node_, other.node_);
        return *this;
    }
    ~Context() { detail::release_node(node_); }

    /// Merges two branches of one execution (Tracing Plane join): the baggage is merged; span,
    /// trace and local values are `a`'s, where a key can join the joined value; `b`'s span, when
    /// it is another, is remembered as a link. An empty side gives the other one.
    friend CTX_EXPORT Context join(const Context& a, const Context& b);

    /// Gives up the reference: for the three primitives that own the thread's word.
    [[nodiscard]] const detail::Node* release() noexcept { return std::exchange(node_, nullptr); }
    /// Takes over a reference.
    [[nodiscard]] static Context adopt(const detail::Node* node) noexcept {
        Context context;
        context.node_ = node;
        return context;
    }
};

template <typename T>
Context detail::ContextReader::with(const Key<T>& key, std::type_identity_t<T> value) const {
    return with_local(new TypedLocalValue<T>(&key, std::move(value)));
}

inline ContextView::ContextView(const Context& context) noexcept : ContextReader(context.node()) {}

/// Same identity object, not same content.
inline bool operator==(const detail::ContextReader& a, const detail::ContextReader& b) noexcept {
    return a.node() == b.node();
}

[[nodiscard]] CTX_EXPORT Context join(const Context& a, const Context& b);

static_assert(sizeof(Context) == sizeof(void*) && sizeof(ContextView) == sizeof(void*));

}  // namespace ctx
