// The characters of the W3C `baggage` header: classes, members of a text, encoding.

#pragma once

#include <ctx/baggage/baggage_key.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace ctx::detail {

// What a byte may be; tables are twice as fast as comparisons here.
inline constexpr std::uint8_t token_class = 1;    // in a key
inline constexpr std::uint8_t value_class = 2;    // in a value (baggage-octet, and "%")
inline constexpr std::uint8_t ows_class = 4;      // space, tab
inline constexpr std::uint8_t percent_class = 8;  // "%"
inline constexpr std::uint8_t plain_class = 16;   // sent as it is in a value that we encode

[[nodiscard]] constexpr std::uint8_t w3c_class_of(unsigned char c) noexcept {
    std::uint8_t classes = 0;
    if (is_token_char(static_cast<char>(c))) {
        classes |= token_class;
    }
    if (c > 0x20 && c < 0x7f && c != '"' && c != ',' && c != ';' && c != '\\') {
        classes |= value_class;
        // "+" and "=" are legal, but some peers read "+" as a space or split at every "=".
        if (c != '%' && c != '+' && c != '=') {
            classes |= plain_class;
        }
    }
    if (c == ' ' || c == '\t') {
        classes |= ows_class;
    }
    if (c == '%') {
        classes |= percent_class;
    }
    return classes;
}

inline constexpr std::array<std::uint8_t, 256> w3c_classes = [] {
    std::array<std::uint8_t, 256> classes{};
    for (std::size_t c = 0; c < classes.size(); ++c) {
        classes[c] = w3c_class_of(static_cast<unsigned char>(c));
    }
    return classes;
}();

[[nodiscard]] inline std::uint8_t w3c_class(char c) noexcept {
    return w3c_classes[static_cast<unsigned char>(c)];
}

[[nodiscard]] inline const char* skip_class(const char* p, const char* end,
                                            std::uint8_t wanted) noexcept {
    while (p != end && (w3c_class(*p) & wanted) != 0) {
        ++p;
    }
    return p;
}

[[nodiscard]] inline std::string_view strip_ows(std::string_view text) noexcept {
    while (!text.empty() && (w3c_class(text.front()) & ows_class) != 0) {
        text.remove_prefix(1);
    }
    while (!text.empty() && (w3c_class(text.back()) & ows_class) != 0) {
        text.remove_suffix(1);
    }
    return text;
}

// 0 to 15, or -1.
[[nodiscard]] constexpr int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

[[nodiscard]] inline char* write_text(char* out, std::string_view text) noexcept {
    if (!text.empty()) {
        std::memcpy(out, text.data(), text.size());
    }
    return out + text.size();
}

// The members of a text that this library wrote, one after the other.
class TextMembers {
public:
    explicit TextMembers(std::string_view text) noexcept : rest_(text) {}

    bool next(std::string_view& member) noexcept {
        if (rest_.empty()) {
            return false;
        }
        const std::size_t comma = rest_.find(',');
        member = rest_.substr(0, comma);
        rest_.remove_prefix(comma == std::string_view::npos ? rest_.size() : comma + 1);
        return true;
    }

private:
    std::string_view rest_;
};

[[nodiscard]] inline std::string_view key_of_member(std::string_view member) noexcept {
    const char* const begin = member.data();
    const char* const end = begin + member.size();
    return {begin, static_cast<std::size_t>(skip_class(begin, end, token_class) - begin)};
}

// One property at the front of a list of properties.
struct Property {
    std::string_view key;
    std::string_view value;  // behind the "="
    bool has_value = false;
};

enum class PropertyStatus : std::uint8_t { ok, empty, malformed };

// Reads the property at `p` and sets `p` behind it: at ";", at "," or at the end. After
// `malformed` p is somewhere inside.
PropertyStatus read_property(const char*& p, const char* end, Property& property) noexcept;

// Writes the well-formed properties of the list without OWS; `out` needs room for the list.
struct WrittenProperties {
    char* end;
    std::size_t bad;  // left out
};
WrittenProperties write_properties(char* out, std::string_view list) noexcept;

// Percent-encodes a value that was set here; at most three times its size.
[[nodiscard]] std::size_t encoded_size(std::string_view value) noexcept;
char* write_encoded(char* out, std::string_view value) noexcept;

// "%" without two hexadecimal digits behind it.
std::uint32_t count_bad_escapes(std::string_view value) noexcept;

}  // namespace ctx::detail
