#include "tracing/recorder_core.hpp"
#include "tracing/stats.hpp"
#include <ctx/context/child_span.hpp>
#include <ctx/context/current.hpp>
#include <ctx/context/fields.hpp>
#include <ctx/tracing/tracer.hpp>

#include <new>
#include <utility>

namespace ctx {
namespace {

Attribute attribute_of(const Field& field, std::string_view text) noexcept {
    const std::string& name = field.span_name();
    const bool plain =
        field.log_policy() != LogPolicy::hash && field.log_policy() != LogPolicy::mask;
    if (plain && field.type() == EntryType::boolean) return {name, text == "true"};
    if (plain && field.type() == EntryType::int64) {
        if (const auto number = parse_int64(text)) return {name, *number};
    }
    if (plain && field.type() == EntryType::float64) {
        if (const auto number = parse_float64(text)) return {name, *number};
    }
    return {name, text};
}

/// The fields of the baggage that the declaration copies to spans.
void add_fields(detail::SpanRecord& record, const Baggage& baggage) noexcept {
    const FieldSet& set = published_fields().set;
    for (const Field& field : set.span_fields()) {
        FieldScratch scratch;  // NOLINT(*-member-init): written before it is read
        const ShownValue shown = set.shown(field, baggage, scratch);
        if (!shown.text.empty()) record.set_attribute(attribute_of(field, shown.text));
    }
}

}  // namespace

Tracer::Tracer(TracerOptions options)
    : sampler_(options.sampler), recorder_(sdk_disabled() ? nullptr : std::move(options.recorder)) {
    if (recorder_ == nullptr) return;
    SpanSource source{
        options.resource ? std::move(*options.resource) : Resource::from_environment(),
        std::move(options.scope_name), std::move(options.scope_version)};
    source_ = recorder_->core_->intern(std::move(source));
}

Span Tracer::start(std::string_view name, const SpanOptions& options) const {
    const ContextView parent = options.parent ? *options.parent : current();
    SpanContext own = child_of(parent);
    RecordingSpanPtr recording;
    if (recorder_ != nullptr) {
        const bool sampled = sampler_.should_sample(parent, own.trace_id);
        own.flags = own.flags.with_sampled(sampled);
        if (sampled) recording = record(name, options, parent, own);
    }
    return Span{Context{parent}.with_span(own, recording), std::move(recording)};
}

RecordingSpanPtr Tracer::record(std::string_view name, const SpanOptions& options,
                                ContextView parent, const SpanContext& own) const {
    RecordingSpanPtr recording;
    try {
        detail::SpanRecord* const record = recorder_->core_->acquire();
        recording = RecordingSpanPtr::adopt(record);
        record->begin({source_, own, parent, options.kind, name});
        add_fields(*record, parent.baggage());
        for (const Attribute& attribute : options.attributes)
            record->set_attribute(attribute);
        for (const Link& link : options.links)
            record->add_link(link);
    } catch (const std::bad_alloc&) {
        detail::dropped_spans.add();
        return {};
    }
    return recording;
}

}  // namespace ctx
