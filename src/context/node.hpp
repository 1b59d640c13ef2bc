// Making nodes and the lists that hang off them.

#pragma once

#include <ctx/context/context.hpp>
#include <ctx/context/detail/node.hpp>

#include <cstdint>
#include <memory>

namespace ctx::detail {

/// The spans of joined branches: immutable, counted, bounded.
struct LinkList {
    static constexpr std::size_t max_links = 128;

    ReferenceCount references;
    std::uint32_t count = 0;

    [[nodiscard]] Link* begin() noexcept { return reinterpret_cast<Link*>(this + 1); }
};

struct NodeDeleter {
    void operator()(Node* node) const noexcept { destroy_node(node); }
};
/// A node that is still being filled in; nobody else sees it.
using NewNode = std::unique_ptr<Node, NodeDeleter>;

/// An empty node. @throws std::bad_alloc
NewNode make_node();

/// A node that shares everything with `from` (null: an empty one) but the facets.
NewNode copy_node(const Node* from);

/// Nothing of the node changes from here on.
Context seal(NewNode node) noexcept;

/// Lets `to` use what readers derived from `from`: both have the same trace and baggage.
void inherit_facets(const Node* from, Node& to) noexcept;

/// `a`'s links and `more`, without duplicates; what exceeds the bound is counted and dropped.
LinkList* with_links(LinkList* a, std::span<const Link> more);

void release(LinkList* links) noexcept;

}  // namespace ctx::detail
