#include "context/node.hpp"

#include "context/census.hpp"
#include "context/live_count.hpp"
#include <ctx/context/boundary.hpp>

#include <algorithm>
#include <new>

namespace ctx::detail {

namespace {

Facet* share(Facet* facet) noexcept {
    if (facet != nullptr) facet->references.add();
    return facet;
}

}  // namespace

NewNode make_node() {
    NewNode node{new Node};
    count_node(+1);
    return node;
}

NewNode copy_node(const Node* from) {
    NewNode node = make_node();
    if (from == nullptr) return node;
    node->flags = from->flags;
    node->remote = from->remote;
    node->trace_id = from->trace_id;
    node->span_id = from->span_id;
    node->trace_state = from->trace_state;
    node->baggage = from->baggage;
    node->span = from->span;
    node->locals = share(from->locals);
    if (from->links != nullptr) from->links->references.add();
    node->links = from->links;
    return node;
}

Context seal(NewNode node) noexcept {
    enter_census(*node);
    return Context::adopt(node.release());
}

void inherit_facets(const Node* from, Node& to) noexcept {
    if (from == nullptr) return;
    for (std::size_t i = 0; i < facet_slots; ++i) {
        to.facets[i].store(share(from->facets[i].load(std::memory_order_acquire)),
                           std::memory_order_relaxed);
    }
}

Facet* install_facet(const Node& node, FacetSlot slot, Facet* facet) noexcept {
    auto& place = node.facets[static_cast<std::size_t>(slot)];
    Facet* expected = nullptr;
    if (place.compare_exchange_strong(expected, facet, std::memory_order_acq_rel,
                                      std::memory_order_acquire)) {
        return facet;
    }
    facet->release();
    return expected;
}

namespace {

void delete_node(Node* node) noexcept {
    for (auto& place : node->facets) {
        if (Facet* facet = place.load(std::memory_order_acquire)) facet->release();
    }
    release(node->links);
    delete node;
    count_node(-1);
}

}  // namespace

void destroy_node(const Node* node) noexcept {
    leave_census(*node);
    // Nodes are made by make_node() as mutable objects and shared as const.
    auto* mine = const_cast<Node*>(node);
    if (mine->locals != nullptr) {
        // What a user's destructor does (log, post work) must not happen in the name of whichever
        // request is current where the last reference happened to go.
        const Boundary empty{Context{}};
        release(mine->locals);
    }
    delete_node(mine);
}

}  // namespace ctx::detail
