// The string entries of a list of atoms: bag 0, field 0, map<string, string>.
//
//     f800  f000  ec<key> 00<value>  e4<value> 00<properties>
//
// The properties are a keyed child of the entry whose key is the value they belong to, so that a
// merge cannot hang the loser's properties on the winner. Everything here reads hostile bytes.

#pragma once

#include <ctx/baggage/atoms.hpp>
#include <ctx/baggage/baggage.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ctx::detail {

inline constexpr std::string_view string_bag{"\xf8\x00", 2};
inline constexpr std::string_view string_field{"\xf0\x00", 2};
inline constexpr std::string_view string_headers{"\x02\xf8\x00\x02\xf0\x00", 6};
inline constexpr char entry_prefix = '\xec';
inline constexpr char properties_prefix = '\xe4';
inline constexpr char data_prefix = '\x00';

// The first byte orders the levels: data, then headers from the deepest to the shallowest.
inline constexpr unsigned char first_header = 0x80;
inline constexpr unsigned char level3 = 0xe0;
inline constexpr unsigned char level2 = 0xe8;
inline constexpr unsigned char level1 = 0xf0;
inline constexpr unsigned char level0 = 0xf8;

// The prefix byte of an atom; an overflow marker counts as data.
[[nodiscard]] inline unsigned char prefix_of(std::string_view atom) noexcept {
    return atom.empty() ? 0 : static_cast<unsigned char>(atom[0]);
}

// Where one entry stands in the list.
struct StringEntry {
    std::string_view key;
    std::size_t begin = 0;    // its header's length prefix
    std::size_t body = 0;     // behind the header
    std::size_t end = 0;      // behind its last atom: data, children, markers
    std::size_t markers = 0;  // overflow markers in the body
};

// Visits the entries in the order of the bytes, wherever bag 0 and field 0 occur.
class StringWalker {
public:
    explicit StringWalker(std::string_view atoms) noexcept : atoms_(atoms) {}

    // Continues at an entry's begin or end that an earlier walk found.
    StringWalker(std::string_view atoms, std::size_t offset) noexcept
        : atoms_(atoms), offset_(offset), in_bag_(true), in_field_(true) {}

    bool next(StringEntry& entry) noexcept;

    // The headers above the entry found last; meaningful for a walk from the start.
    [[nodiscard]] std::size_t bag_begin() const noexcept { return bag_begin_; }
    [[nodiscard]] std::size_t field_begin() const noexcept { return field_begin_; }

private:
    void read_body(StringEntry& entry) noexcept;

    std::string_view atoms_;
    std::size_t offset_ = 0;
    bool in_bag_ = false;
    bool in_field_ = false;
    std::size_t bag_begin_ = 0;
    std::size_t field_begin_ = 0;
};

// The least value among the data of an entry's body; folded into `least`.
void fold_value(std::string_view body, std::optional<std::string_view>& least) noexcept;

// The least properties text that the body has for that value; folded into `least`.
void fold_properties(std::string_view body, std::string_view value,
                     std::optional<std::string_view>& least) noexcept;

struct StringFacts {
    StringState state;
    std::size_t begin;
    std::size_t end;
};

// What is known about the string entries; found on the first call.
[[nodiscard]] StringFacts string_facts(const BaggageBuffer& buffer) noexcept;

// Stores what the maker of a buffer, not yet shared, knows.
void set_string_facts(BaggageBuffer& buffer, std::size_t begin, std::size_t count) noexcept;

// The index of an irregular buffer: [0] number of entries, then their offsets by key. Made on the
// first call, which may throw std::bad_alloc. `strings_count` is right afterwards.
[[nodiscard]] const std::uint32_t* string_order(const BaggageBuffer& buffer);

// The atoms below an entry's header.
[[nodiscard]] inline std::string_view body_of(std::string_view atoms,
                                              const StringEntry& entry) noexcept {
    return atoms.substr(entry.body, entry.end - entry.body);
}

// Calls `visit(body)` for each entry of that key, in the order of the bytes.
template <typename Visit>
void for_each_body(const BaggageBuffer* buffer, std::string_view key, Visit visit) {
    if (buffer == nullptr) {
        return;
    }
    const StringFacts facts = string_facts(*buffer);
    const std::string_view atoms = buffer->atoms().substr(0, facts.end);
    StringWalker walker(atoms, facts.begin);
    StringEntry entry;
    while (facts.end != 0 && walker.next(entry)) {
        const int order = entry.key.compare(key);
        if (order == 0) {
            visit(body_of(atoms, entry));
        }
        if (order >= 0 && facts.state == StringState::ascending) {
            return;
        }
    }
}

// The key of the entry whose header stands at `offset`.
[[nodiscard]] std::string_view key_at(std::string_view atoms, std::size_t offset) noexcept;

}  // namespace ctx::detail
