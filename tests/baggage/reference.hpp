// The slow and obvious way, for comparison: lists of strings, maps, one rule after the other.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ctx::test {

using Atoms = std::vector<std::string>;

inline bool less_unsigned(const std::string& a, const std::string& b) {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        return static_cast<unsigned char>(x) < static_cast<unsigned char>(y);
    });
}

inline std::string reference_serialize(const Atoms& atoms) {
    std::string bytes;
    for (const std::string& atom : atoms) {
        std::size_t length = atom.size();
        for (; length >= 128; length /= 128) {
            bytes.push_back(static_cast<char>(length % 128 + 128));
        }
        bytes.push_back(static_cast<char>(length));
        bytes += atom;
    }
    return bytes;
}

struct ReferenceList {
    Atoms atoms;
    bool damaged = false;
};

inline ReferenceList reference_deserialize(std::string_view bytes) {
    ReferenceList list;
    std::size_t at = 0;
    while (at < bytes.size()) {
        std::uint64_t length = 0;
        std::size_t digits = 0;
        bool more = true;
        bool too_long = false;
        while (more && digits < 10 && at + digits < bytes.size()) {
            const auto byte = static_cast<unsigned char>(bytes[at + digits]);
            const std::uint64_t digit = byte % 128U;
            too_long = too_long || (digit != 0 && digits >= 5);
            length += digits < 5 ? digit << (7 * digits) : 0;
            more = byte >= 128;
            ++digits;
        }
        if (more || too_long || length >= (1U << 31) || length > bytes.size() - at - digits) {
            list.damaged = true;
            break;
        }
        list.atoms.emplace_back(bytes.substr(at + digits, static_cast<std::size_t>(length)));
        at += digits + static_cast<std::size_t>(length);
    }
    return list;
}

inline Atoms reference_merge(const Atoms& a, const Atoms& b) {
    Atoms merged;
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < a.size() || j < b.size()) {
        if (j == b.size() || (i < a.size() && less_unsigned(a[i], b[j]))) {
            merged.push_back(a[i++]);
        } else if (i == a.size() || less_unsigned(b[j], a[i])) {
            merged.push_back(b[j++]);
        } else {
            merged.push_back(a[i++]);
            ++j;
        }
    }
    return merged;
}

inline Atoms reference_trim(const Atoms& atoms, std::size_t limit) {
    if (reference_serialize(atoms).size() <= limit) {
        return atoms;
    }
    Atoms kept;
    for (const std::string& atom : atoms) {
        kept.push_back(atom);
        if (reference_serialize(kept).size() + 1 > limit) {
            kept.pop_back();
            break;
        }
    }
    if (limit > 0) {
        kept.emplace_back();
    }
    return kept;
}

// One code point, or nothing when the bytes are not exactly one well-formed character.
inline std::optional<char32_t> reference_code_point(std::string_view s) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
    if (s.empty() || s.size() > 4) {
        return std::nullopt;
    }
    if (s.size() == 1) {
        return byte(0) < 0x80 ? std::optional<char32_t>(byte(0)) : std::nullopt;
    }
    static constexpr unsigned lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    static constexpr unsigned mask[] = {0, 0, 0xe0, 0xf0, 0xf8};
    static constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if ((byte(0) & mask[s.size()]) != lead[s.size()]) {
        return std::nullopt;
    }
    char32_t point = byte(0) & ~mask[s.size()] & 0xff;
    for (std::size_t i = 1; i < s.size(); ++i) {
        if ((byte(i) & 0xc0) != 0x80) {
            return std::nullopt;
        }
        point = point * 64 + (byte(i) & 0x3f);
    }
    const bool surrogate = point >= 0xd800 && point <= 0xdfff;
    return point >= least[s.size()] && point <= 0x10ffff && !surrogate
               ? std::optional<char32_t>(point)
               : std::nullopt;
}

// Whether more bytes could make a well-formed character of it.
inline bool reference_is_beginning(std::string_view s) {
    for (std::size_t more = 1; s.size() + more <= 4; ++more) {
        for (const char first : {'\x80', '\x8f', '\x90', '\x9f', '\xa0', '\xbf'}) {
            std::string tried(s);
            tried += first;
            tried.append(more - 1, '\x80');
            if (reference_code_point(tried)) {
                return true;
            }
        }
    }
    return false;
}

inline std::string reference_sanitize(std::string_view text) {
    std::string valid;
    while (!text.empty()) {
        std::size_t taken = 0;
        for (std::size_t n = 1; n <= std::min<std::size_t>(4, text.size()) && taken == 0; ++n) {
            if (reference_code_point(text.substr(0, n))) {
                valid += text.substr(0, n);
                taken = n;
            }
        }
        if (taken == 0) {
            taken = 1;
            while (taken < std::min<std::size_t>(4, text.size()) &&
                   reference_is_beginning(text.substr(0, taken + 1))) {
                ++taken;
            }
            valid += "\xef\xbf\xbd";
        }
        text.remove_prefix(taken);
    }
    return valid;
}

