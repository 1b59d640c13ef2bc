#include <ctx/baggage/utf8.hpp>
#include <ctx/context/detail/hex.hpp>
#include <ctx/logging/json_text.hpp>

#include <array>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace ctx::log {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

// 0: passes as it is; 1: not ASCII, look closer; 'u': \u00XX; else the letter after a backslash.
constexpr auto escapes = [] {
    std::array<char, 256> table{};
    for (std::size_t c = 0; c < 0x20; ++c)
        table[c] = 'u';
    table['\b'] = 'b';
    table['\f'] = 'f';
    table['\n'] = 'n';
    table['\r'] = 'r';
    table['\t'] = 't';
    table['"'] = '"';
    table['\\'] = '\\';
    table[0x7f] = 'u';
    for (std::size_t c = 0x80; c < 0x100; ++c)
        table[c] = 1;
    return table;
}();

std::size_t plain_prefix(const char* text, std::size_t size) noexcept {
    std::size_t i = 0;
#if defined(__SSE2__)
    const __m128i space = _mm_set1_epi8(0x20);
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i backslash = _mm_set1_epi8('\\');
    const __m128i del = _mm_set1_epi8(0x7f);
    for (; i + 16 <= size; i += 16) {
        const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + i));
        // Bytes from 0x80 on are negative, thus below a space as well.
        const __m128i dirty = _mm_or_si128(
            _mm_or_si128(_mm_cmplt_epi8(block, space), _mm_cmpeq_epi8(block, del)),
            _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash)));
        const int mask = _mm_movemask_epi8(dirty);
        if (mask != 0) return i + static_cast<std::size_t>(__builtin_ctz(unsigned(mask)));
    }
#endif
    while (i < size && escapes[static_cast<unsigned char>(text[i])] == 0)
        ++i;
    return i;
}

enum class Kind : std::uint8_t { copy, code_point, ill_formed };

struct Character {
    Kind kind;
    std::uint16_t code_point;  // of what is written as \uXXXX
    std::size_t size;          // bytes of the input
};

/// `text` begins with a byte from 0x80 on.
Character next_character(std::string_view text) noexcept {
    const int step = ctx::detail::utf8_step(text);
    if (step < 0) return {Kind::ill_formed, 0, static_cast<std::size_t>(-step)};
    const auto size = static_cast<std::size_t>(step);
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    if (size == 2 && byte(0) == 0xC2 && byte(1) < 0xA0) return {Kind::code_point, byte(1), size};
    if (size == 3 && byte(0) == 0xE2 && byte(1) == 0x80 && (byte(2) == 0xA8 || byte(2) == 0xA9)) {
        return {Kind::code_point, static_cast<std::uint16_t>(0x2000 + byte(2) - 0x80), size};
    }
    return {Kind::copy, 0, size};
}

char* write_code_point(char* out, std::uint16_t code_point) noexcept {
    *out++ = '\\';
    *out++ = 'u';
    ctx::detail::write_hex_byte(static_cast<std::uint8_t>(code_point >> 8), out);
    ctx::detail::write_hex_byte(static_cast<std::uint8_t>(code_point & 0xff), out + 2);
    return out + 4;
}

char* write_bytes(char* out, std::string_view bytes) noexcept {
    if (!bytes.empty()) std::memcpy(out, bytes.data(), bytes.size());
    return out + bytes.size();
}

void measure_rest(JsonText& result, std::size_t i) noexcept {
    const std::string_view text = result.text;
    while (i < text.size()) {
        const char escape = escapes[static_cast<unsigned char>(text[i])];
        if (escape == 0) {
            const std::size_t plain = plain_prefix(text.data() + i, text.size() - i);
            result.size += plain;
            i += plain;
        } else if (escape != 1) {
            result.verbatim = false;
            result.size += escape == 'u' ? 6 : 2;
            ++i;
        } else {
            const Character next = next_character(text.substr(i));
            result.verbatim &= next.kind == Kind::copy;
            result.repaired |= next.kind == Kind::ill_formed;
            result.size += next.kind == Kind::copy         ? next.size
                           : next.kind == Kind::ill_formed ? replacement.size()
                                                           : 6;
            i += next.size;
        }
    }
}

char* write_character(char* out, std::string_view text, const Character& next) noexcept {
    switch (next.kind) {
        case Kind::copy:
            return write_bytes(out, text.substr(0, next.size));
        case Kind::code_point:
            return write_code_point(out, next.code_point);
        case Kind::ill_formed:
            break;
    }
    return write_bytes(out, replacement);
}

}  // namespace

JsonText measure_json_text(std::string_view text) noexcept {
    JsonText result{text};
    result.size = plain_prefix(text.data(), text.size());
    if (result.size < text.size()) measure_rest(result, result.size);
    return result;
}

char* write_json_text(char* out, const JsonText& measured) noexcept {
    const std::string_view text = measured.text;
    if (measured.verbatim) return write_bytes(out, text);
    std::size_t i = 0;
    while (i < text.size()) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const char escape = escapes[byte];
        if (escape == 0) {
            const std::size_t plain = plain_prefix(text.data() + i, text.size() - i);
            out = write_bytes(out, text.substr(i, plain));
            i += plain;
        } else if (escape == 'u') {
            out = write_code_point(out, byte);
            ++i;
        } else if (escape != 1) {
            *out++ = '\\';
            *out++ = escape;
            ++i;
        } else {
            const Character next = next_character(text.substr(i));
            out = write_character(out, text.substr(i), next);
            i += next.size;
        }
    }
    return out;
}

JsonText append_json_text(std::string& out, std::string_view text) {
    const JsonText measured = measure_json_text(text);
    const std::size_t before = out.size();
    out.resize(before + measured.size);
    write_json_text(out.data() + before, measured);
    return measured;
}

}  // namespace ctx::log
