#include "metrics/admission.hpp"

#include <utility>

namespace ctx::detail {

Admission::Admission(const Dimension& dimension, std::string label)
    : key_(dimension.key()),
      label_(std::move(label)),
      default_(dimension.default_value().value_or("")),
      has_own_default_(dimension.default_value().has_value()),
      overflow_(dimension.overflow_value()),
      max_bytes_(dimension.max_bytes()),
      at_most_(dimension.at_most()),
      reserved_(dimension.always().begin(), dimension.always().end()) {}

void Admission::set_field_default(std::string_view value) {
    if (!has_own_default_) default_ = value;
}

Admission::Verdict Admission::judge(const DimensionSet::Value* value) const {
    if (value == nullptr || value->kind == ValueKind::absent) return {.shown = default_};
    const std::string& text = value->text;
    if (value->kind == ValueKind::unusable || text.size() > max_bytes_) {
        return {.shown = overflow_, .overflowed = true};
    }
    if (text == default_ || text == overflow_ || reserved_.contains(text) ||
        admitted_.contains(text)) {
        return {.shown = text};
    }
    if (admitted_.size() < at_most_) return {.shown = text, .is_new = true};
    return {.shown = overflow_, .overflowed = true};
}

void Admission::admit(std::string_view value) {
    admitted_.emplace(value);
}

}  // namespace ctx::detail
