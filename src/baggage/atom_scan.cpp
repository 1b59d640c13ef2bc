#include "baggage/atom_scan.hpp"

#include <ctx/baggage/atoms.hpp>
#include <ctx/baggage/detail/varint.hpp>

#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define CTX_DETAIL_AVX2 1
#include <immintrin.h>
#endif

namespace ctx::detail {
namespace {

// Bytes of a length below 128 that is spelled longer than needed, as 81 80 80 00 is, and of which
// nothing is missing; else 0. To read them one by one would take longer than what they are worth.
std::size_t overlong_bytes(const char* length, std::size_t left) noexcept {
    constexpr std::uint64_t goes_on = 0x8080'8080'8080'8080;
    if (left < max_varint_bytes || std::endian::native != std::endian::little) return 0;
    std::uint64_t behind_first = 0;
    std::memcpy(&behind_first, length + 1, sizeof behind_first);
    const std::uint64_t other = behind_first ^ goes_on;
    if (other == 0) return length[max_varint_bytes - 1] == 0 ? max_varint_bytes : 0;
    const auto bits = static_cast<unsigned>(std::countr_zero(other)) & ~7U;
    return (behind_first >> bits & 0xff) == 0 ? 2 + bits / 8 : 0;
}

// Reads up to so many atoms one after the other. @return false at the end, or before damage.
// Without AtomReader where atoms are short: an optional per atom is three times as slow here.
bool scan_some(std::string_view list, std::size_t most, AtomScan& scan) noexcept {
    for (std::size_t i = 0; i < most; ++i) {
        const std::size_t left = list.size() - scan.bytes;
        if (left == 0) return false;
        const char* const begin = list.data() + scan.bytes;
        const auto first = static_cast<unsigned char>(*begin);
        std::size_t size = first & 0x7fU;
        const std::size_t length_bytes = first < 0x80 ? 1 : overlong_bytes(begin, left);
        if (length_bytes != 0 && size <= left - length_bytes) {
            scan.bytes += length_bytes + size;
        } else {
            AtomReader reader(list, scan.bytes);
            const auto atom = reader.next();
            if (!atom.has_value()) {
                scan.damaged = true;
                return false;
            }
            size = atom->size();
            scan.bytes = reader.offset();
        }
        ++scan.atoms;
        scan.has_marker |= size == 0;
    }
    return true;
}

#if defined(CTX_DETAIL_AVX2)

constexpr std::size_t block_bytes = 16;

// Lengths from here on take a step of their own.
constexpr char long_length = 0x60;

// Added to positions, so that the first one outside of the block has the top bit: it makes a
// shuffle give zero and a blend keep what it has, and shuffles look at nothing else but the last
// four bits.
constexpr std::size_t outside_bias = 0x80 - block_bytes;
static_assert(outside_bias % block_bytes == 0);
static_assert(outside_bias + block_bytes + long_length + max_varint_bytes <= 0xff);

// Where the atoms of 64 bytes lead, found for every position at once and without knowing at which
// one an atom begins, so that the processor works on several blocks at a time.
struct Chunk {
    static constexpr std::size_t bytes = 64;
    alignas(32) unsigned char next[bytes];  // counted from the begin of the block of sixteen
    alignas(32) unsigned char atoms[bytes];
    alignas(32) unsigned char markers[bytes];
};

// Which positions have a length below 128, and how many bytes follow its first one if it is spelled
// longer than needed: 80 80 … 00, which say nothing.
struct Overlong {
    __m256i is_below_128;
    __m256i bytes;
    int most_bytes;
};

[[gnu::target("avx2")]] inline Overlong find_overlong(const char* bytes, __m256i lengths) noexcept {
    const __m256i zero = _mm256_setzero_si256();
    const __m256i goes_on = _mm256_set1_epi8(static_cast<char>(0x80));
    __m256i open = _mm256_cmpgt_epi8(zero, lengths);  // with the top bit
    __m256i seen = zero;                              // of the bytes of lengths that went on
    __m256i count = zero;
    int i = 1;
    for (; i < static_cast<int>(max_varint_bytes); ++i) {
        const __m256i byte = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes + i));
        seen = _mm256_or_si256(seen, _mm256_and_si256(open, byte));
        count = _mm256_sub_epi8(count, open);
        open = _mm256_and_si256(open, _mm256_cmpeq_epi8(byte, goes_on));
        if (_mm256_testz_si256(open, open) != 0) break;
    }
    // 80 80 … 00 has no other bit, and at the end none is open.
    const __m256i others = _mm256_or_si256(open, _mm256_andnot_si256(goes_on, seen));
    return {_mm256_cmpeq_epi8(others, zero), count, i};
}

