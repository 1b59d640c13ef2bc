// ctx/baggage/field.hpp: declares one field of the baggage and what may be done with it.
//
//     const auto customer = ctx::Field{"customer"}.log().label("customer").span();
//     const auto user = ctx::Field{"user"}.log(ctx::LogPolicy::hash).send(ctx::Send::partner);
//     const auto debug = ctx::Field{"debug"}.type(ctx::EntryType::boolean).max_bytes(5).ttl(2);
//
//     ctx::FieldScratch scratch;
//     customer.value_in(baggage, scratch);
//
// What nobody declared is forwarded inside, never logged, never a label, never in a span, and never
// sent to partners or outside. Fields take effect in a FieldSet (field_set.hpp).
//
// Threads   Values: read one from any number of threads.
// Errors    Nothing fails here; FieldSet::create() refuses contradictions.
// Cost      Declared once, at start. value_in() is a walk over the entries, without allocation.

#pragma once

#include <ctx/baggage/baggage.hpp>
#include <ctx/baggage/baggage_key.hpp>
#include <ctx/export.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ctx {

/// How a field shows in log lines, and in spans when it shows there.
enum class LogPolicy : std::uint8_t {
    none,   // not at all
    plain,  // as it is, within max_bytes()
    hash,   // 16 hexadecimal digits that are equal for equal values (FieldSetOptions::hash_key)
    mask,   // "****" and, of more than eight characters, the last four
};

/// Who is at the other end of a wire.
enum class Destination : std::uint8_t {
    inside,   // services of the same owner
    partner,  // others that are trusted with some of the fields
    outside,  // everybody else
};

/// How far a field may be sent. What may not go to partners or outside is not taken from there
/// either; from inside everything is taken.
enum class Send : std::uint8_t {
    none,     // not beyond this process
    inside,   // to services of the same owner
    partner,  // and to partners
    outside,  // to everybody
};

/// Whether that goes as far as `destination`.
[[nodiscard]] constexpr bool reaches(Send send, Destination destination) noexcept {
    return static_cast<unsigned>(send) > static_cast<unsigned>(destination);
}

/// What the text of a string entry must be.
enum class EntryType : std::uint8_t {
    string,   // anything
    boolean,  // `true` or `false`
    int64,    // decimal digits, a "-" before them or not, within 64 bits
    float64,  // a decimal number without "+", finite: 12, -0.5, 1e9
};

/// The number of an entry of that type; nothing when the text is something else.
[[nodiscard]] CTX_EXPORT std::optional<std::int64_t> parse_int64(std::string_view text) noexcept;
[[nodiscard]] CTX_EXPORT std::optional<double> parse_float64(std::string_view text) noexcept;

/// Which value readers and the `baggage` header show after a join of branches that differ.
enum class MergeRule : std::uint8_t {
    least,  // the least in byte order
    min,    // the least number; of types that are no numbers the least in byte order
    max,    // the greatest
    last,   // refused: text entries carry no time; use `last<T>` in a typed bag
};

/// Room for the text of a field whose value is not text in the baggage, such as a number.
struct FieldScratch {
    std::array<char, 40> bytes;
};

/// Reads a field of a typed bag: the text lies in the baggage or in `scratch`; nothing when the
/// bag does not hold the field.
using FieldReader = std::optional<std::string_view> (*)(const Baggage& baggage, std::uint32_t bag,
                                                        std::uint32_t field,
                                                        FieldScratch& scratch) noexcept;

/// Where a field stands in the baggage: a string entry, or a field of a typed bag.
struct FieldSource {
    std::string key;  // of a string entry; a name for the field of a bag
    std::uint32_t bag = 0;
    std::uint32_t field = 0;
    FieldReader read = nullptr;
    bool in_bag = false;  // false: a string entry
};

/// One field of the baggage and what may be done with it. Each function returns a changed copy.
class CTX_EXPORT Field {
public:
    /// A string entry.
    explicit Field(BaggageKey key) : Field(FieldSource{.key = std::string(key.text())}) {}

    /// A field of a typed bag. Type, merge rule, size and default are those of its schema, so
    /// type(), merge(), ttl() and priority() are refused; max_bytes() limits what readers see.
    /// @param name  under which dimensions, log lines and audit events know it.
    [[nodiscard]] static Field of_bag(std::uint32_t bag, std::uint32_t field, FieldReader reader,
                                      std::string_view name);

