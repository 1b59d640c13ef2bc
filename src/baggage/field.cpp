#include "baggage/field_value.hpp"
#include "baggage/string_bag.hpp"
#include <ctx/baggage/field.hpp>
#include <ctx/baggage/utf8.hpp>

namespace ctx {

Field Field::of_bag(std::uint32_t bag, std::uint32_t field, FieldReader reader,
                    std::string_view name) {
    return Field(FieldSource{std::string(name), bag, field, reader, true});
}

Field Field::type(EntryType type) const {
    Field changed = *this;
    changed.type_ = type;
    return changed;
}

Field Field::default_value(std::string_view value) const {
    Field changed = *this;
    changed.default_ = value;
    return changed;
}

Field Field::max_bytes(std::size_t bytes) const {
    Field changed = *this;
    changed.max_bytes_ = bytes;
    return changed;
}

Field Field::merge(MergeRule rule) const {
    Field changed = *this;
    changed.merge_ = rule;
    return changed;
}

Field Field::ttl(std::uint32_t hops) const {
    Field changed = *this;
    changed.ttl_ = hops;
    return changed;
}

Field Field::send(Send farthest) const {
    Field changed = *this;
    changed.send_ = farthest;
    return changed;
}

Field Field::priority(int priority) const {
    Field changed = *this;
    changed.priority_ = priority;
    return changed;
}

Field Field::log(LogPolicy policy) const {
    Field changed = *this;
    changed.log_policy_ = policy;
    return changed;
}

Field Field::log_as(std::string_view name) const {
    Field changed = *this;
    changed.log_name_ = name;
    return changed;
}

Field Field::label(std::string_view name) const {
    Field changed = *this;
    changed.label_name_ = name;
    return changed;
}

Field Field::span() const {
    Field changed = *this;
    changed.in_spans_ = true;
    return changed;
}

Field Field::span_as(std::string_view attribute) const {
    Field changed = span();
    changed.span_name_ = attribute;
    return changed;
}

std::optional<std::string_view> Field::find_in(const Baggage& baggage,
                                               FieldScratch& scratch) const noexcept {
    if (source_.in_bag) {
        return source_.read == nullptr ? std::nullopt
                                       : source_.read(baggage, source_.bag, source_.field, scratch);
    }
    std::optional<std::string_view> chosen;
    detail::for_each_body(baggage.buffer(), source_.key, [&](std::string_view body) {
        detail::fold_candidates(*this, body, chosen);
    });
    return chosen;
}

std::string_view Field::within_limit(std::string_view value) const noexcept {
    // A part of a number is another number.
    return value.size() > max_bytes() && type_ != EntryType::string
               ? std::string_view{default_}
               : utf8_prefix(value, max_bytes());
}

std::string_view Field::value_in(const Baggage& baggage, FieldScratch& scratch) const noexcept {
    return within_limit(find_in(baggage, scratch).value_or(default_));
}

}  // namespace ctx
