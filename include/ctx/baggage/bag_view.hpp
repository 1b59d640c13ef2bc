// ctx/baggage/bag_view.hpp: reads a list of atoms as the tree of bags that it is.
//
//     ctx::BagView bag = baggage.bag(10);                    // absent bags are empty views
//     for (std::string_view payload : bag.child(11).data()) { use(payload); }
//     for (ctx::BagView entry : bag.child(20).children()) { use(entry.key(), entry); }
//     if (bag.overflow()) { ... }                            // somebody on the way had to cut
//
// A header atom opens a bag at one of 16 levels; its data come first, then its children, each one
// level deeper (Tracing Plane baggage protocol). A view is a place in the list; nothing is copied.
// Senders that do not sort are understood: child() finds every occurrence of a bag.
//
// Threads   A view is a value that borrows the list: it lives as long as the Baggage, or the
//           bytes, that it came from.
// Errors    Reading is total. Headers that make no sense are bags that nobody asks for.
// Cost      child(): one pass over the parent's bytes, in sorted lists only up to the child.
//           No allocation, but one for the index of the bags of a Baggage above 1 KiB, once.

#pragma once

#include <ctx/baggage/atoms.hpp>
#include <ctx/baggage/detail/baggage_buffer.hpp>
#include <ctx/baggage/header.hpp>
#include <ctx/export.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

namespace ctx {

class BagView;

namespace detail {

/// What one pass over a list tells about it.
struct TreeFacts {
    bool sorted = true;
    std::uint32_t first_marker = BaggageBuffer::no_marker;
};

[[nodiscard]] CTX_EXPORT TreeFacts find_tree_facts(std::string_view list) noexcept;

/// Those of a buffer, found on the first call.
[[nodiscard]] CTX_EXPORT TreeFacts tree_facts(const BaggageBuffer& buffer) noexcept;

/// The prefix byte of an atom; an overflow marker counts as data.
[[nodiscard]] constexpr unsigned atom_prefix(std::string_view atom) noexcept {
    return atom.empty() ? 0U : static_cast<unsigned char>(atom[0]);
}

/// Prefix bytes of headers of this level and above it are not less. -1 is the root: none.
[[nodiscard]] constexpr unsigned least_prefix(int level) noexcept {
    return level < 0 ? 0x100U : 0x80U | (max_level - static_cast<unsigned>(level)) << 3;
}

[[nodiscard]] constexpr int level_of_prefix(unsigned prefix) noexcept {
    return static_cast<int>(max_level - (prefix >> 3 & 15U));
}

}  // namespace detail

/// Visits the payloads of a bag's data, as they stand in the list. Overflow markers are skipped.
class CTX_EXPORT BagDataIterator {
public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = std::string_view;
    using difference_type = std::ptrdiff_t;
    using pointer = const std::string_view*;
    using reference = std::string_view;

    BagDataIterator() noexcept = default;
    reference operator*() const noexcept { return payload_; }
    pointer operator->() const noexcept { return &payload_; }
    BagDataIterator& operator++() noexcept {
        advance();
        return *this;
    }
    BagDataIterator operator++(int) noexcept {
        BagDataIterator before = *this;
        advance();
        return before;
    }
    friend bool operator==(const BagDataIterator& a, const BagDataIterator& b) noexcept {
        return a.at_ == b.at_;
    }

private:
    friend class BagView;
    explicit BagDataIterator(const BagView& bag) noexcept;
    void advance() noexcept;

    const BagView* bag_ = nullptr;
    std::uint32_t next_ = 0;
    std::uint32_t at_ = end_position;  // of the atom whose payload this is
    int matched_ = 0;                  // levels of the bag's path that the position is inside of
    bool own_ = true;                  // no child is open
    std::string_view payload_;

    static constexpr std::uint32_t end_position = 0xffffffff;
};

class BagChildIterator;

/// One bag, or the root; absent when there is no such bag.
class CTX_EXPORT BagView {
public:
    /// Absent, in no list.
    constexpr BagView() noexcept = default;

