#include "propagation/prefixed_baggage.hpp"

#include "propagation/complaint.hpp"
#include "propagation/text.hpp"
#include <ctx/baggage/baggage_key.hpp>
#include <ctx/context/detail/hex.hpp>

#include <algorithm>
#include <utility>

namespace ctx::detail {
namespace {

Complaint dropped_entries{"ctx_propagation_entry_headers_dropped_total",
                          "Baggage entries of uberctx- and ot-baggage- headers and jaeger-baggage "
                          "that were over the limits or had no usable key.",
                          "baggage headers were too many or had no usable key and were dropped"};
Complaint unsent_entries{"ctx_propagation_entry_headers_unsent_total",
                         "Baggage entries that uberctx- and ot-baggage- headers cannot say.",
                         "baggage entries cannot be said in headers of this format, not sent"};

constexpr std::string_view upper_digits = "0123456789ABCDEF";

/// What both `baggage` and Jaeger's readers take for a character and nothing else.
bool is_plain(char c) noexcept {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
}

void append_escaped(std::string& out, std::string_view value) {
    for (const char c : value) {
        if (is_plain(c)) {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += '%';
            out += upper_digits[byte >> 4];
            out += upper_digits[byte & 15U];
        }
    }
}

unsigned digit_of(char c) noexcept {
    return hex_values[static_cast<unsigned char>(to_lower(c))];
}

/// "%XX" and "+" decoded; a "%" without two digits stays.
std::string unescaped(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const unsigned high = i + 2 < text.size() ? digit_of(text[i + 1]) : 0xff;
        const unsigned low = i + 2 < text.size() ? digit_of(text[i + 2]) : 0xff;
        if (text[i] == '%' && high < 16 && low < 16) {
            result += static_cast<char>(high << 4 | low);
            i += 2;
        } else {
            result += text[i] == '+' ? ' ' : text[i];
        }
    }
    return result;
}

/// RFC 9110 5.5 without obs-text: what every stack lets through, and no outer spaces.
bool is_header_text(std::string_view value) noexcept {
    const auto printable = [](char c) { return c >= ' ' && c <= '~'; };
    return std::all_of(value.begin(), value.end(), printable) && trim_ows(value) == value;
}

std::string lower(std::string_view text) {
    std::string result{text};
    std::transform(result.begin(), result.end(), result.begin(), to_lower);
    return result;
}

bool has_prefix(std::string_view name, std::string_view prefix) noexcept {
    return name.size() > prefix.size() && same_header(name.substr(0, prefix.size()), prefix);
}

}  // namespace

void EntryList::add(std::string_view key, std::string_view value) {
    const std::size_t bytes = key.size() + value.size() + 2;  // "=" and ","
    const bool fits = count_ < limits_.max_members && bytes_ + bytes <= limits_.max_bytes;
    ++count_;  // bad ones count as well: hostile input buys no free work
    if (!fits || !is_token(key)) {
        ++dropped_;
        return;
    }
    bytes_ += bytes;
    if (!members_.empty()) members_ += ',';
    members_.append(key).append(1, '=');
    append_escaped(members_, value);
}

void EntryList::finish(Extraction& into) {
    if (dropped_ > 0) {
        dropped_entries.count(dropped_);
        into.dropped_members(dropped_);
    }
    if (members_.empty()) return;
    // Three characters per byte is what escaping can make of them at most.
    into.found(parse_baggage(members_, {limits_.max_members, 3 * limits_.max_bytes}));
}

void read_prefixed(const CarrierReader& from, std::string_view prefix, Spelling spelling,
                   EntryList& entries) {
    from.for_each([&](std::string_view name, std::string_view value) {
        if (!has_prefix(name, prefix)) return;
        const std::string key = lower(name.substr(prefix.size()));
        value = trim_ows(value);
        if (spelling == Spelling::escaped && value.find_first_of("%+") != std::string_view::npos) {
            entries.add(key, unescaped(value));
        } else {
            entries.add(key, value);
        }
    });
}

void write_prefixed(const Baggage& baggage, std::string_view prefix, Spelling spelling,
                    const CarrierWriter& into) {
    into.remove_prefixed(prefix);
    if (baggage.empty()) return;
    std::string name;
    std::string escaped;
    std::size_t unsent = 0;
    for (const BaggageEntry& entry : baggage) {
        const bool sendable =
            is_token(entry.key) && (spelling == Spelling::escaped || is_header_text(entry.value));
        if (!sendable) {
            ++unsent;
            continue;
        }
        name.assign(prefix).append(lower(entry.key));
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
