#include "propagation/prefixed_baggage.hpp"

#include "propagation/complaint.hpp"
#include "propagation/text.hpp"
#include <ctx/baggage/baggage_key.hpp>
#include <ctx/context/detail/hex.hpp>

#include <utility>

namespace ctx::detail {
namespace {

Complaint dropped_entries{"ctx_propagation_entry_headers_dropped_total",
                          "Baggage entries of uberctx- and ot-baggage- headers and jaeger-baggage "
                          "that were over the limits or had no usable key.",
                          "baggage headers were too many or had no usable key and were dropped"};
Complaint unsent_entries{"ctx_propagation_entry_headers_unsent_total",
                         "Baggage entries that uberctx- and ot-baggage- headers cannot say, or "
                         "that are over the limits.",
                         "baggage entries cannot be said in headers of this format, not sent"};

constexpr std::string_view upper_digits = "0123456789ABCDEF";

/// What every reader of percent-encoded text takes for a character and nothing else.
bool is_unreserved(char c) noexcept {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
}

void append_escaped(std::string& out, std::string_view value) {
    for (const char c : value) {
        if (is_unreserved(c)) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += upper_digits[byte >> 4];
        out += upper_digits[byte & 15U];
    }
}

bool is_escape(std::string_view text) noexcept {
    const auto is_digit = [](char c) {
        return hex_values[static_cast<unsigned char>(to_lower(c))] < 16;
    };
    return text.size() >= 3 && text[0] == '%' && is_digit(text[1]) && is_digit(text[2]);
}

/// "+" is a space; a "%" without two digits is itself.
std::string unescaped(std::string_view text) {
    const auto digit = [](char c) {
        return static_cast<unsigned>(hex_values[static_cast<unsigned char>(to_lower(c))]);
    };
    std::string value;
    value.reserve(text.size());
    while (!text.empty()) {
        const bool escape = is_escape(text);
        if (escape) {
            value += static_cast<char>(digit(text[1]) << 4 | digit(text[2]));
        } else {
            value += text.front() == '+' ? ' ' : text.front();
        }
        text.remove_prefix(escape ? 3 : 1);
    }
    return value;
}

/// Printable, and no outer spaces, which are no part of a header's value.
bool is_raw_value(std::string_view value) noexcept {
    return is_printable(value) && trim_ows(value) == value;
}

}  // namespace

void EntryList::add(std::string_view key, std::string_view value, Spelling spelling) {
    if (spelling == Spelling::raw) return add_value(key, value);
    // No use in unescaping what would be too long in any case.
    const bool fits = value.size() <= 3 * limits_.max_bytes;
    add_value(key, fits ? std::string_view{unescaped(value)} : value);
}

void EntryList::add_value(std::string_view key, std::string_view value) {
    const std::size_t bytes = key.size() + value.size() + (bytes_ == 0 ? 1 : 2);  // "=" and ","
    const bool fits = count_ < limits_.max_members && bytes_ + bytes <= limits_.max_bytes;
    ++count_;  // bad ones count as well: hostile input buys no free work
    if (!fits || !is_token(key)) {
        ++dropped_;
        return;
    }
    bytes_ += bytes;
    if (!members_.empty()) members_ += ',';
    members_.append(key).append(1, '=');
    append_w3c_value(members_, value);
}

void EntryList::finish(Extraction& into) {
    if (dropped_ > 0) {
        dropped_entries.count(dropped_);
        into.dropped_members(dropped_);
    }
    if (members_.empty()) return;
    // Three characters per byte is what escaping can make of them at most.
    into.found(parse_baggage(members_, {limits_.max_members, 3 * limits_.max_bytes}),
               KeyCase::lost);
}

void EntryList::add_all(const CarrierReader& from, std::string_view prefix, Spelling spelling) {
    from.for_each([&](std::string_view name, std::string_view value) {
        if (name.size() <= prefix.size() || !header_begins_with(name, prefix)) return;
        add(lower_case(name.substr(prefix.size())), trim_ows(value), spelling);
    });
}

void read_prefixed(const CarrierReader& from, std::string_view prefix, Spelling spelling,
                   Extraction& into) {
    EntryList entries;
    entries.add_all(from, prefix, spelling);
    entries.finish(into);
}

void write_prefixed(const Baggage& baggage, std::string_view prefix, Spelling spelling,
                    const CarrierWriter& into) {
    into.remove_prefixed(prefix);
    if (baggage.empty()) return;
    const BaggageLimits limits;
    std::string name;
    std::string escaped;
    std::size_t count = 0;
    std::size_t bytes = 0;
    std::size_t unsent = 0;
    for (const BaggageEntry& entry : baggage) {
        const std::size_t size = entry.key.size() + entry.value.size() + (bytes == 0 ? 1 : 2);
        const bool sendable =
            is_token(entry.key) && (spelling == Spelling::escaped || is_raw_value(entry.value));
        // As EntryList counts: what is sent is read whole.
        if (!sendable || count == limits.max_members || bytes + size > limits.max_bytes) {
            ++unsent;
            continue;
        }
        ++count;
        bytes += size;
        name.assign(prefix).append(lower_case(entry.key));
        if (spelling == Spelling::raw) {
            into.set(name, entry.value);
        } else {
            escaped.clear();
            append_escaped(escaped, entry.value);
            into.set(name, escaped);
        }
    }
    if (unsent > 0) unsent_entries.count(unsent);
}

}  // namespace ctx::detail
