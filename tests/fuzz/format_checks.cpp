#include "fuzz/format_checks.hpp"

#include <regex>

namespace ctx::fuzz {

Headers split(std::string_view block) {
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

std::string trimmed(std::string text) {
    const char* const space = " \t";
    text.erase(0, text.find_first_not_of(space));
    text.erase(text.find_last_not_of(space) + 1);
    return text;
}

std::string lower(std::string text) {
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    }
    return text;
}

std::optional<std::string> first(const Headers& headers, const std::string& name) {
    for (const auto& [key, value] : headers) {
        if (lower(key) == name) return trimmed(value);
    }
    return std::nullopt;
}

std::optional<std::vector<std::string>> match(const std::string& text, const char* expression) {
    std::smatch groups;
    if (text.size() > 600 || !std::regex_match(text, groups, std::regex{expression})) {
        return std::nullopt;
    }
    return std::vector<std::string>(groups.begin(), groups.end());
}

std::string without_zeros(std::string digits) {
    digits.erase(0, digits.find_first_not_of('0'));
    return digits.empty() ? "" : lower(digits);
}

std::string hex_of_decimal(const std::string& digits) {
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

std::string decision_of(TraceFlags flags) {
    if (flags.debug()) return "d";
    if (!flags.decided()) return "";
    return flags.sampled() ? "1" : "0";
}

Read read_of(const Context& context) {
    if (!context.trace_id().is_valid()) return {"", "", decision_of(context.flags())};
    return {without_zeros(context.trace_id().to_string()),
            without_zeros(context.span_id().to_string()), decision_of(context.flags())};
}

bool is_header_text(std::string_view value) {
    return std::all_of(value.begin(), value.end(),
                       [](char c) { return (c >= 0x20 && c <= 0x7e) || c == '\t'; });
}

void check_names(const Format& format, const Headers& sent) {
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

bool same_read(const Context& a, const Context& b) {
    return read_of(a) == read_of(b);
}

Headers headers_of(const std::uint8_t* data, std::size_t size) {
    return split({reinterpret_cast<const char*>(data), size});
}

}  // namespace ctx::fuzz
