#include "baggage/field_value.hpp"
#include "baggage/siphash.hpp"
#include <ctx/baggage/field_set.hpp>
#include <ctx/baggage/utf8.hpp>

#include <absl/status/status.h>

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <string>
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

bool is_logged(const Field& field) noexcept {
    return field.log_policy() != LogPolicy::none;
}

absl::Status refuse(const Field& field, std::string_view reason) {
    std::string message = "field \"" + field.key() + "\": ";
    message.append(reason);
    return absl::InvalidArgumentError(message);
}

absl::Status check_names(const Field& field) {
    if (field.key().empty()) {
        return refuse(field, "a field of a typed bag needs a name");
    }
    if (field.log_name().empty()) {
        return refuse(field, "the name in log lines must not be empty");
    }
    if (field.span_name().empty()) {
        return refuse(field, "the name of the span attribute must not be empty");
    }
    if (!field.label_name().empty() && !is_label_name(field.label_name())) {
        return refuse(field, "\"" + field.label_name() + "\" cannot be the name of a label");
    }
    return absl::OkStatus();
}

absl::Status check_values(const Field& field) {
    if (field.max_bytes() == 0) {
        return refuse(field, "max_bytes must not be 0");
    }
    if (field.limits_size() && field.default_value().size() > field.max_bytes()) {
        return refuse(field, "the default is longer than max_bytes");
    }
    if (!field.default_value().empty() &&
        !detail::is_of_type(field.default_value(), field.type())) {
        return refuse(field, "the default is not of the declared type");
    }
    if (field.merge() == MergeRule::last) {
        return refuse(field,
                      "text entries carry no time, so nobody knows which value is the "
                      "last; declare the field as last<T> in a typed bag");
    }
    return absl::OkStatus();
}

absl::Status check_travel(const Field& field) {
    if (field.ttl() == 0U) {
        return refuse(field, "ttl must not be 0; send(Send::none) keeps an entry in the process");
    }
    if (field.ttl().has_value() && field.send() == Send::none) {
        return refuse(field, "has a ttl, but is never sent");
    }
    return absl::OkStatus();
}

absl::Status check_bag_field(const Field& field) {
    if (field.source().read == nullptr) {
        return refuse(field, "a field of a typed bag needs a reader");
    }
    if (field.source().bag == 0 && field.source().field == 0) {
        return refuse(field, "field 0 of bag 0 holds the string entries, which have keys");
    }
    if (field.type() != EntryType::string || field.merge() != MergeRule::least ||
        field.ttl().has_value() || field.priority() != 0) {
        return refuse(field,
                      "type, merge, ttl and priority are for string entries; those of a "
                      "typed bag are in its schema");
    }
    return absl::OkStatus();
}

absl::Status check_alone(const Field& field) {
    absl::Status status = check_names(field);
    status.Update(check_values(field));
    status.Update(check_travel(field));
    if (field.source().in_bag) {
        status.Update(check_bag_field(field));
    }
    return status;
}

bool same_place(const FieldSource& a, const FieldSource& b) noexcept {
    return a.in_bag && b.in_bag && a.bag == b.bag && a.field == b.field;
}

absl::Status check_pair(const Field& earlier, const Field& later) {
    if (earlier.key() == later.key()) {
        return refuse(later, "declared twice");
    }
    if (same_place(earlier.source(), later.source())) {
        return refuse(later, "the same field of the same bag as \"" + earlier.key() + "\"");
    }
    if (is_logged(earlier) && is_logged(later) && earlier.log_name() == later.log_name()) {
        return refuse(
            later, "logged as \"" + later.log_name() + "\", as is field \"" + earlier.key() + "\"");
    }
    if (!later.label_name().empty() && earlier.label_name() == later.label_name()) {
        return refuse(later, "label \"" + later.label_name() + "\" is that of field \"" +
                                 earlier.key() + "\"");
    }
    if (earlier.in_spans() && later.in_spans() && earlier.span_name() == later.span_name()) {
        return refuse(later, "span attribute \"" + later.span_name() + "\" is that of field \"" +
                                 earlier.key() + "\"");
    }
    return absl::OkStatus();
}

absl::Status check(const std::vector<Field>& fields) {
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
    return absl::OkStatus();
}

absl::StatusOr<HashKey> random_key() {
    HashKey key{};
    ssize_t got = 0;
    do {
        got = getrandom(key.data(), key.size(), 0);
    } while (got < 0 && errno == EINTR);
    // Up to 256 bytes come whole or not at all.
    if (got != static_cast<ssize_t>(key.size())) {
        return absl::UnavailableError("no random key for hashed fields: getrandom(2) failed");
    }
    return key;
}