    /// What the text must be, `string` if not given. A value of another type is dropped when it is
    /// set and when it comes in, and readers do not see it.
    [[nodiscard]] Field type(EntryType type) const;
    /// What readers see when a request does not carry the field; empty if not given.
    [[nodiscard]] Field default_value(std::string_view value) const;
    /// The size limit. Longer text is cut between characters, a longer number dropped, when it is
    /// set and when it comes in. If not given, readers see at most 64 bytes and what is
    /// forwarded is not touched.
    [[nodiscard]] Field max_bytes(std::size_t bytes) const;
    /// `least` if not given.
    [[nodiscard]] Field merge(MergeRule rule) const;
    /// The entry travels that many hops, 1 or more: the W3C property `ttl=N` is counted down at
    /// each inject, and an entry with `ttl=0` is not sent on.
    [[nodiscard]] Field ttl(std::uint32_t hops) const;
    /// `inside` if not given.
    [[nodiscard]] Field send(Send farthest) const;
    /// When the `baggage` header would be too long, entries of the lowest priority are left out
    /// first, each whole; 0 if not given, as for undeclared ones.
    [[nodiscard]] Field priority(int priority) const;

    /// Shows in log lines, under the key unless log_as() gives another name.
    [[nodiscard]] Field log(LogPolicy policy = LogPolicy::plain) const;
    [[nodiscard]] Field log_as(std::string_view name) const;
    /// May be a dimension of metrics, under that label name.
    [[nodiscard]] Field label(std::string_view name) const;
    /// Is copied to recorded spans when they start, under the key or the name of span_as(). It
    /// shows as in log lines when those hash or mask it, else as it is.
    [[nodiscard]] Field span() const;
    [[nodiscard]] Field span_as(std::string_view attribute) const;

    /// The key, or the name of a field of a typed bag.
    [[nodiscard]] const std::string& key() const noexcept { return source_.key; }
    [[nodiscard]] const FieldSource& source() const noexcept { return source_; }
    [[nodiscard]] EntryType type() const noexcept { return type_; }
    [[nodiscard]] const std::string& default_value() const noexcept { return default_; }
    [[nodiscard]] std::size_t max_bytes() const noexcept { return max_bytes_.value_or(64); }
    /// Whether max_bytes() was given and so is enforced.
    [[nodiscard]] bool limits_size() const noexcept { return max_bytes_.has_value(); }
    [[nodiscard]] MergeRule merge() const noexcept { return merge_; }
    /// Nothing: the entry may travel on and on.
    [[nodiscard]] std::optional<std::uint32_t> ttl() const noexcept { return ttl_; }
    [[nodiscard]] Send send() const noexcept { return send_; }
    [[nodiscard]] int priority() const noexcept { return priority_; }
    [[nodiscard]] LogPolicy log_policy() const noexcept { return log_policy_; }
    [[nodiscard]] const std::string& log_name() const noexcept { return log_name_; }
    /// Empty: no dimension.
    [[nodiscard]] const std::string& label_name() const noexcept { return label_name_; }
    [[nodiscard]] bool in_spans() const noexcept { return in_spans_; }
    [[nodiscard]] const std::string& span_name() const noexcept { return span_name_; }

    /// The whole value that the request carries: of several candidates the one that merge()
    /// chooses among those that are of the type. It may be ill-formed UTF-8 when a peer's atoms
    /// were; utf8.hpp mends it. The view lives as long as the baggage and the scratch.
    [[nodiscard]] std::optional<std::string_view> find_in(const Baggage& baggage,
                                                          FieldScratch& scratch) const noexcept;

    /// What a reader sees: find_in() within max_bytes(), or the default. Numbers over the limit
    /// count as absent.
    [[nodiscard]] std::string_view value_in(const Baggage& baggage,
                                            FieldScratch& scratch) const noexcept;

private:
    friend class FieldSet;
    [[nodiscard]] std::string_view within_limit(std::string_view value) const noexcept;
    explicit Field(FieldSource source)
        : source_(std::move(source)), log_name_(source_.key), span_name_(source_.key) {}

    FieldSource source_;
    std::string log_name_;
    std::string label_name_;
    std::string span_name_;
    std::string default_;
    std::optional<std::size_t> max_bytes_;
    std::optional<std::uint32_t> ttl_;
    int priority_ = 0;
    EntryType type_ = EntryType::string;
    MergeRule merge_ = MergeRule::least;
    Send send_ = Send::inside;
    LogPolicy log_policy_ = LogPolicy::none;
    bool in_spans_ = false;
};

}  // namespace ctx
