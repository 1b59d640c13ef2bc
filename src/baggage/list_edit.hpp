// Rewrites a list of atoms: one splice of a sorted list, or one pass over an unsorted one.

#pragma once

#include <ctx/baggage/bag_path.hpp>
#include <ctx/baggage/baggage.hpp>
#include <ctx/baggage/detail/byte_buffer.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace ctx::detail {

// What to do with the atoms: [from, to) becomes `bytes`, which must not lie in the buffer.
struct Splice {
    std::size_t from = 0;
    std::size_t to = 0;
    std::string_view bytes;
};

// In place when nobody else has the buffer and it has room. Facts that still hold are kept.
void splice(Baggage& baggage, Splice change);

// Takes a bag, or one datum of it, out of a list wherever it occurs; headers with nothing below
// them go too, overflow markers stay.
void erase_everywhere(Baggage& baggage, const BagPath& path, std::optional<std::string_view> datum);

// Appends overflow markers until `out` has as many as `before`: new content may bring some of them.
void keep_markers(ByteBuffer& out, std::string_view before, bool any);

}  // namespace ctx::detail