std::string_view write_hash(const HashKey& key, std::string_view value,
                            FieldScratch& scratch) noexcept {
    constexpr char digits[] = "0123456789abcdef";
    constexpr std::size_t shown = 8;  // bytes of the sixteen
    const detail::SipHash::Digest digest = detail::SipHash::of(key, value);
    for (std::size_t i = 0; i < shown; ++i) {
        scratch.bytes[2 * i] = digits[digest[i] >> 4];
        scratch.bytes[2 * i + 1] = digits[digest[i] & 15];
    }
    return {scratch.bytes.data(), 2 * shown};
}

/// The last four characters, or nothing when there are not more than eight.
std::string_view visible_end(std::string_view value) noexcept {
    constexpr std::size_t hidden_at_least = 4;
    constexpr std::size_t visible = 4;
    std::size_t left = count_code_points(value);
    if (left <= hidden_at_least + visible) {
        return {};
    }
    for (; left > visible; --left) {
        const int step = detail::utf8_step(value);
        value.remove_prefix(static_cast<std::size_t>(step < 0 ? -step : step));
    }
    return value;
}

// The number of stars says nothing about the length of what they hide.
std::string_view write_mask(std::string_view value, FieldScratch& scratch) noexcept {
    constexpr std::string_view stars = "****";
    const std::string_view end = visible_end(value);
    char* out = std::copy(stars.begin(), stars.end(), scratch.bytes.data());
    out = std::copy(end.begin(), end.end(), out);
    return {scratch.bytes.data(), static_cast<std::size_t>(out - scratch.bytes.data())};
}

}  // namespace

absl::StatusOr<FieldSet> FieldSet::create(std::vector<Field> fields,
                                          const FieldSetOptions& options) {
    if (absl::Status status = check(fields); !status.ok()) {
        return status;
    }
    FieldSet set;
    const bool hashes = std::any_of(fields.begin(), fields.end(), [](const Field& field) {
        return field.log_policy() == LogPolicy::hash;
    });
    if (options.hash_key.has_value()) {
        set.hash_key_ = *options.hash_key;
    } else if (hashes) {
        absl::StatusOr<HashKey> key = random_key();
        if (!key.ok()) {
            return key.status();
        }
        set.hash_key_ = *key;
    }
    set.fields_ = std::move(fields);
    set.add_to_indexes();
    return set;
}

void FieldSet::add_to_indexes() {
    for (const Field& field : fields_) {
        if (is_logged(field)) {
            log_fields_.push_back(field);
        }
        if (!field.label_name().empty()) {
            label_fields_.push_back(field);
        }
        if (field.in_spans()) {
            span_fields_.push_back(field);
        }
        by_name_.push_back(static_cast<std::uint32_t>(by_name_.size()));
        has_ttl_ |= field.ttl().has_value();
        has_priorities_ |= field.priority() != 0;
        restricts_sending_inside_ |= field.send() == Send::none || field.ttl().has_value() ||
                                     field.merge() != MergeRule::least;
        restricts_bags_inside_ |= field.source().in_bag && field.send() == Send::none;
        restricts_admission_inside_ |=
            field.ttl().has_value() || field.type() != EntryType::string || field.limits_size();
    }
    std::sort(by_name_.begin(), by_name_.end(), [this](std::uint32_t a, std::uint32_t b) {
        return fields_[a].key() < fields_[b].key();
    });
}

const Field* FieldSet::find(std::string_view name) const noexcept {
    const auto found = std::lower_bound(
        by_name_.begin(), by_name_.end(), name,
        [this](std::uint32_t i, std::string_view wanted) { return fields_[i].key() < wanted; });
    return found == by_name_.end() || fields_[*found].key() != name ? nullptr : &fields_[*found];
}

const Field* FieldSet::find_entry(std::string_view key) const noexcept {
    const Field* const found = find(key);
    return found == nullptr || found->source().in_bag ? nullptr : found;
}

const Field* FieldSet::find_in_bag(std::uint64_t bag, std::uint64_t field) const noexcept {
    const auto found =
        std::find_if(fields_.begin(), fields_.end(), [bag, field](const Field& declared) {
            const FieldSource& source = declared.source();
            return source.in_bag && source.bag == bag && source.field == field;
        });
    return found == fields_.end() ? nullptr : &*found;
}

ShownValue FieldSet::shown(const Field& field, const Baggage& baggage,
                           FieldScratch& scratch) const noexcept {
    if (field.log_policy() != LogPolicy::hash && field.log_policy() != LogPolicy::mask) {
        const std::string_view whole =
            field.find_in(baggage, scratch).value_or(field.default_value());
        const std::string_view text = field.within_limit(whole);
        return {text, text.size() < whole.size()};
    }
    FieldScratch own;  // NOLINT(*-member-init): written before it is read
    const std::string_view whole = field.find_in(baggage, own).value_or(field.default_value());
    if (whole.empty()) {
        return {};
    }
    return {field.log_policy() == LogPolicy::hash ? write_hash(hash_key_, whole, scratch)
                                                  : write_mask(whole, scratch)};
}

}  // namespace ctx
