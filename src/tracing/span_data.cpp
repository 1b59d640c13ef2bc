#include <ctx/tracing/span_data.hpp>

#include <numeric>
#include <utility>
#include <vector>

namespace ctx {
namespace {

constexpr std::size_t block_overhead = 16;  // of the allocator, per block

// The copy and what it points into.
struct OwnedSpan {
    SpanData data;
    std::string text;
    std::vector<Attribute> attributes;  // the span's own, then those of its events
    std::vector<SpanEvent> events;
    std::vector<Link> links;
};

std::size_t text_size(std::span<const Attribute> attributes) noexcept {
    std::size_t size = 0;
    for (const Attribute& attribute : attributes) {
        size += attribute.key.size();
        if (const auto* text = std::get_if<std::string_view>(&attribute.value)) {
            size += text->size();
        }
    }
    return size;
}

struct Sizes {
    std::size_t text = 0;
    std::size_t attributes = 0;
};

Sizes sizes_of(const SpanData& span) noexcept {
    Sizes sizes{span.name.size() + span.status_description.size() + text_size(span.attributes),
                span.attributes.size()};
    for (const SpanEvent& event : span.events) {
        sizes.text += event.name.size() + text_size(event.attributes);
        sizes.attributes += event.attributes.size();
    }
    return sizes;
}

class Copier {
public:
    Copier(OwnedSpan& into, const SpanData& from) : into_(into) {
        const Sizes sizes = sizes_of(from);
        // What is copied points into these, so they must not grow.
        into_.text.reserve(sizes.text);
        into_.attributes.reserve(sizes.attributes);
        into_.events.reserve(from.events.size());
    }

    std::string_view copy(std::string_view text) {
        const std::size_t at = into_.text.size();
        into_.text.append(text);
        return std::string_view{into_.text}.substr(at);
    }

    std::span<const Attribute> copy(std::span<const Attribute> attributes) {
        const std::size_t at = into_.attributes.size();
        for (const Attribute& attribute : attributes) {
            AttributeValue value = attribute.value;
            if (auto* text = std::get_if<std::string_view>(&value)) *text = copy(*text);
            into_.attributes.emplace_back(copy(attribute.key), value);
        }
        return std::span{into_.attributes}.subspan(at);
    }

private:
    OwnedSpan& into_;
};

}  // namespace

SpanDataPtr copy_span(const SpanData& span) {
    auto owned = std::make_shared<OwnedSpan>();
    Copier copier{*owned, span};
    SpanData& data = owned->data;
    data = span;
    data.name = copier.copy(span.name);
    data.status_description = copier.copy(span.status_description);
    data.attributes = copier.copy(span.attributes);
    for (const SpanEvent& event : span.events) {
        owned->events.push_back({event.time, copier.copy(event.name), copier.copy(event.attributes),
                                 event.dropped_attributes});
    }
    data.events = owned->events;
    owned->links.assign(span.links.begin(), span.links.end());
    data.links = owned->links;
    return {owned, &data};
}

std::size_t copied_size(const SpanData& span) noexcept {
    const Sizes sizes = sizes_of(span);
    std::size_t size = sizeof(OwnedSpan) + 2 * block_overhead;
    const auto add = [&](std::size_t bytes) { size += bytes == 0 ? 0 : bytes + block_overhead; };
    add(sizes.text);
    add(sizes.attributes * sizeof(Attribute));
    add(span.events.size() * sizeof(SpanEvent));
    add(span.links.size() * sizeof(Link));
    return size;
}

}  // namespace ctx
