// The immutable object behind a Context. Its layout is part of the ABI: readers are inline.

#pragma once

#include <ctx/baggage/baggage.hpp>
#include <ctx/context/detail/facet.hpp>
#include <ctx/context/detail/local_values.hpp>
#include <ctx/context/detail/reference_count.hpp>
#include <ctx/context/ids.hpp>
#include <ctx/context/recording_span.hpp>
#include <ctx/context/trace_state.hpp>
#include <ctx/export.hpp>

#include <array>
#include <atomic>
#include <cstdint>

namespace ctx::detail {

struct LinkList;

struct Node {
    mutable ReferenceCount references;
    TraceFlags flags;
    bool remote = false;     // the span id is another process's
    bool in_census = false;  // listed by census.hpp

    TraceId trace_id;
    SpanId span_id;
    TraceState trace_state;
    Baggage baggage;
    RecordingSpanPtr span;
    LocalValues* locals = nullptr;
    LinkList* links = nullptr;

    /// Caches of readers, each set once from null; see Facet.
    mutable std::array<std::atomic<Facet*>, facet_slots> facets{};
};

/// Frees a node whose last reference is gone. Local values are destroyed under an empty context.
CTX_EXPORT void destroy_node(const Node* node) noexcept;

inline void add_reference(const Node* node) noexcept {
    if (node != nullptr) node->references.add();
}

inline void release_node(const Node* node) noexcept {
    if (node != nullptr && node->references.release()) destroy_node(node);
}

/// The facet in `slot`, or null. Borrowed: valid as long as the node.
inline Facet* facet_of(const Node& node, FacetSlot slot) noexcept {
    return node.facets[static_cast<std::size_t>(slot)].load(std::memory_order_acquire);
}

/// Offers `facet` (and the reference it was made with) to the node.
/// @return the facet that is installed: this one, or the one another thread was quicker with, in
///         which case `facet` has been released.
CTX_EXPORT Facet* install_facet(const Node& node, FacetSlot slot, Facet* facet) noexcept;

}  // namespace ctx::detail
