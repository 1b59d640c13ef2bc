#include "baggage/atom_scan.hpp"

#include <ctx/baggage/atoms.hpp>

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define CTX_DETAIL_SSSE3 1
#include <tmmintrin.h>
#endif

namespace ctx::detail {
namespace {

// Reads up to so many atoms one after the other. @return false at the end, or before damage.
bool scan_some(std::string_view list, std::size_t most, AtomScan& scan) noexcept {
    AtomReader reader(list, scan.bytes);
    for (std::size_t i = 0; i < most; ++i) {
        const auto atom = reader.next();
        if (!atom.has_value()) {
            scan.damaged = reader.damaged();
            return false;
        }
        ++scan.atoms;
        scan.has_marker |= atom->empty();
        scan.bytes = reader.offset();
    }
    return true;
}

#if defined(CTX_DETAIL_SSSE3)

constexpr std::size_t block_bytes = 16;

// Lengths from here on take a step of their own.
constexpr char long_length = 0x60;

// Where the atoms of 64 bytes lead, found for every position at once and without knowing at which
// one an atom begins, so that the processor works on several blocks at a time.
struct Chunk {
    static constexpr std::size_t bytes = 64;
    alignas(16) unsigned char next[bytes];  // counted from the begin of the block of sixteen
    alignas(16) unsigned char atoms[bytes];
    alignas(16) unsigned char markers[bytes];
};

// Each position of a block points to the one behind the atom that would begin there; following the
// pointers of the pointers four times is sixteen atoms, and a block holds no more. The position of
// a long atom points to itself, and counts nothing.
[[gnu::target("ssse3")]] inline void follow_block(const char* list, Chunk& chunk,
                                                  std::size_t begin) noexcept {
    const __m128i lengths = _mm_loadu_si128(reinterpret_cast<const __m128i*>(list + begin));
    const __m128i positions = _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m128i one = _mm_set1_epi8(1);
    // Lengths of 0x80 and more are negative here.
    const __m128i is_short = _mm_andnot_si128(_mm_cmpgt_epi8(_mm_setzero_si128(), lengths),
                                              _mm_cmpgt_epi8(_mm_set1_epi8(long_length), lengths));
    __m128i next = _mm_add_epi8(positions, _mm_and_si128(_mm_add_epi8(lengths, one), is_short));
    __m128i atoms = _mm_and_si128(one, is_short);
    __m128i markers = _mm_cmpeq_epi8(lengths, _mm_setzero_si128());
    for (int i = 0; i < 4; ++i) {
        // Bytes with the top bit make a shuffle give zero: positions outside lead nowhere.
        const __m128i outside = _mm_cmpgt_epi8(next, _mm_set1_epi8(block_bytes - 1));
        const __m128i index = _mm_or_si128(next, outside);
        atoms = _mm_add_epi8(atoms, _mm_shuffle_epi8(atoms, index));
        markers = _mm_or_si128(markers, _mm_shuffle_epi8(markers, index));
        next = _mm_or_si128(_mm_shuffle_epi8(next, index), _mm_and_si128(outside, next));
    }
    _mm_store_si128(reinterpret_cast<__m128i*>(chunk.next + begin), next);
    _mm_store_si128(reinterpret_cast<__m128i*>(chunk.atoms + begin), atoms);
    _mm_store_si128(reinterpret_cast<__m128i*>(chunk.markers + begin), markers);
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
[[gnu::target("ssse3")]] void scan_chunks(std::string_view list, std::size_t end,
                                          AtomScan& scan) noexcept {
    constexpr std::size_t reach = Chunk::bytes + static_cast<std::size_t>(long_length);
    std::size_t begin = scan.bytes;
    std::size_t position = 0;
    bool only_short = true;
    while (only_short && begin < end && list.size() - begin >= reach) {
        if (position < Chunk::bytes) {
            Chunk chunk;
            for (std::size_t block = 0; block < Chunk::bytes; block += block_bytes) {
                follow_block(list.data() + begin, chunk, block);
            }
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
    return __builtin_cpu_supports("ssse3") != 0;
}

#else

void scan_chunks(std::string_view /*list*/, std::size_t /*end*/, AtomScan& /*scan*/) noexcept {}
bool can_scan_chunks() noexcept {
    return false;
}

#endif

// How many atoms are read before looking at how large they are, and below which average size chunks
// are faster.
constexpr std::size_t sample_atoms = 32;
constexpr std::size_t dense_bytes = 5 * sample_atoms;
constexpr std::size_t dense_stretch = 2048;

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
