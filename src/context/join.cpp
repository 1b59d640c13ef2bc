#include "context/node.hpp"
#include <ctx/context/context.hpp>
#include <ctx/context/stats.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <new>
#include <span>

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

void add_links(Node& into, std::span<const Link> more) {
    if (more.empty()) return;
    LinkList* links = with_links(into.links, more);
    release(std::exchange(into.links, links));
}

// What `b` contributes: its own span, and the spans that had been joined into it. A span does not
// link to itself, also when it had been joined into `b` before.
void join_links(Node& into, const Context& b) {
    const Link self{into.trace_id, into.span_id};
    const std::array<Link, 1> own{Link{b.trace_id(), b.span_id()}};
    if (own[0].span_id.is_valid() && own[0] != self) add_links(into, own);
    const auto inherited = b.links();
    const auto itself = std::find(inherited.begin(), inherited.end(), self);
    add_links(into, {inherited.begin(), itself});
    if (itself != inherited.end()) add_links(into, {std::next(itself), inherited.end()});
}

}  // namespace
}  // namespace detail

Context detail::ContextReader::with_links(std::span<const Link> links) const {
    detail::NewNode node = detail::copy_node(node_);
    detail::add_links(*node, links);
    detail::inherit_facets(node_, *node);
    return detail::seal(std::move(node));
}

Context join(const Context& a, const Context& b) {
    if (!b || a == b) return a;
    if (!a) return b;
    detail::NewNode node = detail::copy_node(a.node());
    node->baggage = join(a.baggage(), b.baggage());
    detail::LocalValues* locals = detail::join_values(node->locals, b.node()->locals);
    detail::release(std::exchange(node->locals, locals));
    detail::join_links(*node, b);
    if (node->baggage == a.baggage()) detail::inherit_facets(a.node(), *node);
    return detail::seal(std::move(node));
}

}  // namespace ctx