struct ReferenceMember {
    std::string key;
    std::string value;
    std::string properties;
};

struct ReferenceBaggage {
    std::vector<ReferenceMember> members;  // in the order of their last occurrence
    std::size_t malformed = 0;
    std::size_t duplicate = 0;

    std::map<std::string, ReferenceMember> by_key() const {
        std::map<std::string, ReferenceMember> map;
        for (const ReferenceMember& member : members) {
            map[member.key] = member;
        }
        return map;
    }
};

inline std::string reference_strip(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) {
        return {};
    }
    return std::string(text.substr(begin, text.find_last_not_of(" \t") - begin + 1));
}

inline std::vector<std::string> reference_split(std::string_view text, char separator) {
    std::vector<std::string> parts(1);
    for (const char c : text) {
        if (c == separator) {
            parts.emplace_back();
        } else {
            parts.back().push_back(c);
        }
    }
    return parts;
}

inline bool reference_is_token(const std::string& text) {
    static const std::string token =
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    return !text.empty() && text.find_first_not_of(token) == std::string::npos;
}

inline bool reference_is_value(const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        return c >= 0x21 && c <= 0x7e && std::string("\",;\\").find(c) == std::string::npos;
    });
}

inline int reference_digit(char c) {
    const std::string_view digits = "0123456789abcdef0123456789ABCDEF";
    const std::size_t at = digits.find(c);
    return at == std::string_view::npos ? -1 : static_cast<int>(at % 16);
}

inline std::string reference_percent_decode(const std::string& text) {
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape = text[i] == '%' && i + 2 < text.size() &&
                            reference_digit(text[i + 1]) >= 0 && reference_digit(text[i + 2]) >= 0;
        bytes.push_back(escape ? static_cast<char>(reference_digit(text[i + 1]) * 16 +
                                                   reference_digit(text[i + 2]))
                               : text[i]);
        i += escape ? 2 : 0;
    }
    return bytes;
}

// "key=value" or, where allowed, "key"; nothing when it breaks the grammar.
inline std::optional<std::pair<std::string, std::optional<std::string>>> reference_pair(
    const std::string& text) {
    const std::size_t equals = text.find('=');
    std::pair<std::string, std::optional<std::string>> pair;
    pair.first = reference_strip(text.substr(0, equals));
    if (equals != std::string::npos) {
        pair.second = reference_strip(text.substr(equals + 1));
    }
    if (!reference_is_token(pair.first) || !reference_is_value(pair.second.value_or(""))) {
        return std::nullopt;
    }
    return pair;
}

inline std::optional<ReferenceMember> reference_member(const std::string& text) {
    const std::vector<std::string> parts = reference_split(text, ';');
    const auto head = reference_pair(parts[0]);
    if (!head || !head->second) {
        return std::nullopt;
    }
    ReferenceMember member{
        head->first, reference_sanitize(reference_percent_decode(*head->second)), {}};
    for (std::size_t i = 1; i < parts.size(); ++i) {
        if (reference_strip(parts[i]).empty()) {
            continue;
        }
        const auto property = reference_pair(parts[i]);
        if (!property) {
            return std::nullopt;
        }
        member.properties += (member.properties.empty() ? "" : ";") + property->first +
                             (property->second ? "=" + *property->second : "");
    }
    return member;
}

inline ReferenceBaggage reference_parse(const std::vector<std::string>& lines,
                                        std::size_t max_members, std::size_t max_bytes) {
    std::string all;
    std::size_t unread = 4 * max_bytes;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::string line = reference_strip(lines[i]);
        const bool is_last = line.size() > unread;
        if (is_last) {
            const std::size_t comma = line.rfind(',', unread);
            line = comma == std::string::npos ? "" : line.substr(0, comma);
        }
        all += (i == 0 ? "" : ",") + line;
        if (is_last) {
            break;
        }
        unread -= line.size();
    }
    ReferenceBaggage baggage;
    std::size_t examined = 0;
    std::size_t charged = 0;
    for (const std::string& part : reference_split(all, ',')) {
        const std::string text = reference_strip(part);
        charged += text.size();
        if (!text.empty() && (++examined > max_members || charged > max_bytes)) {
            break;
        }
        ++charged;  // its separator
        if (text.empty()) {
            continue;
        }
        const std::optional<ReferenceMember> member = reference_member(part);
        if (!member) {
            ++baggage.malformed;
            continue;
        }
        const auto same = std::find_if(baggage.members.begin(), baggage.members.end(),
                                       [&](const auto& m) { return m.key == member->key; });
        if (same != baggage.members.end()) {
            baggage.members.erase(same);
            ++baggage.duplicate;
        }
        baggage.members.push_back(*member);
    }
    return baggage;
}

}  // namespace ctx::test