// Two blocks at a time: shuffles of 32 bytes stay within their half.
//
// Each position of a block points to the one behind the atom that would begin there; following the
// pointers of the pointers four times is sixteen atoms, and a block holds no more. The position of
// a long atom points to itself, and counts nothing.
[[gnu::target("avx2")]] inline void follow_two_blocks(const char* list, Chunk& chunk,
                                                      std::size_t begin) noexcept {
    const __m256i zero = _mm256_setzero_si256();
    const __m256i one = _mm256_set1_epi8(1);
    const __m256i positions = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    const __m256i first = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(list + begin));
    const Overlong overlong = find_overlong(list + begin, first);
    const __m256i lengths = _mm256_and_si256(first, _mm256_set1_epi8(0x7f));
    const __m256i is_short =  // and spelled by what was read
        _mm256_and_si256(overlong.is_below_128,
                         _mm256_cmpgt_epi8(_mm256_set1_epi8(long_length), lengths));
    const __m256i sizes = _mm256_add_epi8(_mm256_add_epi8(lengths, one), overlong.bytes);
    const __m256i bias = _mm256_set1_epi8(static_cast<char>(outside_bias));
    __m256i next =
        _mm256_add_epi8(_mm256_add_epi8(positions, bias), _mm256_and_si256(sizes, is_short));
    __m256i atoms = _mm256_and_si256(one, is_short);
    __m256i markers = _mm256_and_si256(_mm256_cmpeq_epi8(lengths, zero), is_short);
    for (int i = 0; i < 4; ++i) {
        // Positions outside lead nowhere.
        atoms = _mm256_add_epi8(atoms, _mm256_shuffle_epi8(atoms, next));
        markers = _mm256_or_si256(markers, _mm256_shuffle_epi8(markers, next));
        next = _mm256_blendv_epi8(_mm256_shuffle_epi8(next, next), next, next);
        // Large atoms are soon outside. Not asked where most are tiny.
        if (overlong.most_bytes > 2 && _mm256_movemask_epi8(next) == -1) break;
    }
    next = _mm256_sub_epi8(next, bias);
    _mm256_store_si256(reinterpret_cast<__m256i*>(chunk.next + begin), next);
    _mm256_store_si256(reinterpret_cast<__m256i*>(chunk.atoms + begin), atoms);
    _mm256_store_si256(reinterpret_cast<__m256i*>(chunk.markers + begin), markers);
}

[[gnu::target("avx2")]] void fill_chunk(const char* list, Chunk& chunk) noexcept {
    for (std::size_t block = 0; block < Chunk::bytes; block += 2 * block_bytes) {
        follow_two_blocks(list, chunk, block);
    }
}

// Follows the atoms from a position of the chunk. @return false at a long atom.
bool follow_chunk(const Chunk& chunk, std::size_t& position, AtomScan& scan) noexcept {
    unsigned markers = 0;
    bool only_short = true;
    while (position < Chunk::bytes && only_short) {
        const std::size_t next = chunk.next[position];
        scan.atoms += chunk.atoms[position];
        markers |= chunk.markers[position];
        only_short = next >= block_bytes;
        position = position / block_bytes * block_bytes + next;
    }
    scan.has_marker |= markers != 0;
    return only_short;
}

// Reads chunks until `end`, or until a long atom. What is near the end of the list is left to
// scan_some(), which knows an incomplete atom.
void scan_chunks(std::string_view list, std::size_t end, AtomScan& scan) noexcept {
    constexpr std::size_t reach =
        Chunk::bytes + static_cast<std::size_t>(long_length) + max_varint_bytes;
    std::size_t begin = scan.bytes;
    std::size_t position = 0;
    bool only_short = true;
    while (only_short && begin < end && list.size() - begin >= reach) {
        if (position < Chunk::bytes) {
            Chunk chunk;
            fill_chunk(list.data() + begin, chunk);
            only_short = follow_chunk(chunk, position, scan);
        }
        if (only_short) {
            begin += Chunk::bytes;
            position -= Chunk::bytes;
        }
    }
    scan.bytes = begin + position;
}

bool can_scan_chunks() noexcept {
    return static_cast<bool>(__builtin_cpu_supports("avx2"));
}

#else

void scan_chunks(std::string_view /*list*/, std::size_t /*end*/, AtomScan& /*scan*/) noexcept {}
bool can_scan_chunks() noexcept {
    return false;
}

#endif

// How many atoms are read before looking at how large they are, and below which average size chunks
// are faster.
constexpr std::size_t sample_atoms = 16;
constexpr std::size_t dense_bytes = 7 * sample_atoms;
constexpr std::size_t dense_stretch = 4096;

}  // namespace

AtomScan scan_atoms(std::string_view list) noexcept {
    AtomScan scan;
    while (true) {
        const std::size_t before = scan.bytes;
        if (!scan_some(list, sample_atoms, scan)) {
            return scan;
        }
        if (scan.bytes - before < dense_bytes && can_scan_chunks()) {
            scan_chunks(list, scan.bytes + dense_stretch, scan);
        }
    }
}

}  // namespace ctx::detail
