#include "baggage/w3c_text.hpp"

#include <ctx/baggage/w3c_baggage.hpp>

#include <string>

namespace ctx::detail {

PropertyStatus read_property(const char*& p, const char* end, Property& property) noexcept {
    p = skip_class(p, end, ows_class);
    const char* const key = p;
    p = skip_class(p, end, token_class);
    property = {{key, static_cast<std::size_t>(p - key)}, {}, false};
    p = skip_class(p, end, ows_class);
    if (p != end && *p == '=' && !property.key.empty()) {
        p = skip_class(p + 1, end, ows_class);
        const char* const value = p;
        p = skip_class(p, end, value_class);
        property.value = {value, static_cast<std::size_t>(p - value)};
        property.has_value = true;
        p = skip_class(p, end, ows_class);
    }
    if (p != end && *p != ';' && *p != ',') {
        return PropertyStatus::malformed;
    }
    return property.key.empty() ? PropertyStatus::empty : PropertyStatus::ok;
}

WrittenProperties write_properties(char* out, std::string_view list) noexcept {
    const char* const begin = out;
    std::size_t bad = 0;
    while (!list.empty()) {
        const std::string_view one = list.substr(0, list.find(';'));
        const char* p = one.data();
        Property property;
        const PropertyStatus status = read_property(p, one.data() + one.size(), property);
        if (status == PropertyStatus::ok && p == one.data() + one.size()) {
            if (out != begin) {
                *out++ = ';';
            }
            out = write_text(out, property.key);
            if (property.has_value) {
                *out++ = '=';
                out = write_text(out, property.value);
            }
        } else if (status != PropertyStatus::empty) {
            ++bad;
        }
        list.remove_prefix(one.size() == list.size() ? one.size() : one.size() + 1);
    }
    return {out, bad};
}

std::size_t encoded_size(std::string_view value) noexcept {
    std::size_t size = value.size();
    for (const char c : value) {
        size += (w3c_class(c) & plain_class) != 0 ? 0 : 2;
    }
    return size;
}

char* write_encoded(char* out, std::string_view value) noexcept {
    constexpr char digits[] = "0123456789ABCDEF";
    for (const char c : value) {
        if ((w3c_class(c) & plain_class) != 0) {
            *out++ = c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            *out++ = '%';
            *out++ = digits[byte >> 4];
            *out++ = digits[byte & 15];
        }
    }
    return out;
}

std::uint32_t count_bad_escapes(std::string_view value) noexcept {
    std::uint32_t bad = 0;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] != '%') {
            continue;
        }
        const bool good =
            i + 2 < value.size() && hex_digit(value[i + 1]) >= 0 && hex_digit(value[i + 2]) >= 0;
        bad += good ? 0 : 1;
    }
    return bad;
}

}  // namespace ctx::detail

namespace ctx {

void append_w3c_value(std::string& out, std::string_view value) {
    const std::size_t begin = out.size();
    out.resize(begin + detail::encoded_size(value));
    detail::write_encoded(out.data() + begin, value);
}

bool is_property_list(std::string_view text) noexcept {
    const char* p = text.data();
    const char* const end = p + text.size();
    while (p != end) {
        detail::Property property;
        if (detail::read_property(p, end, property) != detail::PropertyStatus::ok ||
            (p != end && *p == ',')) {
            return false;
        }
        if (p != end && ++p == end) {
            return false;  // ends in ";"
        }
    }
    return true;
}

}  // namespace ctx
