#include <ctx/baggage/atoms.hpp>
#include <ctx/baggage/carriers.hpp>

#include <cstdint>

namespace ctx {
namespace {

constexpr std::string_view url_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view standard_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string encode(std::string_view bytes, std::string_view alphabet) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t j = 0; j < 3; ++j) {
            group <<= 8;
            group |= i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U;
        }
        const std::size_t digits = bytes.size() - i >= 3 ? 4 : bytes.size() - i + 1;
        for (std::size_t j = 0; j < 4; ++j) {
            text.push_back(j < digits ? alphabet[group >> (18 - 6 * j) & 63U] : '=');
        }
    }
    return text;
}

// 0 to 63, or -1.
int digit_value(char c) noexcept {
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    if (c == '-' || c == '+') {
        return 62;
    }
    return c == '_' || c == '/' ? 63 : -1;
}

}  // namespace

std::string encode_base64url(std::string_view bytes) {
    return encode(bytes, url_alphabet);
}

std::string encode_base64(std::string_view bytes) {
    return encode(bytes, standard_alphabet);
}

std::optional<std::string> decode_base64(std::string_view text) {
    if (text.size() % 4 == 0) {
        for (int i = 0; i < 2 && text.ends_with('='); ++i) {
            text.remove_suffix(1);
        }
    }
    if (text.size() % 4 == 1) {
        return std::nullopt;
    }
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t pending = 0;
    unsigned bits = 0;
    for (const char c : text) {
        const int digit = digit_value(c);
        if (digit < 0) {
            return std::nullopt;
        }
        pending = (pending << 6 | static_cast<unsigned>(digit)) & 0xffffU;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes.push_back(static_cast<char>(pending >> bits & 0xffU));
        }
    }
    return bytes;
}

std::string frame_atoms(std::string_view list) {
    // A frame is an atom whose payload is a list.
    std::string framed;
    framed.reserve(serialized_size(list));
    append_atom(framed, list);
    return framed;
}

std::optional<FramedAtoms> unframe_atoms(std::string_view bytes) noexcept {
    AtomReader reader(bytes);
    const auto list = reader.next();
    if (!list.has_value()) {
        return std::nullopt;
    }
    return FramedAtoms{*list, reader.offset()};
}

}  // namespace ctx
