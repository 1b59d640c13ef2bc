#include <ctx/baggage/utf8.hpp>

#include <cstdint>
#include <cstring>

namespace ctx {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

// Bytes of ASCII at the front, eight at a time.
std::size_t ascii_prefix(std::string_view text) noexcept {
    std::size_t i = 0;
    for (; i + 8 <= text.size(); i += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + i, sizeof word);
        if ((word & 0x8080808080808080ULL) != 0) {
            break;
        }
    }
    while (i < text.size() && static_cast<unsigned char>(text[i]) < 0x80) {
        ++i;
    }
    return i;
}

// Bytes of well-formed UTF-8 at the front.
std::size_t valid_prefix(std::string_view text) noexcept {
    std::size_t i = ascii_prefix(text);
    while (i < text.size()) {
        const int step = detail::utf8_step(text.substr(i));
        if (step < 0) {
            break;
        }
        i += static_cast<std::size_t>(step);
        if (step == 1) {
            i += ascii_prefix(text.substr(i));
        }
    }
    return i;
}

struct LeadByte {
    int trailing;            // continuation bytes; 0 for a byte that begins no character
    unsigned char first_lo;  // range of the first of them
    unsigned char first_hi;
};

constexpr LeadByte lead_byte(unsigned char b) noexcept {
    if (b >= 0xc2 && b <= 0xdf) {
        return {1, 0x80, 0xbf};
    }
    if (b >= 0xe0 && b <= 0xef) {
        // E0 would be overlong below A0, ED a surrogate above 9F.
        return {2, static_cast<unsigned char>(b == 0xe0 ? 0xa0 : 0x80),
                static_cast<unsigned char>(b == 0xed ? 0x9f : 0xbf)};
    }
    if (b >= 0xf0 && b <= 0xf4) {
        // F0 would be overlong below 90, F4 beyond U+10FFFF above 8F.
        return {3, static_cast<unsigned char>(b == 0xf0 ? 0x90 : 0x80),
                static_cast<unsigned char>(b == 0xf4 ? 0x8f : 0xbf)};
    }
    return {0, 0, 0};
}

// Calls `valid(run)` and `ill_formed()` for the parts of the text, in order.
template <typename Valid, typename IllFormed>
void for_each_part(std::string_view text, Valid valid, IllFormed ill_formed) {
    while (!text.empty()) {
        const std::size_t run = valid_prefix(text);
        if (run != 0) {
            valid(text.substr(0, run));
            text.remove_prefix(run);
        }
        if (!text.empty()) {
            text.remove_prefix(static_cast<std::size_t>(-detail::utf8_step(text)));
            ill_formed();
        }
    }
}

}  // namespace

int detail::utf8_step(std::string_view text) noexcept {
    const auto first = static_cast<unsigned char>(text[0]);
    if (first < 0x80) {
        return 1;
    }
    const LeadByte lead = lead_byte(first);
    int good = 1;
    unsigned char lo = lead.first_lo;
    unsigned char hi = lead.first_hi;
    while (good <= lead.trailing) {
        if (static_cast<std::size_t>(good) == text.size()) {
            return -good;
        }
        const auto byte = static_cast<unsigned char>(text[static_cast<std::size_t>(good)]);
        if (byte < lo || byte > hi) {
            return -good;
        }
        lo = 0x80;
        hi = 0xbf;
        ++good;
    }
    return lead.trailing == 0 ? -1 : good;
}

bool is_valid_utf8(std::string_view text) noexcept {
    return valid_prefix(text) == text.size();
}

void append_valid_utf8(std::string& out, std::string_view text) {
    for_each_part(
        text, [&](std::string_view run) { out.append(run); }, [&] { out.append(replacement); });
}

std::size_t valid_utf8_size(std::string_view text) noexcept {
    std::size_t size = 0;
    for_each_part(
        text, [&](std::string_view run) { size += run.size(); },
        [&] { size += replacement.size(); });
    return size;
}

char* detail::write_valid_utf8(char* out, std::string_view text) noexcept {
    // memmove: the text may stand further back in the same memory, as when a header is decoded.
    for_each_part(
        text,
        [&](std::string_view run) {
            std::memmove(out, run.data(), run.size());
            out += run.size();
        },
        [&] {
            std::memcpy(out, replacement.data(), replacement.size());
            out += replacement.size();
        });
    return out;
}

std::string_view utf8_prefix(std::string_view text, std::size_t max_bytes) noexcept {
    if (text.size() <= max_bytes) {
        return text;
    }
    // A character that straddles the cut begins at most three bytes before it.
    std::size_t lead = max_bytes;
    while (lead > 0 && max_bytes - lead < 3 &&
           (static_cast<unsigned char>(text[lead]) & 0xc0) == 0x80) {
        --lead;
    }
    const int step = detail::utf8_step(text.substr(lead));
    const bool straddles = step > 0 && lead + static_cast<std::size_t>(step) > max_bytes;
    return text.substr(0, straddles ? lead : max_bytes);
}

std::size_t count_code_points(std::string_view text) noexcept {
    std::size_t count = 0;
    for_each_part(
        text,
        [&](std::string_view run) {
            for (const char c : run) {
                count += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
            }
        },
        [&] { ++count; });
    return count;
}

}  // namespace ctx
