// ctx/baggage/baggage.hpp: what a request carries with it, as one small immutable value.
//
//     auto baggage = ctx::Baggage{}.set("tenant", "acme").set("tier", "gold");
//     baggage.find("tenant");                               // "acme"
//     for (auto [key, value, properties] : baggage) { ... }  // in the order of the keys
//     auto merged = join(baggage, from_the_other_branch);   // after a fan-in
//
// A Baggage is a handle to one immutable buffer: the serialized list of atoms of the Tracing Plane.
// String entries are bag 0 of it. Bags that nobody here knows travel along byte for byte.
//
// Threads   Immutable: any number of threads may read and copy one value. Changing a handle while
//           another thread uses the same handle needs a lock, as with any value.
// Errors    Bytes from a wire never fail: what is broken is dropped and reported. Functions that
//           make a new Baggage throw std::bad_alloc and nothing else. Copying and reading do not
//           throw, but for begin() on a list that its sender did not sort.
// Cost      Copy: one relaxed increment. Move: a pointer. Making one: one allocation. find(): a
//           walk over the string entries, without allocation.

#pragma once

#include <ctx/baggage/atoms.hpp>
#include <ctx/baggage/bag_view.hpp>
#include <ctx/baggage/baggage_key.hpp>
#include <ctx/baggage/detail/baggage_buffer.hpp>
#include <ctx/export.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ctx {

/// One string entry. The views live as long as some handle to the Baggage they came from.
struct BaggageEntry {
    std::string_view key;
    std::string_view value;       // decoded bytes; valid UTF-8 unless the atoms of a peer were not
    std::string_view properties;  // W3C properties `p=1;q`, as opaque text; usually empty

    friend bool operator==(const BaggageEntry&, const BaggageEntry&) = default;
};

/// Visits the string entries in the order of their keys. Borrows the Baggage.
class CTX_EXPORT BaggageIterator {
public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = BaggageEntry;
    using difference_type = std::ptrdiff_t;
    using pointer = const BaggageEntry*;
    using reference = const BaggageEntry&;

    BaggageIterator() noexcept = default;

    reference operator*() const noexcept { return entry_; }
    pointer operator->() const noexcept { return &entry_; }
    BaggageIterator& operator++() noexcept {
        advance();
        return *this;
    }
    BaggageIterator operator++(int) noexcept {
        BaggageIterator before = *this;
        advance();
        return before;
    }
    friend bool operator==(const BaggageIterator& a, const BaggageIterator& b) noexcept {
        return a.buffer_ == b.buffer_ && a.entry_.key.data() == b.entry_.key.data();
    }

private:
    friend class Baggage;
    explicit BaggageIterator(const detail::BaggageBuffer* buffer);
    void advance() noexcept;
    bool advance_in_wire_order() noexcept;
    bool advance_in_index() noexcept;

    const detail::BaggageBuffer* buffer_ = nullptr;  // null at the end
    std::uint32_t next_ = 0;                         // offset, or position in the index
    bool indexed_ = false;
    BaggageEntry entry_;
};

/// The baggage of one request on one branch of its execution. Eight bytes; null is empty.
class CTX_EXPORT Baggage {
public:
    /// Empty; allocates nothing.
    constexpr Baggage() noexcept = default;
    Baggage(const Baggage& other) noexcept : buffer_(detail::retain(other.buffer_)) {}
    Baggage(Baggage&& other) noexcept : buffer_(std::exchange(other.buffer_, nullptr)) {}
    Baggage& operator=(const Baggage& other) noexcept {
        Baggage copy(other);
        swap(*this, copy);
        return *this;
    }
    Baggage& operator=(Baggage&& other) noexcept {
        Baggage taken(std::move(other));
        swap(*this, taken);
        return *this;
    }
    ~Baggage() { detail::release(buffer_); }
    friend void swap(Baggage& a, Baggage& b) noexcept { std::swap(a.buffer_, b.buffer_); }

    /// Reads a serialized list of atoms. Total: complete atoms are kept byte for byte, the rest is
    /// dropped and an overflow marker takes its place.
    [[nodiscard]] static Baggage from_atoms(std::string_view bytes, AtomLimits limits = {},
                                            DecodeReport* report = nullptr);

