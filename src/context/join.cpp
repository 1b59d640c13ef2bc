#include "context/node.hpp"
#include <ctx/context/context.hpp>
#include <ctx/context/stats.hpp>

#include <algorithm>
#include <array>
#include <new>

namespace ctx {
namespace {

Stat dropped_links{"ctx_context_dropped_links_total",
                   "Links of joined contexts that exceeded the limit of one context."};

}  // namespace

namespace detail {

LinkList* with_links(LinkList* a, std::span<const Link> more) {
    const std::size_t old_count = a == nullptr ? 0 : a->count;
    const std::size_t capacity = std::min(old_count + more.size(), LinkList::max_links);
    void* memory = ::operator new(sizeof(LinkList) + capacity * sizeof(Link));
    auto* result = new (memory) LinkList;
    const auto put = [&](const Link& link) {
        Link* end = result->begin() + result->count;
        if (std::find(result->begin(), end, link) != end) return;
        if (result->count == capacity) {
            dropped_links.add();
            return;
        }
        new (end) Link{link};
        ++result->count;
    };
    for (std::size_t i = 0; i < old_count; ++i)
        put(a->begin()[i]);
    for (const Link& link : more)
        put(link);
    return result;
}

void release(LinkList* links) noexcept {
    if (links == nullptr || !links->references.release()) return;
    links->~LinkList();
    ::operator delete(links);
}

namespace {

// What `b` contributes: its own span, and the spans that had been joined into it.
void join_links(Node& into, const Context& b) {
    const Link own{b.trace_id(), b.span_id()};
    const bool other_span = own.span_id.is_valid() && own != Link{into.trace_id, into.span_id};
    const auto inherited = b.links();
    if (!other_span && inherited.empty()) return;
    std::array<Link, 1> first{own};
    if (other_span) {
        LinkList* links = with_links(into.links, first);
        release(std::exchange(into.links, links));
    }
    if (!inherited.empty()) {
        LinkList* links = with_links(into.links, inherited);
        release(std::exchange(into.links, links));
    }
}

}  // namespace
}  // namespace detail

Context join(const Context& a, const Context& b) {
    if (!b || a == b) return a;
    if (!a) return b;
    detail::NewNode node = detail::copy_node(a.node());
    node->baggage = join(a.baggage(), b.baggage());
    detail::LocalValues* locals = detail::join_values(node->locals, b.node()->locals);
    detail::release(std::exchange(node->locals, locals));
    detail::join_links(*node, b);
    if (node->baggage == a.baggage()) detail::inherit_facets(a.node(), *node);
    return Context::adopt(node.release());
}

}  // namespace ctx
