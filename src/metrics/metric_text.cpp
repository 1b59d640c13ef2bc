#include "metrics/metric_text.hpp"

#include <ctx/baggage/utf8.hpp>

#include <cmath>

namespace ctx::detail {
namespace {

bool is_letter(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

void append_escaped_but(std::string& out, std::string_view text, char left_alone) {
    for (const char c : text) {
        if (c == '\n') {
            out += "\\n";
            continue;
        }
        if ((c == '\\' || c == '"') && c != left_alone) out += '\\';
        out += c;
    }
}

void append_mended(std::string& out, std::string_view text, char left_alone) {
    if (is_valid_utf8(text)) {
        append_escaped_but(out, text, left_alone);
        return;
    }
    std::string mended;
    append_valid_utf8(mended, text);
    append_escaped_but(out, mended, left_alone);
}

}  // namespace

bool is_metric_name(std::string_view name) noexcept {
    if (name.empty() || is_digit(name[0])) return false;
    for (const char c : name) {
        if (!is_letter(c) && !is_digit(c) && c != ':') return false;
    }
    return true;
}

bool is_label_name(std::string_view name) noexcept {
    return is_metric_name(name) && name.find(':') == std::string_view::npos &&
           !name.starts_with("__");
}

std::string to_label_name(std::string_view name) {
    std::string mended;
    if (name.empty() || is_digit(name[0])) mended += '_';
    for (const char c : name)
        mended += is_letter(c) || is_digit(c) ? c : '_';
    return mended;
}

void append_escaped(std::string& out, std::string_view text) {
    append_mended(out, text, '\0');
}

void append_text_help(std::string& out, std::string_view text) {
    append_mended(out, text, '"');
}

void append_label(std::string& out, std::string_view name, std::string_view value) {
    if (value.empty()) return;
    if (!out.empty()) out += ',';
    out.append(name).append("=\"");
    append_escaped(out, value);
    out += '"';
}

void append_number(std::string& out, double value) {
    // Whole numbers are what most values are; this is a third of the time.
    if (value >= 0 && value < 1e15 && value == std::floor(value)) {
        append_number(out, static_cast<std::uint64_t>(value));
    } else if (std::isnan(value)) {
        out += "NaN";
    } else if (std::isinf(value)) {
        out += value > 0 ? "+Inf" : "-Inf";
    } else {
        char buffer[32];
        out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
    }
}

std::string canonical_number(double value) {
    std::string text;
    if (std::isnan(value) || std::isinf(value)) {
        append_number(text, value);
        return text;
    }
    char buffer[32];
    text.assign(
        buffer,
        std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::general).ptr);
    if (text.find_first_of(".e") == std::string::npos) text += ".0";
    return text;
}

void append_seconds(std::string& out, std::int64_t unix_ms) {
    std::uint64_t magnitude = static_cast<std::uint64_t>(unix_ms);
    if (unix_ms < 0) {
        out += '-';
        magnitude = 0 - magnitude;
    }
    append_number(out, magnitude / 1000);
    const unsigned ms = static_cast<unsigned>(magnitude % 1000);
    const char decimals[] = {'.', static_cast<char>('0' + ms / 100),
                             static_cast<char>('0' + ms / 10 % 10),
                             static_cast<char>('0' + ms % 10)};
    out.append(decimals, sizeof decimals);
}

}  // namespace ctx::detail
