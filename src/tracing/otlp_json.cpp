#include <ctx/tracing/detail/json_text.hpp>
#include <ctx/tracing/otlp_json.hpp>

#include <algorithm>
#include <array>
#include <vector>

namespace ctx {
namespace {

using detail::append_json_double;
using detail::append_json_int64;
using detail::append_json_list;
using detail::append_json_number;
using detail::append_json_string;

using Spans = std::vector<const SpanData*>;

// OTLP, Span.flags: the W3C flags, then whether it is known if the parent is remote, and if it is.
constexpr std::uint32_t has_is_remote = 0x100;
constexpr std::uint32_t is_remote = 0x200;

template <typename Id>
void append_id(std::string& out, Id id) {
    std::array<char, Id::hex_digits> hex;
    id.write_hex(hex.data());
    out += '"';
    out.append(hex.data(), hex.size());
    out += '"';
}

void append_count(std::string& out, std::string_view key, std::uint32_t count) {
    if (count == 0) return;
    out += ",\"";
    out += key;
    out += "\":";
    append_json_number(out, count);
}

struct AppendValue {
    std::string& out;

    void operator()(bool value) const {
        out += "\"boolValue\":";
        out += value ? "true" : "false";
    }
    void operator()(std::int64_t value) const {
        out += "\"intValue\":";
        append_json_int64(out, value);
    }
    void operator()(double value) const {
        out += "\"doubleValue\":";
        append_json_double(out, value);
    }
    void operator()(std::string_view value) const {
        out += "\"stringValue\":";
        append_json_string(out, value);
    }
};

void append_attribute(std::string& out, std::string_view key, const AttributeValue& value) {
    out += "{\"key\":";
    append_json_string(out, key);
    out += ",\"value\":{";
    std::visit(AppendValue{out}, value);
    out += "}}";
}

void append_attributes(std::string& out, std::span<const Attribute> attributes) {
    if (attributes.empty()) return;
    append_json_list(out, "attributes", attributes,
                     [&](const Attribute& item) { append_attribute(out, item.key, item.value); });
}

void append_time(std::string& out, std::string_view key, WallTime time) {
    out += '"';
    out += key;
    out += "\":";
    append_json_int64(out, std::max<std::int64_t>(0, time.time_since_epoch().count()));
}

void append_event(std::string& out, const SpanEvent& event) {
    out += '{';
    append_time(out, "timeUnixNano", event.time);
    out += ",\"name\":";
    append_json_string(out, event.name);
    append_attributes(out, event.attributes);
    append_count(out, "droppedAttributesCount", event.dropped_attributes);
    out += '}';
}

void append_link(std::string& out, const Link& link) {
    out += "{\"traceId\":";
    append_id(out, link.trace_id);
    out += ",\"spanId\":";
    append_id(out, link.span_id);
    out += '}';
}

void append_status(std::string& out, const SpanData& span) {
    if (span.status == StatusCode::unset) return;
    out += ",\"status\":{";
    if (!span.status_description.empty()) {
        out += "\"message\":";
        append_json_string(out, span.status_description);
        out += ',';
    }
    out += "\"code\":";
    append_json_number(out, static_cast<std::uint32_t>(span.status));
    out += '}';
}

void append_identity(std::string& out, const SpanData& span) {
    out += "{\"traceId\":";
    append_id(out, span.context.trace_id);
    out += ",\"spanId\":";
    append_id(out, span.context.span_id);
    if (!span.context.trace_state.empty()) {
        out += ",\"traceState\":";
        append_json_string(out, span.context.trace_state.header());
    }
    if (span.parent_id.is_valid()) {
        out += ",\"parentSpanId\":";
        append_id(out, span.parent_id);
    }
    append_count(out, "flags",
                 span.context.flags.bits() | has_is_remote | (span.parent_remote ? is_remote : 0U));
}

void append_span(std::string& out, const SpanData& span) {
    append_identity(out, span);
    out += ",\"name\":";
    append_json_string(out, span.name);
    append_count(out, "kind", static_cast<std::uint32_t>(span.kind) + 1);  // 0 is "unspecified"
    out += ',';
    append_time(out, "startTimeUnixNano", span.start);
    if (span.ended) {
        out += ',';
        append_time(out, "endTimeUnixNano", span.start + span.duration);
    }
    append_attributes(out, span.attributes);
    append_count(out, "droppedAttributesCount", span.dropped_attributes);
    if (!span.events.empty()) {
        append_json_list(out, "events", span.events, [&](const auto& e) { append_event(out, e); });
    }
    append_count(out, "droppedEventsCount", span.dropped_events);
    if (!span.links.empty()) {
        append_json_list(out, "links", span.links,
                         [&](const Link& link) { append_link(out, link); });
    }
    append_count(out, "droppedLinksCount", span.dropped_links);
    append_status(out, span);
    out += '}';
}

bool same_resource(const SpanData* a, const SpanData* b) {
    return a->source == b->source ||
           std::ranges::equal(a->source->resource.attributes(), b->source->resource.attributes());
}

bool same_scope(const SpanData* a, const SpanData* b) {
    return a->source == b->source || (a->source->scope_name == b->source->scope_name &&
                                      a->source->scope_version == b->source->scope_version);
}

// Takes from the front of `spans` those that are like the first, in their order.
template <typename Same>
Spans take_group(Spans& spans, Same same) {
    const SpanData* const first = spans.front();
    const auto rest = std::stable_partition(
        spans.begin(), spans.end(), [&](const SpanData* span) { return same(first, span); });
    Spans group(spans.begin(), rest);
    spans.erase(spans.begin(), rest);
    return group;
}

void append_scope(std::string& out, const Spans& spans) {
    const SpanSource& source = *spans.front()->source;
    out += "{\"scope\":{\"name\":";
    append_json_string(out, source.scope_name);
    if (!source.scope_version.empty()) {
        out += ",\"version\":";
        append_json_string(out, source.scope_version);
    }
    out += '}';
    append_json_list(out, "spans", spans, [&](const SpanData* span) { append_span(out, *span); });
    out += '}';
}

void append_resource(std::string& out, Spans spans) {
    out += "{\"resource\":{\"attributes\":[";
    bool first = true;
    for (const auto& [key, value] : spans.front()->source->resource.attributes()) {
        if (!first) out += ',';
        first = false;
        append_attribute(out, key, AttributeValue{std::string_view{value}});
    }
    out += "]},\"scopeSpans\":[";
    for (first = true; !spans.empty(); first = false) {
        if (!first) out += ',';
        append_scope(out, take_group(spans, same_scope));
    }
    out += "]}";
}

void append_all(std::string& out, Spans spans) {
    out += "{\"resourceSpans\":[";
    for (bool first = true; !spans.empty(); first = false) {
        if (!first) out += ',';
        append_resource(out, take_group(spans, same_resource));
    }
    out += "]}";
}

}  // namespace

void append_otlp_json(std::string& out, std::span<const SpanData> spans) {
    Spans pointers;
    pointers.reserve(spans.size());
    for (const SpanData& span : spans)
        pointers.push_back(&span);
    append_all(out, std::move(pointers));
}

void append_otlp_json(std::string& out, std::span<const SpanDataPtr> spans) {
    Spans pointers;
    pointers.reserve(spans.size());
    for (const SpanDataPtr& span : spans)
        pointers.push_back(span.get());
    append_all(out, std::move(pointers));
}

}  // namespace ctx