    /// The root of a list: one pass over it. Lists beyond 4 GiB are not looked at.
    explicit BagView(std::string_view list) noexcept;

    /// Whether the list has the bag's header; the root is always there.
    [[nodiscard]] bool present() const noexcept { return present_; }

    /// -1 for the root, 0 for the bags of tools, 1 for their fields.
    [[nodiscard]] int level() const noexcept { return level_; }

    /// The child with that index, with that key, or with that header atom.
    [[nodiscard]] BagView child(std::uint64_t index) const noexcept;
    [[nodiscard]] BagView child(std::string_view key) const noexcept;
    [[nodiscard]] BagView child_with_header(std::string_view header) const noexcept;

    /// The header atom; nothing for the root and for an absent bag.
    [[nodiscard]] std::string_view header() const noexcept;
    /// The header at a level of the path to this bag, `level` at most level(). For an absent bag
    /// those of the bags that were found.
    [[nodiscard]] std::string_view header_above(int level) const noexcept {
        return atom_at(headers_[level]);
    }
    /// The key of a keyed bag, the bytes of the index of an indexed one.
    [[nodiscard]] std::string_view key() const noexcept {
        const std::string_view atom = header();
        return atom.empty() ? atom : atom.substr(1);
    }

    struct Data;
    /// The payloads of the data atoms, in the order of the list: ascending and unique when the
    /// sender sorted.
    [[nodiscard]] Data data() const noexcept;

    /// The first result of `decode(payload)`, an optional, that has a value: how a register is
    /// read, which after a join of branches may hold several values (Tracing Plane: the first
    /// that decodes wins, at every node the same).
    template <typename Decode>
    [[nodiscard]] auto first_datum(Decode decode) const noexcept
        -> decltype(decode(std::string_view{}));

    struct Children;
    /// The bags one level below, in the order of the list. Of a list that its sender did not sort
    /// a child may come more than once, each time with a part of its content.
    [[nodiscard]] Children children() const noexcept;

    /// Whether an overflow marker stands before the end of this bag (or before the place where an
    /// absent one would be): something of it may be missing.
    [[nodiscard]] bool overflow() const noexcept { return first_marker_ < end_; }

    /// Whether there is neither data nor a child.
    [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }

    /// From behind the first header to the end of the last occurrence. In an unsorted list that
    /// may hold bags of others: append_content() leaves them out.
    [[nodiscard]] std::string_view content() const noexcept {
        return {list_ + begin_, static_cast<std::size_t>(end_ - begin_)};
    }

    /// Appends what is in the bag, its data first, overflow markers included.
    void append_content(std::string& out) const;

    /// The whole list, and the buffer that holds it if there is one.
    [[nodiscard]] std::string_view list() const noexcept { return {list_, list_size_}; }
    [[nodiscard]] const detail::BaggageBuffer* buffer() const noexcept { return buffer_; }
    /// Offsets of content() in list().
    [[nodiscard]] std::uint32_t begin_offset() const noexcept { return begin_; }
    [[nodiscard]] std::uint32_t end_offset() const noexcept { return end_; }
    /// Offset of the first header, of a bag that is present and not the root.
    [[nodiscard]] std::uint32_t header_offset() const noexcept { return headers_[level_]; }
    /// Whether the whole list is sorted: the bag occurs once and content() is all of it.
    [[nodiscard]] bool sorted() const noexcept { return sorted_; }

private:
    friend class Baggage;
    friend class BagDataIterator;
    friend class BagChildIterator;

    BagView(const detail::BaggageBuffer& buffer, detail::TreeFacts facts) noexcept;
    BagView(std::string_view list, detail::TreeFacts facts) noexcept;