    /// The serialized list, as it came in or was written; empty for an empty Baggage.
    [[nodiscard]] std::string_view atoms() const noexcept {
        return buffer_ == nullptr ? std::string_view{} : buffer_->atoms();
    }

    /// The serialized list in at most `max_bytes`, with a marker at the end if it was cut.
    [[nodiscard]] std::string trimmed(std::size_t max_bytes) const {
        return trim_atoms(atoms(), max_bytes);
    }

    /// Whether there is nothing at all, no string entry and no bag.
    [[nodiscard]] bool empty() const noexcept { return buffer_ == nullptr; }

    /// Whether somebody on the way had to cut: the list holds an overflow marker.
    [[nodiscard]] bool overflowed() const noexcept {
        return buffer_ != nullptr && (buffer_->flags & detail::BaggageBuffer::overflowed) != 0;
    }

    /// Number of string entries that have a value. Allocates when begin() would.
    [[nodiscard]] std::size_t size() const;

    /// The value of a string entry. After a join of branches that set it differently the least in
    /// byte order, which is the same at every node.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view key) const noexcept;

    /// All values that branches gave the key, least first, each once. For diagnosing conflicts.
    [[nodiscard]] std::vector<std::string_view> find_all(std::string_view key) const;

    [[nodiscard]] bool contains(std::string_view key) const noexcept {
        return find(key).has_value();
    }

    /// The W3C properties of the value that find() returns; empty when there are none.
    [[nodiscard]] std::string_view properties(std::string_view key) const noexcept;

    /// A Baggage in which `key` has this value and no other candidate. Everything else, bags of
    /// others included, stays byte for byte.
    ///
    /// @param value       any text; ill-formed UTF-8 becomes U+FFFD.
    /// @param properties  W3C properties, `p=1;q`; those that break the grammar are left out.
    [[nodiscard]] Baggage set(BaggageKey key, std::string_view value,
                              std::string_view properties = {}) const;

    /// A Baggage without that string entry. Local to this branch: a join with a branch that still
    /// has it brings it back.
    [[nodiscard]] Baggage remove(std::string_view key) const;

    /// The tree of bags; its root is present even when there is nothing in it.
    [[nodiscard]] BagView bags() const noexcept;

    /// The bag of that number (Tracing Plane level 0); absent when there is none.
    [[nodiscard]] BagView bag(std::uint32_t number) const noexcept {
        return bags().child(std::uint64_t{number});
    }

    /// The `baggage` header of the string entries, ready to send, members in the order and the
    /// spelling in which they came; empty when it has to be rendered (w3c_baggage.hpp does).
    [[nodiscard]] std::string_view text() const noexcept {
        return buffer_ != nullptr && (buffer_->flags & detail::BaggageBuffer::text_complete) != 0
                   ? buffer_->text()
                   : std::string_view{};
    }

    /// begin() allocates once per Baggage, and only if its sender did not sort the keys.
    [[nodiscard]] BaggageIterator begin() const { return BaggageIterator(buffer_); }
    // NOLINTNEXTLINE(readability-convert-member-functions-to-static): ranges want a member
    [[nodiscard]] BaggageIterator end() const noexcept { return {}; }

    /// The same atoms; how members are spelled in the header does not count.
    friend bool operator==(const Baggage& a, const Baggage& b) noexcept {
        return a.buffer_ == b.buffer_ || a.atoms() == b.atoms();
    }

    /// What both branches know (Tracing Plane merge): bags and entries of either, conflicting
    /// values side by side. Commutative, associative, idempotent in the atoms. Header members keep
    /// a's spelling and order; those of `b` follow in the order of their keys. Equal inputs give
    /// `a` back without allocating.
    friend CTX_EXPORT Baggage join(const Baggage& a, const Baggage& b);

    /// For the other parts of ctx: the buffer, borrowed or taken over.
    [[nodiscard]] const detail::BaggageBuffer* buffer() const noexcept { return buffer_; }
    [[nodiscard]] static Baggage adopt(detail::BaggageBuffer* buffer) noexcept {
        Baggage made;
        made.buffer_ = buffer;
        return made;
    }

private:
    detail::BaggageBuffer* buffer_ = nullptr;
};

[[nodiscard]] CTX_EXPORT Baggage join(const Baggage& a, const Baggage& b);

static_assert(sizeof(Baggage) == sizeof(void*));

}  // namespace ctx
