// Copies a text and looks, in the same pass, whether it may stand in a JSON string as it is.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace ctx::log::detail {

inline constexpr std::uint64_t every_byte = 0x0101010101010101;

/// High bits of the bytes that are `c`, and perhaps of some above such a byte.
inline std::uint64_t bytes_equal(std::uint64_t word, unsigned char c) noexcept {
    const std::uint64_t difference = word ^ (every_byte * c);
    return (difference - every_byte) & ~difference & (every_byte << 7);
}

/// Not zero when one of the eight bytes is a control character, DEL, `"`, `\` or no ASCII.
inline std::uint64_t needs_escape(std::uint64_t word) noexcept {
    const std::uint64_t below_space = (word - every_byte * 0x20) & ~word & (every_byte << 7);
    return (word & (every_byte << 7)) | below_space | bytes_equal(word, '"') |
           bytes_equal(word, '\\') | bytes_equal(word, 0x7f);
}

template <typename Word>
Word load(const char* from) noexcept {
    Word word;
    std::memcpy(&word, from, sizeof word);
    return word;
}

#if defined(__SSE2__)
inline int copy_16(char* out, const char* text) noexcept {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), block);
    // Bytes from 0x80 on are negative, thus below a space as well.
    return _mm_movemask_epi8(
        _mm_or_si128(_mm_or_si128(_mm_cmplt_epi8(block, _mm_set1_epi8(0x20)),
                                  _mm_cmpeq_epi8(block, _mm_set1_epi8(0x7f))),
                     _mm_or_si128(_mm_cmpeq_epi8(block, _mm_set1_epi8('"')),
                                  _mm_cmpeq_epi8(block, _mm_set1_epi8('\\')))));
}
#else
inline int copy_16(char* out, const char* text) noexcept {
    std::memcpy(out, text, 16);
    return (needs_escape(load<std::uint64_t>(text)) |
            needs_escape(load<std::uint64_t>(text + 8))) != 0;
}
#endif

/// Of less than 16 bytes: pieces from both ends that may overlap.
inline char* copy_short(char* out, const char* text, std::size_t size) noexcept {
    std::uint64_t dirty = 0;
    if (size >= 8) {
        dirty = needs_escape(load<std::uint64_t>(text)) |
                needs_escape(load<std::uint64_t>(text + size - 8));
        std::memcpy(out, text, 8);
        std::memcpy(out + size - 8, text + size - 8, 8);
    } else if (size >= 4) {
        const auto first = load<std::uint32_t>(text);
        const auto last = load<std::uint32_t>(text + size - 4);
        dirty = needs_escape(std::uint64_t{last} << 32 | first);
        std::memcpy(out, &first, 4);
        std::memcpy(out + size - 4, &last, 4);
    } else if (size > 0) {
        const auto byte = [text](std::size_t i) {
            return std::uint64_t{static_cast<unsigned char>(text[i])};
        };
        dirty = needs_escape(every_byte << 32 << 5 | byte(0) | byte(size / 2) << 8 |
                             byte(size - 1) << 16 | byte(0) << 24);
        const char middle = text[size / 2];
        const char last = text[size - 1];
        out[0] = text[0];
        out[size / 2] = middle;
        out[size - 1] = last;
    }
    return dirty == 0 ? out + size : nullptr;
}

/// @return the end of the copy, or null when the text has to be escaped; what was written then is of
/// no use.
inline char* copy_plain(char* out, std::string_view text) noexcept {
    const char* from = text.data();
    const std::size_t size = text.size();
    if (size < 16) return copy_short(out, from, size);
    int dirty = 0;
    std::size_t i = 0;
    for (; i + 16 < size && dirty == 0; i += 16)
        dirty = copy_16(out + i, from + i);
    dirty |= copy_16(out + size - 16, from + size - 16);
    return dirty == 0 ? out + size : nullptr;
}

}  // namespace ctx::log::detail
