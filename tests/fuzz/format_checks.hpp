// What holds of every wire format, whatever comes in, and helpers to write naive references.

#pragma once

#include "fuzz/check.hpp"
#include <ctx/propagation.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <regex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ctx::fuzz {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// `name: value` lines; what has no colon is a value of an odd header.
inline Headers split(std::string_view block) {
    Headers headers;
    while (!block.empty()) {
        const std::size_t end = std::min(block.find('\n'), block.size());
        const std::string_view line = block.substr(0, end);
        block.remove_prefix(std::min(end + 1, block.size()));
        const std::size_t colon = std::min(line.find(':'), line.size());
        headers.emplace_back(line.substr(0, colon), line.substr(std::min(colon + 1, line.size())));
    }
    return headers;
}

inline std::string trimmed(std::string text) {
    const char* const space = " \t";
    text.erase(0, text.find_first_not_of(space));
    text.erase(text.find_last_not_of(space) + 1);
    return text;
}

inline std::string lower(std::string text) {
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    }
    return text;
}

/// The first line of a header.
inline std::optional<std::string> first(const Headers& headers, const std::string& name) {
    for (const auto& [key, value] : headers) {
        if (lower(key) == name) return trimmed(value);
    }
    return std::nullopt;
}

/// The groups of an expression that has to match all of a text of at most 600 characters.
inline std::optional<std::smatch> match(const std::string& text, const char* expression) {
    std::smatch groups;
    if (text.size() > 600 || !std::regex_match(text, groups, std::regex{expression})) {
        return std::nullopt;
    }
    return groups;
}

/// What a reference reads: ids in lower-case hex without leading zeros; the decision as B3 writes
/// it, empty when it is open.
struct Read {
    std::string trace;  // empty: no trace
    std::string span;
    std::string decision;

    friend bool operator==(const Read&, const Read&) = default;
};

inline std::string without_zeros(std::string digits) {
    digits.erase(0, digits.find_first_not_of('0'));
    return digits.empty() ? "" : lower(digits);
}

inline std::string hex_of_decimal(const std::string& digits) {
    // Schoolbook: as long as it takes.
    std::vector<unsigned> hex;
    for (const char c : digits) {
        unsigned carry = static_cast<unsigned>(c - '0');
        for (unsigned& digit : hex) {
            carry += digit * 10;
            digit = carry & 15U;
            carry >>= 4;
        }
        if (carry > 0) hex.push_back(carry);
    }
    std::string text;
    for (auto at = hex.rbegin(); at != hex.rend(); ++at)
        text += "0123456789abcdef"[*at];
    return without_zeros(text);
}

inline std::string decision_of(TraceFlags flags) {
    if (flags.debug()) return "d";
    if (!flags.decided()) return "";
    return flags.sampled() ? "1" : "0";
}

inline Read read_of(const Context& context) {
    if (!context.trace_id().is_valid()) return {"", "", decision_of(context.flags())};
    return {without_zeros(context.trace_id().to_string()),
            without_zeros(context.span_id().to_string()), decision_of(context.flags())};
}

inline bool is_header_text(std::string_view value) {
    return std::all_of(value.begin(), value.end(),
                       [](char c) { return (c >= 0x20 && c <= 0x7e) || c == '\t'; });
}

inline void check_names(const Format& format, const Headers& sent) {
    for (const auto& [name, value] : sent) {
        const std::string& key = name;
        const bool owned =
            std::find(format.fields.begin(), format.fields.end(), name) != format.fields.end() ||
            std::any_of(format.prefixes.begin(), format.prefixes.end(),
                        [&key](std::string_view prefix) { return key.starts_with(prefix); });
        CTX_FUZZ_CHECK(owned && is_header_text(value));
        const auto same = [&key](const auto& header) { return header.first == key; };
        CTX_FUZZ_CHECK(std::count_if(sent.begin(), sent.end(), same) == 1);
    }
}

/// Reads `in` as `format`, compares with the reference, and sends it on: only headers of the
/// format, each once and legal, and a second hop reads what the first one read.
template <typename Reference, typename Survives>
void check_format(const Format& format, const Headers& in, Reference reference, Survives survives) {
    const Propagators propagators{format};
    const Context once = propagators.extract(in);
    CTX_FUZZ_CHECK(read_of(once) == reference(in));

    Headers sent;
    propagators.inject(once, sent);
    check_names(format, sent);
    const Context twice = propagators.extract(sent);
    CTX_FUZZ_CHECK(survives(once, twice));

    Headers again;
    propagators.inject(twice, again);
    // Keys that come back in lower case stand elsewhere in the order.
    std::sort(again.begin(), again.end());
    std::sort(sent.begin(), sent.end());
    CTX_FUZZ_CHECK(again == sent);

    // Written over the block that came in, the same headers stand once.
    Headers reused = in;
    propagators.inject(once, reused);
    const Context third = propagators.extract(reused);
    CTX_FUZZ_CHECK(survives(once, third) || !format.also_reads.empty());
}

inline bool same_read(const Context& a, const Context& b) {
    return read_of(a) == read_of(b);
}

inline Headers headers_of(const std::uint8_t* data, std::size_t size) {
    return split({reinterpret_cast<const char*>(data), size});
}

}  // namespace ctx::fuzz
