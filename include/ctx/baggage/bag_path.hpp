// ctx/baggage/bag_path.hpp: names a bag by the headers that lead to it, and rewrites it there.
//
//     auto ids = ctx::BagPath{10}.field(11);                 // field 11 of bag 10
//     baggage = ctx::with_datum(baggage, ids, "\x07");       // one element more
//     baggage = ctx::with_content(baggage, ids, {});         // the field is gone
//
// A rewrite splices: every byte outside of the bag stays as it came in, unknown bags, unknown
// fields and overflow markers included (Tracing Plane 4.4). Generated bags (ctx-bdl) use this.
//
// Threads   Values and pure functions.
// Errors    std::bad_alloc only. A path deeper than 16 levels cannot be made: assertion, and the
//           baggage stays as it is.
// Cost      One pass to find the place, one copy of the list, one allocation for it.

#pragma once

#include <ctx/baggage/baggage.hpp>
#include <ctx/baggage/header.hpp>
#include <ctx/export.hpp>

#include <cassert>
#include <cstdint>
#include <string>
#include <string_view>

namespace ctx {

class BagPath {
public:
    /// The root: no bag.
    BagPath() = default;
    /// The bag of that number (level 0).
    explicit BagPath(std::uint32_t number) { append(std::uint64_t{number}); }

    [[nodiscard]] BagPath field(std::uint32_t index) const& {
        BagPath longer = *this;
        longer.append(std::uint64_t{index});
        return longer;
    }
    [[nodiscard]] BagPath field(std::uint32_t index) && {
        append(std::uint64_t{index});
        return std::move(*this);
    }
    [[nodiscard]] BagPath key(std::string_view key) const& {
        BagPath longer = *this;
        longer.append(key);
        return longer;
    }
    [[nodiscard]] BagPath key(std::string_view key) && {
        append(key);
        return std::move(*this);
    }

    /// The path to a bag that is present.
    [[nodiscard]] static BagPath to(const BagView& bag) {
        BagPath path;
        for (int level = 0; level <= bag.level(); ++level) {
            append_atom(path.headers_, bag.header_above(level));
            ++path.depth_;
        }
        return path;
    }

    /// The headers, as a list of atoms.
    [[nodiscard]] std::string_view headers() const noexcept { return headers_; }
    /// Number of headers: the level of what is inside the bag.
    [[nodiscard]] unsigned depth() const noexcept { return depth_; }

    /// The bag in a tree.
    [[nodiscard]] BagView find_in(BagView root) const noexcept {
        for (AtomReader reader(headers_); const auto header = reader.next();) {
            root = root.child_with_header(*header);
        }
        return root;
    }

private:
    template <typename Name>
    void append(Name name) {
        assert(depth_ <= max_level && "the Tracing Plane has 16 levels");
        if (depth_ <= max_level) {
            append_header(headers_, depth_, name);
        }
        ++depth_;
    }

    std::string headers_;
    unsigned depth_ = 0;
};

/// The bag gets this content: atoms, data first, whose headers are of the path's depth and below.
/// An empty one removes the bag, and the bags around it that are empty then. Overflow markers of
/// the old content stay.
[[nodiscard]] CTX_EXPORT Baggage with_content(Baggage baggage, const BagPath& path,
                                              std::string_view content);

/// The bag gets one datum more, at its place in the order of bytes; one that it has is not added.
[[nodiscard]] CTX_EXPORT Baggage with_datum(Baggage baggage, const BagPath& path,
                                            std::string_view payload);

/// The bag loses a datum. Local to this branch: a join with one that has it brings it back.
[[nodiscard]] CTX_EXPORT Baggage without_datum(Baggage baggage, const BagPath& path,
                                               std::string_view payload);

namespace detail {

/// The same on a handle: in place when nobody else has the buffer and it is large enough.
CTX_EXPORT void set_content(Baggage& baggage, const BagPath& path, std::string_view content);
CTX_EXPORT void insert_datum(Baggage& baggage, const BagPath& path, std::string_view payload);
CTX_EXPORT void erase_datum(Baggage& baggage, const BagPath& path, std::string_view payload);

/// Copies `content`, atoms whose bags are at least of level `from`, for a place where they are of
/// level `to`. @return false when that would need a seventeenth level.
[[nodiscard]] CTX_EXPORT bool append_moved(std::string& out, std::string_view content,
                                           unsigned from, unsigned to);

}  // namespace detail

}  // namespace ctx
