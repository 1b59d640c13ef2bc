#include "context/audit.hpp"
#include <ctx/context/fields.hpp>
#include <ctx/context/governed_baggage.hpp>

#include <utility>

namespace ctx {
namespace {

const char* wire_to(Destination to) noexcept {
    switch (to) {
        case Destination::inside:
            return "inject to inside";
        case Destination::partner:
            return "inject to partner";
        case Destination::outside:
            return "inject to outside";
    }
    return "inject";
}

const char* wire_from(Destination from) noexcept {
    switch (from) {
        case Destination::inside:
            return "extract from inside";
        case Destination::partner:
            return "extract from partner";
        case Destination::outside:
            return "extract from outside";
    }
    return "extract";
}

}  // namespace

Context set_baggage(ContextView context, BaggageKey key, std::string_view value, const char* file,
                    int line) {
    const PublishedFields published = published_fields();
    if (published.generation == 0 && !detail::is_audited()) {
        return context.with_baggage(context.baggage().set(key, value));
    }
    detail::Audit audit{file, line};
    Baggage changed = set_governed(context.baggage(), published.set, key, value, audit.report());
    if (changed.buffer() == context.baggage().buffer()) return Context{context};
    return context.with_baggage(std::move(changed));
}

Context remove_baggage(ContextView context, std::string_view key, const char* file, int line) {
    const Baggage& baggage = context.baggage();
    Baggage changed = baggage.remove(key);
    if (changed.buffer() == baggage.buffer()) return Context{context};
    detail::Audit audit{file, line};
    audit.report()->add({FieldAction::removed, FieldReason::program, key,
                         baggage.find(key).value_or(std::string_view{}).size(), 0});
    return context.with_baggage(std::move(changed));
}

Baggage detail::send_governed(const Baggage& baggage, Destination to) {
    Audit audit{wire_to(to)};
    const FieldSet& fields = published_fields().set;
    Baggage sent = outgoing(baggage, fields, to, audit.report());
    return fields.has_priorities() ? fit_header(sent, fields, {}, audit.report()) : sent;
}

Baggage detail::admit_governed(const Baggage& baggage, Destination from) {
    Audit audit{wire_from(from)};
    return admitted(baggage, published_fields().set, from, audit.report());
}

}  // namespace ctx
