#include "context/node.hpp"
#include <ctx/context/context.hpp>

namespace ctx {

constinit const Baggage detail::ContextReader::empty_baggage{};

std::span<const Link> detail::ContextReader::links() const noexcept {
    if (node_ == nullptr || node_->links == nullptr) return {};
    return {node_->links->begin(), node_->links->count};
}

namespace {

void set_span(detail::Node& node, const SpanContext& span, RecordingSpanPtr recording) noexcept {
    node.trace_id = span.trace_id;
    node.span_id = span.span_id;
    node.flags = span.flags;
    node.trace_state = span.trace_state;
    node.remote = span.remote;
    node.span = std::move(recording);
}

}  // namespace

Context detail::ContextReader::with_span(const SpanContext& span,
                                         RecordingSpanPtr recording) const {
    detail::NewNode node = detail::copy_node(node_);
    set_span(*node, span, std::move(recording));
    if (trace_id() == span.trace_id) {
        detail::inherit_facets(node_, *node);
    } else if (node->links != nullptr) {
        // Links belong to the trace they were joined into.
        detail::release(std::exchange(node->links, nullptr));
    }
    return detail::seal(std::move(node));
}

Context detail::ContextReader::with_span_and_baggage(const SpanContext& span,
                                                     Baggage baggage) const {
    detail::NewNode node = detail::copy_node(node_);
    set_span(*node, span, {});
    node->baggage = std::move(baggage);
    // Links belong to the trace they were joined into.
    if (trace_id() != span.trace_id && node->links != nullptr) {
        detail::release(std::exchange(node->links, nullptr));
    }
    return detail::seal(std::move(node));
}

Context detail::ContextReader::with_baggage(Baggage baggage) const {
    detail::NewNode node = detail::copy_node(node_);
    node->baggage = std::move(baggage);
    return detail::seal(std::move(node));
}

Context detail::ContextReader::with_local(detail::LocalValue* value) const {
    detail::LocalValues* values =
        detail::with_value(node_ == nullptr ? nullptr : node_->locals, value);
    detail::NewNode node;
    try {
        node = detail::copy_node(node_);
    } catch (...) {
        detail::release(values);
        throw;
    }
    detail::release(std::exchange(node->locals, values));
    detail::inherit_facets(node_, *node);
    return detail::seal(std::move(node));
}

Context detail::ContextReader::with_values_of(ContextView other) const {
    const detail::LocalValues* theirs = other.node() == nullptr ? nullptr : other.node()->locals;
    detail::NewNode node = detail::copy_node(node_);
    if (theirs != nullptr) {
        detail::release(std::exchange(node->locals, detail::united(node->locals, *theirs)));
    }
    detail::inherit_facets(node_, *node);
    return detail::seal(std::move(node));
}

}  // namespace ctx