    [[nodiscard]] BagView absent_child(std::uint32_t position) const noexcept;
    [[nodiscard]] BagView child_at(std::uint32_t header, std::uint32_t begin,
                                   std::uint32_t end) const noexcept;
    [[nodiscard]] BagView sorted_child(std::string_view header) const noexcept;
    [[nodiscard]] BagView scattered_child(std::string_view header) const noexcept;
    [[nodiscard]] std::uint32_t end_of_child(std::uint32_t begin) const noexcept;
    [[nodiscard]] std::uint32_t start_of_search(std::string_view header) const noexcept;

    // The atom at an offset, which is known to be complete.
    [[nodiscard]] std::string_view atom_at(std::uint32_t offset) const noexcept {
        return AtomReader(list(), offset).next().value_or(std::string_view{});
    }
    // How much of the path is matched behind a header, when `matched` levels were before it.
    [[nodiscard]] int match(std::string_view atom, int matched) const noexcept;

    const char* list_ = nullptr;
    const detail::BaggageBuffer* buffer_ = nullptr;
    std::size_t list_size_ = 0;
    std::uint32_t begin_ = 0;
    std::uint32_t end_ = 0;
    std::uint32_t first_marker_ = detail::BaggageBuffer::no_marker;
    std::int8_t level_ = -1;
    bool present_ = false;
    bool sorted_ = true;
    std::uint32_t headers_[max_level + 1] = {};  // offsets of the headers above, and of its own
};

/// Visits the children of a bag.
class CTX_EXPORT BagChildIterator {
public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = BagView;
    using difference_type = std::ptrdiff_t;
    using pointer = const BagView*;
    using reference = const BagView&;

    BagChildIterator() noexcept = default;
    reference operator*() const noexcept { return child_; }
    pointer operator->() const noexcept { return &child_; }
    BagChildIterator& operator++() noexcept {
        advance();
        return *this;
    }
    BagChildIterator operator++(int) noexcept {
        BagChildIterator before = *this;
        advance();
        return before;
    }
    friend bool operator==(const BagChildIterator& a, const BagChildIterator& b) noexcept {
        return a.child_.present() == b.child_.present() &&
               (!a.child_.present() || a.child_.begin_offset() == b.child_.begin_offset());
    }

private:
    friend class BagView;
    explicit BagChildIterator(const BagView& bag) noexcept;
    void advance() noexcept;

    const BagView* bag_ = nullptr;
    std::uint32_t next_ = 0;
    int matched_ = 0;
    BagView child_;
};

struct BagView::Data {
    BagView bag;
    [[nodiscard]] BagDataIterator begin() const noexcept { return BagDataIterator(bag); }
    // NOLINTNEXTLINE(readability-convert-member-functions-to-static): ranges want a member
    [[nodiscard]] BagDataIterator end() const noexcept { return {}; }
};

struct BagView::Children {
    BagView bag;
    [[nodiscard]] BagChildIterator begin() const noexcept { return BagChildIterator(bag); }
    // NOLINTNEXTLINE(readability-convert-member-functions-to-static): ranges want a member
    [[nodiscard]] BagChildIterator end() const noexcept { return {}; }
};

inline BagView::Data BagView::data() const noexcept {
    return {*this};
}

inline BagView::Children BagView::children() const noexcept {
    return {*this};
}

template <typename Decode>
auto BagView::first_datum(Decode decode) const noexcept -> decltype(decode(std::string_view{})) {
    if (!sorted_) {
        for (BagDataIterator it(*this); it != BagDataIterator(); ++it) {
            if (auto value = decode(*it)) {
                return value;
            }
        }
        return {};
    }
    AtomReader reader(list().substr(0, end_), begin_);
    while (const auto atom = reader.next()) {
        if (detail::atom_prefix(*atom) >= 0x80) {
            break;
        }
        if (!atom->empty()) {
            if (auto value = decode(atom->substr(1))) {
                return value;
            }
        }
    }
    return {};
}

}  // namespace ctx
