// ctx/baggage/atoms.hpp: the atom layer, the bytes that every carrier of baggage understands.
//
//     std::string both = ctx::merge_atoms(mine, theirs);   // after a fan-in
//     std::string sent = ctx::trim_atoms(both, 512);       // fits, and says so when it was cut
//     for (ctx::AtomReader reader{sent}; auto atom = reader.next();) { use(*atom); }
//
// A list of atoms is the concatenation of length-prefixed byte strings. An empty atom is the
// overflow marker: from there on something may be missing. A proxy needs nothing but this header.
//
// Threads   Pure functions on bytes; a reader belongs to one thread.
// Errors    Reading is total: complete atoms are kept and what follows them is reported. Functions
//           that return a std::string throw std::bad_alloc and nothing else.
// Cost      One pass over the input, no allocation per atom; views point into the input.

#pragma once

#include <ctx/baggage/detail/varint.hpp>
#include <ctx/export.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ctx {

/// An atom longer than this is refused on input (2^31 - 1 bytes).
inline constexpr std::uint64_t max_atom_bytes = 0x7fffffff;

/// A limit that never cuts.
inline constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

/// The order of atoms: unsigned bytes from the left, a prefix before what it begins.
/// Negative, zero or positive, as memcmp.
[[nodiscard]] constexpr int compare_atoms(std::string_view a, std::string_view b) noexcept {
    // char_traits<char> compares as unsigned char, and std::string_view::compare then by length.
    return a.compare(b);
}

/// Walks a serialized list without copying.
class AtomReader {
public:
    explicit constexpr AtomReader(std::string_view bytes, std::size_t offset = 0) noexcept
        : bytes_(bytes), offset_(offset < bytes.size() ? offset : bytes.size()) {}

    /// The next complete atom; nothing at the end and where the bytes are damaged.
    [[nodiscard, gnu::always_inline]] constexpr std::optional<std::string_view> next() noexcept {
        const std::size_t left = bytes_.size() - offset_;
        if (left == 0) {
            return std::nullopt;
        }
        // Nearly every length is one byte.
        const std::size_t length = static_cast<unsigned char>(bytes_[offset_]);
        if (length >= 0x80 || length >= left) {
            return next_of_long_length();
        }
        const std::string_view atom(bytes_.data() + offset_ + 1, length);
        offset_ += 1 + length;
        return atom;
    }

    /// Bytes of the complete atoms read so far: where the next one begins.
    [[nodiscard]] constexpr std::size_t offset() const noexcept { return offset_; }

    /// Whether next() stopped before the end of the bytes.
    [[nodiscard]] constexpr bool damaged() const noexcept { return damaged_; }

private:
    // Also one that is beyond the end.
    constexpr std::optional<std::string_view> next_of_long_length() noexcept {
        const std::string_view rest = bytes_.substr(offset_);
        const detail::Varint length = detail::read_varint(rest, max_atom_bytes);
        if (length.consumed == 0 || length.value > rest.size() - length.consumed) {
            damaged_ = true;
            return std::nullopt;
        }
        const auto size = static_cast<std::size_t>(length.value);
        offset_ += length.consumed + size;
        return rest.substr(length.consumed, size);
    }

    std::string_view bytes_;
    std::size_t offset_;
    bool damaged_ = false;
};

/// Bytes that an atom takes in a serialized list.
[[nodiscard]] constexpr std::size_t serialized_size(std::string_view atom) noexcept {
    return detail::varint_size(atom.size()) + atom.size();
}

/// Appends one atom with the shortest length prefix; an empty one is the overflow marker.
CTX_EXPORT void append_atom(std::string& list, std::string_view atom);

/// What became of bytes that were read as atoms.
struct DecodeReport {
    std::size_t atoms = 0;          // complete atoms kept
    std::size_t bytes_dropped = 0;  // bytes behind them
    bool damaged = false;           // a length was truncated, too long, or beyond the end
    bool over_limit = false;        // there were more bytes than AtomLimits allow
    bool overflowed = false;        // the kept list holds an overflow marker of its sender
};

/// Bounds for bytes that come from a wire.
struct AtomLimits {
    std::size_t max_bytes = std::size_t{64} * 1024;  // looked at before anything is parsed
};

/// Where a list has to be cut, and whether a marker belongs behind the cut.
struct AtomCut {
    std::size_t bytes = 0;
    bool marker = false;
};

/// The complete atoms at the front of `bytes`, at most `limits.max_bytes` with the marker.
/// A cut of either kind asks for a marker, so that the loss is visible downstream.
[[nodiscard]] CTX_EXPORT AtomCut find_complete_atoms(std::string_view bytes, AtomLimits limits = {},
                                                     DecodeReport* report = nullptr) noexcept;

/// The longest prefix of whole atoms that fits `max_bytes` together with a marker, or the whole
/// list when that fits. `no_limit` never cuts; 0 leaves nothing, not even the marker.
[[nodiscard]] CTX_EXPORT AtomCut find_trim(std::string_view list, std::size_t max_bytes) noexcept;

/// find_trim() applied: at most `max_bytes` bytes, a marker at the end when something was dropped.
[[nodiscard]] CTX_EXPORT std::string trim_atoms(std::string_view list, std::size_t max_bytes);

/// Merges two lists as every node of the Tracing Plane must: the lesser head first, equal heads
/// once. Nothing is sorted, resolved or dropped. Commutative, associative, idempotent; the union
/// of the two trees of bags when both are canonical. Only complete atoms take part.
[[nodiscard]] CTX_EXPORT std::string merge_atoms(std::string_view a, std::string_view b);

/// Any number of lists at once: what nested merges of two give, whatever the nesting.
[[nodiscard]] CTX_EXPORT std::string merge_atoms(std::span<const std::string_view> lists);

/// merge_atoms() into memory of the caller, who provides `a.size() + b.size()` bytes that overlap
/// neither. Returns the number of bytes written.
CTX_EXPORT std::size_t merge_atoms_into(std::string_view a, std::string_view b, char* out) noexcept;

/// The list up to and including its first overflow marker: what is known to be without gaps.
[[nodiscard]] CTX_EXPORT std::string_view until_first_marker(std::string_view list) noexcept;

namespace detail {

/// Writes an atom of one prefix byte and a payload; `out` must have room. Returns the end.
inline char* write_atom(char* out, char prefix, std::string_view payload) noexcept {
    out = write_varint(out, payload.size() + 1);
    *out++ = prefix;
    if (!payload.empty()) {
        std::memcpy(out, payload.data(), payload.size());
    }
    return out + payload.size();
}

/// Bytes that write_atom() takes for a payload of that size.
[[nodiscard]] constexpr std::size_t atom_size(std::size_t payload_bytes) noexcept {
    return varint_size(payload_bytes + 1) + 1 + payload_bytes;
}

}  // namespace detail

}  // namespace ctx
