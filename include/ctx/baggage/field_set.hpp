// ctx/baggage/field_set.hpp: the declared fields of a service.
//
//     auto fields = ctx::FieldSet::create({ctx::Field{"customer"}.log().label("customer"),
//                                          ctx::Field{"session"}.log().log_as("session.id")});
//     ctx::FieldScratch scratch;
//     for (const ctx::Field& field : fields->log_fields()) {
//         print(field.log_name(), fields->shown(field, baggage, scratch).text);
//     }
//
// ctx::publish_fields() (ctx/context/fields.hpp) puts a set in force for the process. Who enforces
// it on a Baggage by hand uses governance.hpp.
//
// Threads   A value; it does not change after it was made.
// Errors    create() refuses contradictions with a message that names the field.
// Cost      Declared once, at start. Lookups are binary searches; the predicates are computed once.

#pragma once

#include <ctx/baggage/field.hpp>
#include <ctx/export.hpp>

#include <absl/status/statusor.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace ctx {

/// The key of LogPolicy::hash: 16 bytes that nobody should know who may only read the logs.
using HashKey = std::array<std::uint8_t, 16>;

struct FieldSetOptions {
    /// Services with the same key show the same digits for the same value, so that their lines can
    /// be joined. Unset: drawn at random for each FieldSet, so digits differ between processes.
    std::optional<HashKey> hash_key = std::nullopt;
};

/// What people may see of a value.
struct ShownValue {
    std::string_view text;  // in the baggage, the FieldSet, or the scratch
    bool cut = false;       // the declared limit took something away
};

/// The declared fields of a service.
class CTX_EXPORT FieldSet {
public:
    /// No fields.
    FieldSet() = default;

    /// Refuses (kInvalidArgument, the message names the field) what cannot be meant:
    /// a field declared twice; two fields with one log name, label or span attribute; an empty
    /// name; a label name that Prometheus would not take ([a-zA-Z_][a-zA-Z0-9_]*, not beginning
    /// with "__"); max_bytes or ttl of 0; a default that is longer than max_bytes or not of the
    /// type; MergeRule::last; a ttl for what is never sent; rules for string entries on a field of
    /// a typed bag, and one without a reader or of bag 0, field 0.
    [[nodiscard]] static absl::StatusOr<FieldSet> create(std::vector<Field> fields,
                                                         const FieldSetOptions& options = {});
    [[nodiscard]] static absl::StatusOr<FieldSet> create(std::initializer_list<Field> fields,
                                                         const FieldSetOptions& options = {}) {
        return create(std::vector<Field>(fields), options);
    }

    /// In the order of declaration, as are the three below.
    [[nodiscard]] std::span<const Field> fields() const noexcept { return fields_; }
    [[nodiscard]] std::span<const Field> log_fields() const noexcept { return log_fields_; }
    [[nodiscard]] std::span<const Field> label_fields() const noexcept { return label_fields_; }
    [[nodiscard]] std::span<const Field> span_fields() const noexcept { return span_fields_; }

    /// By key, or by the name of a field of a typed bag. Null when nobody declared it.
    [[nodiscard]] const Field* find(std::string_view name) const noexcept;
    /// The declaration of a string entry. Null when nobody declared the key.
    [[nodiscard]] const Field* find_entry(std::string_view key) const noexcept;
    /// The declaration of a field of a typed bag.
    [[nodiscard]] const Field* find_in_bag(std::uint64_t bag, std::uint64_t field) const noexcept;

    /// What a log line shows of the field: as its LogPolicy says, plain when that is `none`. Hashes
    /// and masks are of the whole value. Empty when there is neither a value nor a default.
    [[nodiscard]] ShownValue shown(const Field& field, const Baggage& baggage,
                                   FieldScratch& scratch) const noexcept;

    /// Whether something in a Baggage could be held back from, or changed for, that destination:
    /// inside only if a field says so; to partners and outside always.
    [[nodiscard]] bool restricts_sending(Destination to) const noexcept {
        return to != Destination::inside || restricts_sending_inside_;
    }
    /// Whether something from there could be refused or changed.
    [[nodiscard]] bool restricts_admission(Destination from) const noexcept {
        return from != Destination::inside || restricts_admission_inside_;
    }
    /// Whether parts of typed bags could be held back from that destination.
    [[nodiscard]] bool restricts_bags(Destination to) const noexcept {
        return to != Destination::inside || restricts_bags_inside_;
    }
    [[nodiscard]] bool has_ttl() const noexcept { return has_ttl_; }
    [[nodiscard]] bool has_priorities() const noexcept { return has_priorities_; }

private:
    void add_to_indexes();

    std::vector<Field> fields_;
    std::vector<Field> log_fields_;
    std::vector<Field> label_fields_;
    std::vector<Field> span_fields_;
    std::vector<std::uint32_t> by_name_;  // positions in fields_
    HashKey hash_key_{};
    bool restricts_sending_inside_ = false;
    bool restricts_admission_inside_ = false;
    bool restricts_bags_inside_ = false;
    bool has_ttl_ = false;
    bool has_priorities_ = false;
};

}  // namespace ctx
