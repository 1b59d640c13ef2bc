#include <ctx/baggage/utf8.hpp>
#include <ctx/tracing/detail/json_text.hpp>

#include <array>
#include <charconv>
#include <cmath>

namespace ctx::detail {
namespace {

template <typename T>
void append_chars(std::string& out, T value) {
    std::array<char, 32> buffer;
    const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    out.append(buffer.data(), end);
}

void append_escaped(std::string& out, char c) {
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            break;
    }
    constexpr std::string_view digits = "0123456789abcdef";
    const auto code = static_cast<unsigned char>(c);
    out += "\\u00";
    out += digits[code >> 4];
    out += digits[code & 0xf];
}

bool needs_escape(char c) noexcept {
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

void append_valid(std::string& out, std::string_view text) {
    std::size_t plain = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!needs_escape(text[i])) continue;
        out.append(text, plain, i - plain);
        append_escaped(out, text[i]);
        plain = i + 1;
    }
    out.append(text, plain);
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    if (is_valid_utf8(text)) {
        append_valid(out, text);
    } else {
        std::string repaired;
        append_valid_utf8(repaired, text);
        append_valid(out, repaired);
    }
    out += '"';
}

void append_json_int64(std::string& out, std::int64_t value) {
    out += '"';
    append_chars(out, value);
    out += '"';
}

void append_json_uint64(std::string& out, std::uint64_t value) {
    out += '"';
    append_chars(out, value);
    out += '"';
}

void append_json_key(std::string& out, std::string_view key) {
    if (!out.ends_with('{')) out += ',';
    out += '"';
    out += key;
    out += "\":";
}

void append_json_number(std::string& out, std::uint32_t value) {
    append_chars(out, value);
}

void append_json_double(std::string& out, double value) {
    if (std::isnan(value)) {
        out += "\"NaN\"";
    } else if (std::isinf(value)) {
        out += value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
    } else {
        append_chars(out, value);
    }
}

}  // namespace ctx::detail
