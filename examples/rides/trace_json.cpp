#include "trace_json.hpp"

#include <string>
#include <variant>

namespace rides {
namespace {

using Json = nlohmann::ordered_json;

const char* kind_name(ctx::SpanKind kind) {
    switch (kind) {
        case ctx::SpanKind::server:
            return "server";
        case ctx::SpanKind::client:
            return "client";
        case ctx::SpanKind::producer:
            return "producer";
        case ctx::SpanKind::consumer:
            return "consumer";
        case ctx::SpanKind::internal:
            break;
    }
    return "internal";
}

const char* status_name(ctx::StatusCode status) {
    switch (status) {
        case ctx::StatusCode::ok:
            return "ok";
        case ctx::StatusCode::error:
            return "error";
        case ctx::StatusCode::unset:
            break;
    }
    return "unset";
}

Json attributes_json(std::span<const ctx::Attribute> attributes) {
    Json object = Json::object();
    for (const ctx::Attribute& attribute : attributes) {
        std::visit([&](const auto& value) { object[std::string{attribute.key}] = value; },
                   attribute.value);
    }
    return object;
}

// Nanoseconds do not fit into the numbers of JavaScript.
std::string nanoseconds(ctx::WallTime time) {
    return std::to_string(time.time_since_epoch().count());
}

Json span_json(const ctx::SpanData& span) {
    Json events = Json::array();
    for (const ctx::SpanEvent& event : span.events) {
        events.push_back({{"name", event.name},
                          {"time_unix_nano", nanoseconds(event.time)},
                          {"attributes", attributes_json(event.attributes)}});
    }
    Json links = Json::array();
    for (const ctx::Link& link : span.links) {
        links.push_back(
            {{"trace_id", link.trace_id.to_string()}, {"span_id", link.span_id.to_string()}});
    }
    return {{"span_id", span.context.span_id.to_string()},
            {"parent_span_id", span.parent_id.is_valid() ? span.parent_id.to_string() : ""},
            {"name", span.name},
            {"service", span.source->resource.service_name()},
            {"kind", kind_name(span.kind)},
            {"start_unix_nano", nanoseconds(span.start)},
            {"duration_nano", span.duration.count()},
            {"ended", span.ended},
            {"status", status_name(span.status)},
            {"status_message", span.status_description},
            {"attributes", attributes_json(span.attributes)},
            {"events", std::move(events)},
            {"links", std::move(links)}};
}

}  // namespace

Json trace_json(ctx::TraceId id, const std::vector<ctx::SpanDataPtr>& spans) {
    Json list = Json::array();
    for (const ctx::SpanDataPtr& span : spans)
        list.push_back(span_json(*span));
    return {{"trace_id", id.to_string()}, {"spans", std::move(list)}};
}

}  // namespace rides
