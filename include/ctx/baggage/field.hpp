// ctx/baggage/field.hpp: declares what may be done with an entry of the baggage.
//
//     auto fields = ctx::FieldSet::create({ctx::Field{"customer"}.log().label("customer"),
//                                          ctx::Field{"session"}.log().log_as("session.id")});
//     for (const ctx::Field& field : fields->log_fields()) { print(field.value_in(baggage)); }
//
// Baggage that nobody declared is forwarded, never logged and never made a label.
//
// Threads   Values; a FieldSet does not change after it was made.
// Errors    FieldSet::create() refuses contradictions with a message that names the field.
// Cost      Declared once, at start. value_in() is one Baggage::find(), without allocation.

#pragma once

#include <ctx/baggage/baggage.hpp>
#include <ctx/baggage/baggage_key.hpp>
#include <ctx/export.hpp>

#include <absl/status/statusor.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ctx {

/// How a field shows in log lines.
enum class LogPolicy : std::uint8_t {
    none,   // not at all
    plain,  // as it is
};

/// One entry of the baggage and what may be done with it. Each function returns a changed copy.
class CTX_EXPORT Field {
public:
    explicit Field(BaggageKey key) : key_(key.text()), log_name_(key.text()) {}

    /// What readers see when a request does not carry the entry; empty if not given.
    [[nodiscard]] Field default_value(std::string_view value) const;
    /// Readers see at most that many bytes, cut between characters; 64 if not given.
    [[nodiscard]] Field max_bytes(std::size_t bytes) const;
    /// Shows in log lines, under the key unless log_as() gives another name.
    [[nodiscard]] Field log(LogPolicy policy = LogPolicy::plain) const;
    [[nodiscard]] Field log_as(std::string_view name) const;
    /// May be a dimension of metrics, under that label name.
    [[nodiscard]] Field label(std::string_view name) const;

    [[nodiscard]] const std::string& key() const noexcept { return key_; }
    [[nodiscard]] const std::string& default_value() const noexcept { return default_; }
    [[nodiscard]] std::size_t max_bytes() const noexcept { return max_bytes_; }
    [[nodiscard]] LogPolicy log_policy() const noexcept { return log_policy_; }
    [[nodiscard]] const std::string& log_name() const noexcept { return log_name_; }
    /// Empty: no dimension.
    [[nodiscard]] const std::string& label_name() const noexcept { return label_name_; }

    /// What a reader sees: the entry's value within max_bytes(), or the default. It may be
    /// ill-formed UTF-8 when a peer's atoms were; utf8.hpp mends it.
    [[nodiscard]] std::string_view value_in(const Baggage& baggage) const noexcept;

private:
    std::string key_;
    std::string log_name_;
    std::string label_name_;
    std::string default_;
    std::size_t max_bytes_ = 64;
    LogPolicy log_policy_ = LogPolicy::none;
};

/// The declared fields of a service.
class CTX_EXPORT FieldSet {
public:
    /// No fields.
    FieldSet() = default;

    /// Refuses (kInvalidArgument, the message names the field): a key declared twice, two fields
    /// with one log name or one label name, an empty log name, a label name that Prometheus would
    /// not take ([a-zA-Z_][a-zA-Z0-9_]*, not beginning with "__"), max_bytes of 0.
    [[nodiscard]] static absl::StatusOr<FieldSet> create(std::vector<Field> fields);
    [[nodiscard]] static absl::StatusOr<FieldSet> create(std::initializer_list<Field> fields) {
        return create(std::vector<Field>(fields));
    }

    /// In the order of declaration, as are the two below.
    [[nodiscard]] std::span<const Field> fields() const noexcept { return fields_; }
    [[nodiscard]] std::span<const Field> log_fields() const noexcept { return log_fields_; }
    [[nodiscard]] std::span<const Field> label_fields() const noexcept { return label_fields_; }

    /// Null when nobody declared the key.
    [[nodiscard]] const Field* find(std::string_view key) const noexcept;

private:
    std::vector<Field> fields_;
    std::vector<Field> log_fields_;
    std::vector<Field> label_fields_;
};

}  // namespace ctx
