#include "logging/format/parts.hpp"

#include <ctx/baggage/utf8.hpp>
#include <ctx/context/detail/control_character.hpp>
#include <ctx/context/detail/hex.hpp>
#include <ctx/logging/json_text.hpp>

#include <array>
#include <charconv>
#include <cstdint>

namespace ctx::log::detail {
namespace {

constexpr std::string_view escape_letters = "0123456abtnvfr";

void append_control(std::string& out, unsigned char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    out += '\\';
    if (c >= 7 && c <= 13) {
        out += escape_letters[c];
        return;
    }
    out += 'x';
    out += digits[c >> 4];
    out += digits[c & 15];
}

/// Bytes of C1 (U+0080 to U+009F), U+2028 or U+2029 at the front of `text`, else 0.
std::size_t wide_control(std::string_view text) noexcept {
    if (text.size() >= 2 && text[0] == '\xC2' && static_cast<unsigned char>(text[1]) < 0xA0) {
        return 2;
    }
    return text.starts_with("\xE2\x80\xA8") || text.starts_with("\xE2\x80\xA9") ? 3 : 0;
}

void append_wide_control(std::string& out, std::string_view text) {
    for (const char c : text)
        append_control(out, static_cast<unsigned char>(c));
}

/// Appends `\uXXXX` as UTF-8. What this library writes has no surrogates in it.
void append_code_point(std::string& out, std::string_view digits) {
    std::uint32_t code = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xC0 | code >> 6);
        out += static_cast<char>(0x80 | (code & 0x3F));
    } else {
        out += static_cast<char>(0xE0 | code >> 12);
        out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
        out += static_cast<char>(0x80 | (code & 0x3F));
    }
}

}  // namespace

void append_member(std::string& out, std::string_view before, std::string_view text) {
    out += before;
    append_json_text(out, text);
    out += '"';
}

bool append_ids(std::string& out, std::string_view before_trace, std::string_view before_span,
                const RecordContext& context) {
    if (!context.trace_id.is_valid()) return false;
    out += before_trace;
    append_id(out, context.trace_id);
    if (context.span_id.is_valid()) {
        out += before_span;
        append_id(out, context.span_id);
    }
    return true;
}

void append_micros(std::string& out, UtcTime& clock, std::chrono::system_clock::time_point time) {
    append_written(out, UtcTime::max_size, [&](char* to) { return clock.write_micros(to, time); });
}

void append_millis(std::string& out, UtcTime& clock, std::chrono::system_clock::time_point time) {
    append_written(out, UtcTime::max_size, [&](char* to) { return clock.write_millis(to, time); });
}

void append_fields(std::string& out, const RecordContext& context, const LineOptions& options,
                   ShownValues::IsReserved is_reserved) {
    for_each_field(context, options, is_reserved,
                   [&out](std::string_view name, std::string_view text) {
                       out += ",\"";
                       out += name;
                       out += "\":\"";
                       out += text;
                       out += '"';
                   });
}

void append_json_value(std::string& out, const Value& value) {
    append_written(out, json_value_bound(value),
                   [&value](char* to) { return write_json_value(to, value); });
}

void append_value_text(std::string& out, const Value& value) {
    append_written(out, json_value_bound(value),
                   [&value](char* to) { return write_value_text(to, value); });
}

void append_flags(std::string& out, TraceFlags flags) {
    const std::size_t before = out.size();
    out.resize(before + 2);
    ctx::detail::write_hex_byte(flags.bits(), out.data() + before);
}

std::string plain_text(const Value& value) {
    if (value.type == ValueType::text || value.type == ValueType::json) {
        return std::string{value.text};
    }
    std::string text;
    append_value_text(text, value);
    return text;
}

int syslog_severity(Level level) noexcept {
    static constexpr std::array severities{7, 7, 6, 4, 3, 2, 6};
    return severities[static_cast<std::size_t>(level) % severities.size()];
}

void append_visible(std::string& out, std::string_view text) {
    if (measure_json_text(text).verbatim) {
        out += text;
        return;
    }
    std::string valid;
    append_valid_utf8(valid, text);
    for (std::string_view rest = valid; !rest.empty();) {
        if (const std::size_t wide = wide_control(rest); wide != 0) {
            append_wide_control(out, rest.substr(0, wide));
            rest.remove_prefix(wide);
            continue;
        }
        const auto c = static_cast<unsigned char>(rest.front());
        if (ctx::detail::is_control(rest.front())) {
            append_control(out, c);
        } else {
            out += rest.front();
        }
        rest.remove_prefix(1);
    }
}

std::string unescaped(std::string_view json_text) {
    std::string out;
    out.reserve(json_text.size());
    for (std::size_t i = 0; i < json_text.size(); ++i) {
        if (json_text[i] != '\\' || i + 1 == json_text.size()) {
            out += json_text[i];
            continue;
        }
        const char c = json_text[++i];
        switch (c) {
            case 'b':
                out += '\b';
                break;
            case 'f':
                out += '\f';
                break;
            case 'n':
                out += '\n';
                break;
            case 'r':
                out += '\r';
                break;
            case 't':
                out += '\t';
                break;
            case 'u':
                append_code_point(out, json_text.substr(i + 1, 4));
                i += 4;
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::string unix_nanos(std::chrono::system_clock::time_point time) {
    return std::to_string(
        std::max<std::int64_t>(std::chrono::nanoseconds{time.time_since_epoch()}.count(), 0));
}

}  // namespace ctx::log::detail
