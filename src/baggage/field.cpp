#include <ctx/baggage/field.hpp>
#include <ctx/baggage/utf8.hpp>

#include <absl/status/status.h>

#include <algorithm>
#include <utility>

namespace ctx {
namespace {

// What Prometheus takes as the name of a label; "__" is its own.
bool is_label_name(std::string_view name) noexcept {
    const auto is_letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    return !name.empty() && is_letter(name.front()) && !name.starts_with("__") &&
           std::all_of(name.begin(), name.end(),
                       [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

absl::Status refuse(const Field& field, std::string_view reason) {
    std::string message = "field \"" + field.key() + "\": ";
    message.append(reason);
    return absl::InvalidArgumentError(message);
}

absl::Status check_alone(const Field& field) {
    if (field.max_bytes() == 0) {
        return refuse(field, "max_bytes must not be 0");
    }
    if (field.log_name().empty()) {
        return refuse(field, "the name in log lines must not be empty");
    }
    if (!field.label_name().empty() && !is_label_name(field.label_name())) {
        return refuse(field, "\"" + field.label_name() + "\" cannot be the name of a label");
    }
    return absl::OkStatus();
}

bool is_logged(const Field& field) noexcept {
    return field.log_policy() != LogPolicy::none;
}

absl::Status check_pair(const Field& earlier, const Field& later) {
    if (earlier.key() == later.key()) {
        return refuse(later, "declared twice");
    }
    if (is_logged(earlier) && is_logged(later) && earlier.log_name() == later.log_name()) {
        return refuse(
            later, "logged as \"" + later.log_name() + "\", as is field \"" + earlier.key() + "\"");
    }
    if (!later.label_name().empty() && earlier.label_name() == later.label_name()) {
        return refuse(later, "label \"" + later.label_name() + "\" is that of field \"" +
                                 earlier.key() + "\"");
    }
    return absl::OkStatus();
}

}  // namespace

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

std::string_view Field::value_in(const Baggage& baggage) const noexcept {
    return utf8_prefix(baggage.find(key_).value_or(default_), max_bytes_);
}

absl::StatusOr<FieldSet> FieldSet::create(std::vector<Field> fields) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (absl::Status status = check_alone(fields[i]); !status.ok()) {
            return status;
        }
        for (std::size_t j = 0; j < i; ++j) {
            if (absl::Status status = check_pair(fields[j], fields[i]); !status.ok()) {
                return status;
            }
        }
    }
    FieldSet set;
    set.fields_ = std::move(fields);
    for (const Field& field : set.fields_) {
        if (is_logged(field)) {
            set.log_fields_.push_back(field);
        }
        if (!field.label_name().empty()) {
            set.label_fields_.push_back(field);
        }
    }
    return set;
}

const Field* FieldSet::find(std::string_view key) const noexcept {
    const auto found = std::find_if(fields_.begin(), fields_.end(),
                                    [key](const Field& field) { return field.key() == key; });
    return found == fields_.end() ? nullptr : &*found;
}

}  // namespace ctx
