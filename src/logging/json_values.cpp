#include "logging/json_values.hpp"

#include "logging/log_stats.hpp"
#include <ctx/context/detail/hex.hpp>
#include <ctx/logging/json_check.hpp>
#include <ctx/logging/json_text.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace ctx::log::detail {
namespace {

constexpr std::size_t longest_number = 32;

char* put(char* out, std::string_view text) noexcept {
    return std::copy(text.begin(), text.end(), out);
}

std::string_view word_for(double number) noexcept {
    if (std::isnan(number)) return "NaN";
    return number < 0 ? "-Infinity" : "Infinity";
}

bool is_quoted(const Value& value) noexcept {
    switch (value.type) {
        case ValueType::text:
        case ValueType::bytes:
            return true;
        case ValueType::number:
            return !std::isfinite(value.number());
        case ValueType::json:
            return !is_json_line_value(value.text);
        default:
            return false;
    }
}

char* put_escaped(char* out, std::string_view text) noexcept {
    const JsonText measured = measure_json_text(text);
    if (measured.repaired) invalid_utf8.add();
    return write_json_text(out, measured);
}

char* put_hex(char* out, std::string_view bytes) noexcept {
    for (const char byte : bytes) {
        ctx::detail::write_hex_byte(static_cast<std::uint8_t>(byte), out);
        out += 2;
    }
    return out;
}

}  // namespace

std::size_t json_value_bound(const Value& value) noexcept {
    switch (value.type) {
        case ValueType::text:
            return 2 + measure_json_text(value.text).size;
        case ValueType::json:
            return 2 + std::max(value.text.size(), measure_json_text(value.text).size);
        case ValueType::bytes:
            return 2 + 2 * value.text.size();
        default:
            return longest_number;
    }
}

char* write_value_text(char* out, const Value& value) noexcept {
    switch (value.type) {
        case ValueType::null:
            return put(out, "null");
        case ValueType::boolean:
            return put(out, value.boolean() ? "true" : "false");
        case ValueType::integer:
            return std::to_chars(out, out + longest_number, value.integer()).ptr;
        case ValueType::natural:
            return std::to_chars(out, out + longest_number, value.natural()).ptr;
        case ValueType::number:
            if (!std::isfinite(value.number())) return put(out, word_for(value.number()));
            return std::to_chars(out, out + longest_number, value.number()).ptr;
        case ValueType::bytes:
            return put_hex(out, value.text);
        case ValueType::text:
        case ValueType::json:
            break;
    }
    return put_escaped(out, value.text);
}

char* write_json_value(char* out, const Value& value) noexcept {
    if (is_quoted(value)) {
        *out++ = '"';
        out = write_value_text(out, value);
        *out++ = '"';
        return out;
    }
    return value.type == ValueType::json ? put(out, value.text) : write_value_text(out, value);
}

}  // namespace ctx::log::detail
