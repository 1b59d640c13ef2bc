// ctx/baggage/w3c_baggage.hpp: the W3C `baggage` header, in and out.
//
//     ctx::ParseReport report;
//     auto baggage = ctx::parse_baggage("tenant=acme,tier=gold;ttl=60", {}, &report);
//     ctx::W3CBaggageWriter writer;
//     send("baggage", writer.write(baggage));      // unchanged members byte for byte
//
// A member that breaks the grammar is dropped alone; of duplicate keys the last wins; values are
// percent-decoded ("+" is a plus), keys never; properties stay opaque text.
//
// Threads   Pure functions; a reader or writer object belongs to one thread.
// Errors    No input is an error: what was dropped is in the report. std::bad_alloc only.
// Cost      Reading: one allocation for the result whatever the number of members, one pass over
//           at most BaggageLimits::max_bytes. Writing what was not changed: no copy.

#pragma once

#include <ctx/baggage/baggage.hpp>
#include <ctx/export.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ctx {

/// Bounds of the `baggage` header, both ways. W3C Baggage asks every platform to carry at least
/// 64 members and 8192 bytes.
struct BaggageLimits {
    /// Members looked at, well-formed or not. More than 256 count as 256.
    std::size_t max_members = 180;
    /// Bytes over all lines with every separator, without white space around members. Of lines
    /// with more white space than that, at most four times as many bytes are looked at.
    std::size_t max_bytes = 8192;
};

/// What became of the members of a `baggage` header.
struct ParseReport {
    std::size_t kept = 0;
    std::size_t malformed = 0;        // no "=", a key that is no token, a byte that is not allowed
    std::size_t duplicate = 0;        // superseded by a later member of the same key
    std::size_t over_limit = 0;       // behind the limits, not looked at (counted by separators)
    std::size_t bad_escapes = 0;      // "%" without two hexadecimal digits: kept as a "%"
    std::size_t ill_formed_utf8 = 0;  // values in which U+FFFD stands for something

    [[nodiscard]] std::size_t dropped() const noexcept {
        return malformed + duplicate + over_limit;
    }
};

namespace detail {

/// Where the parts of one well-formed member are.
struct W3CMember {
    const char* begin;        // the key begins here
    std::uint64_t order_key;  // the first eight bytes of the key: most comparisons end here
    std::uint32_t key_size;
    std::uint32_t value_offset;
    std::uint32_t value_size;
    std::uint32_t properties_offset;  // behind the first ";"
    std::uint32_t properties_size;    // without OWS at the end
    std::uint32_t text_size;          // the whole member
    std::uint32_t bad_escapes;
    bool escaped;            // the value has a "%"
    bool respell;            // a bad escape or an empty property: goes out mended
    bool dropped;            // a later member has the same key
    bool properties_spaced;  // with OWS between their parts
    bool comma_follows;      // at once, without OWS
};

}  // namespace detail

/// Collects the lines of a `baggage` header (there may be several) and makes one Baggage of them.
/// Borrows the lines until finish(). About 14 KiB: keep it on the stack.
class CTX_EXPORT W3CBaggageReader {
public:
    explicit W3CBaggageReader(BaggageLimits limits = {}) noexcept;

    /// The value of the next line, in the order of the lines.
    void add(std::string_view line) noexcept;

    /// The members of all lines. Call it once.
    [[nodiscard]] Baggage finish(ParseReport* report = nullptr);

private:
    static constexpr std::size_t max_members = 256;

    std::size_t read_members(std::string_view line) noexcept;
    bool charge(std::size_t bytes) noexcept;
    void sort_members() noexcept;
    std::size_t drop_duplicates() noexcept;
    void write_members(detail::BaggageBuffer& buffer) noexcept;

    BaggageLimits limits_;
    ParseReport report_;
    std::size_t unread_ = 0;    // bytes that may still be looked at
    std::size_t bytes_ = 0;     // charged so far
    std::size_t examined_ = 0;  // members looked at
    std::size_t count_ = 0;
    bool any_line_ = false;
    bool full_ = false;
    detail::W3CMember members_[max_members];
    std::uint16_t order_[max_members];
};

/// Reads the value of one `baggage` line. See W3CBaggageReader for several.
///
/// @param limits  members behind a bound are dropped whole, from the end.
/// @param report  receives the counts when not null.
[[nodiscard]] CTX_EXPORT Baggage parse_baggage(std::string_view header, BaggageLimits limits = {},
                                               ParseReport* report = nullptr);

/// What became of the string entries when a header was written.
struct EncodeReport {
    std::size_t written = 0;
    std::size_t unsendable_keys = 0;  // keys that are no token (from other formats): left out
    std::size_t bad_properties = 0;   // properties that break the grammar: left out
    std::size_t over_limit = 0;       // members that did not fit: left out whole
};

/// Writes `baggage` headers and keeps the memory for it.
class CTX_EXPORT W3CBaggageWriter {
public:
    explicit W3CBaggageWriter(BaggageLimits limits = {}) noexcept : limits_(limits) {}

    /// The header, valid until the next call and while `baggage` lives; empty: send none.
    [[nodiscard]] std::string_view write(const Baggage& baggage, EncodeReport* report = nullptr);

private:
    BaggageLimits limits_;
    std::string rendered_;
};

/// Appends the header to `out`. Members that were not changed are byte-identical; others have
/// controls, space, `"`, `,`, `;`, `\`, `%`, `+`, `=` and non-ASCII percent-encoded.
CTX_EXPORT void append_w3c(std::string& out, const Baggage& baggage, BaggageLimits limits = {},
                           EncodeReport* report = nullptr);

/// Appends a value as the header spells one that was set here: percent-encoded where it must be, or
/// where some peers misread what is legal ("+", "=").
CTX_EXPORT void append_w3c_value(std::string& out, std::string_view value);

/// Whether `text` is a list of W3C properties, `p=1;q`; the empty text is one.
[[nodiscard]] CTX_EXPORT bool is_property_list(std::string_view text) noexcept;

}  // namespace ctx
