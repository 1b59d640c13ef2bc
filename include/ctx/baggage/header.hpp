// ctx/baggage/header.hpp: the atoms that give a list its tree of bags.
//
//     std::string list;
//     ctx::append_header(list, 0, std::uint64_t{10});   // bag 10
//     ctx::append_header(list, 1, "jon");               // its child "jon"
//     ctx::parse_header("\xf8\x0a")->index;             // 10
//
// An atom whose first byte has the top bit is a header: it opens a bag at one of 16 levels, which
// ends at the next header of that level or above. Other atoms are data of the innermost open bag;
// the empty atom is the overflow marker.
//
// Threads   Pure functions.
// Errors    parse_header() is total: an index that does not decode is absent, not an error, so
//           that the bag is passed on as an unknown one. Appending throws std::bad_alloc only.
// Cost      Constant; views point into the atom.

#pragma once

#include <ctx/baggage/atoms.hpp>
#include <ctx/baggage/lexvarint.hpp>

#include <cassert>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ctx {

/// Levels are 0 to 15; there is no form for more.
inline constexpr unsigned max_level = 15;

struct AtomHeader {
    unsigned level = 0;
    bool keyed = false;
    bool take_first = false;             // part of the key, never written here
    bool reserved = false;               // the reserved bit is set: an unknown bag
    std::optional<std::uint64_t> index;  // of an indexed header, if it decodes
    std::string_view key;                // of a keyed header
};

/// The first byte of a header: 1 LLLL T 0 O, LLLL = 15 - level. `level` is at most max_level.
[[nodiscard]] constexpr char header_prefix(unsigned level, bool keyed,
                                           bool take_first = false) noexcept {
    assert(level <= max_level);
    return static_cast<char>(0x80U | (max_level - level) << 3 | (keyed ? 4U : 0U) |
                             (take_first ? 1U : 0U));
}

/// Reads an atom as a header; nothing for data and for the overflow marker.
[[nodiscard]] constexpr std::optional<AtomHeader> parse_header(std::string_view atom) noexcept {
    if (atom.empty() || static_cast<unsigned char>(atom[0]) < 0x80) {
        return std::nullopt;
    }
    const auto prefix = static_cast<unsigned char>(atom[0]);
    AtomHeader header;
    header.level = max_level - ((prefix >> 3) & 15U);
    header.keyed = (prefix & 4U) != 0;
    header.reserved = (prefix & 2U) != 0;
    header.take_first = (prefix & 1U) != 0;
    if (header.keyed) {
        header.key = atom.substr(1);
    } else if (const auto index = read_lexvarint(atom.substr(1))) {
        header.index = index->value;
    }
    return header;
}

namespace detail {

/// An indexed header needs no more, with its length prefix.
inline constexpr std::size_t max_index_header_bytes = 2 + max_lexvarint_bytes;

/// Writes an indexed header as an atom of a list; `out` has room for max_index_header_bytes.
constexpr char* write_header(char* out, unsigned level, std::uint64_t index,
                             bool take_first = false) noexcept {
    *out++ = static_cast<char>(1 + lexvarint_size(index));
    *out++ = header_prefix(level, false, take_first);
    return write_lexvarint(out, index);
}

}  // namespace detail

/// Appends an indexed header to a list. Indexes of bags and fields are at most 2^32 - 1.
/// @return false, and nothing is appended, when there is no such level.
inline bool append_header(std::string& list, unsigned level, std::uint64_t index,
                          bool take_first = false) {
    if (level > max_level) return false;
    char bytes[detail::max_index_header_bytes];
    list.append(bytes, detail::write_header(bytes, level, index, take_first));
    return true;
}

/// Appends a keyed header to a list; the key may be any bytes, or none.
/// @return false, and nothing is appended, when there is no such level.
inline bool append_header(std::string& list, unsigned level, std::string_view key,
                          bool take_first = false) {
    if (level > max_level) return false;
    char prefix[detail::max_varint_bytes];
    list.append(prefix, detail::write_varint(prefix, key.size() + 1));
    list.push_back(header_prefix(level, true, take_first));
    list.append(key);
    return true;
}

}  // namespace ctx
