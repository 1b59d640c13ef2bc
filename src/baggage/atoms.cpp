#include "baggage/atom_scan.hpp"
#include <ctx/baggage/atoms.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

namespace ctx {
namespace {

// One side of a merge: the head, and the bytes before it that were chosen but not copied yet. It
// reads short atoms itself: an optional per atom, as AtomReader gives, is three times as slow here.
class MergeSide {
public:
    // Begins behind the first `common` bytes, whole atoms, which are output if they are its own.
    MergeSide(std::string_view bytes, std::size_t common, bool is_its_own) noexcept
        : end_(bytes.data() + bytes.size()),
          flushed_(bytes.data() + (is_its_own ? 0 : common)),
          next_(bytes.data() + common) {
        advance();
    }

    [[nodiscard]] bool has_head() const noexcept { return head_ != nullptr; }
    [[nodiscard]] std::string_view head() const noexcept {
        return {head_, static_cast<std::size_t>(next_ - head_)};
    }
    // Whether eight bytes can be read at the head, whatever its size.
    [[nodiscard]] bool has_word() const noexcept { return end_ - head_ >= word_bytes; }

    // Takes the head as part of the output: runs of neighbours are copied at once.
    void take() noexcept { advance(); }

    // Passes the head over: the other side wrote the same atom.
    void skip() noexcept {
        advance();
        flushed_ = begin_;
    }

    char* flush(char* out) noexcept {
        const auto size = static_cast<std::size_t>(begin_ - flushed_);
        if (size != 0) {
            std::memcpy(out, flushed_, size);
            flushed_ = begin_;
        }
        return out + size;
    }

    char* flush_rest(char* out) noexcept {
        while (has_head()) {
            take();
        }
        return flush(out);
    }

    static constexpr std::ptrdiff_t word_bytes = 8;

private:
    void advance() noexcept {
        begin_ = next_;
        const auto left = static_cast<std::size_t>(end_ - next_);
        if (left == 0) {
            head_ = nullptr;
            return;
        }
        if (static_cast<unsigned char>(*next_) < std::min<std::size_t>(left, 0x80)) {
            head_ = next_ + 1;
            next_ = head_ + static_cast<unsigned char>(*begin_);
            return;
        }
        advance_slowly();
    }

    // At a long atom, and before damage, which ends the list.
    [[gnu::noinline]] void advance_slowly() noexcept {
        AtomReader reader(std::string_view(next_, static_cast<std::size_t>(end_ - next_)));
        const auto atom = reader.next();
        head_ = atom.has_value() ? atom->data() : nullptr;
        next_ += reader.offset();
    }

    const char* end_;
    const char* flushed_;          // what is before it is in the output, or was skipped
    const char* begin_ = nullptr;  // of the head with its length
    const char* head_ = nullptr;   // its bytes; null behind the last atom
    const char* next_;
};

std::uint64_t load_word(const char* bytes) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, sizeof word);
    return std::endian::native == std::endian::little ? __builtin_bswap64(word) : word;
}

std::size_t common_bytes(std::string_view a, std::string_view b) noexcept {
    const std::size_t least = std::min(a.size(), b.size());
    std::size_t common = 0;
    for (; least - common >= sizeof(std::uint64_t); common += sizeof(std::uint64_t)) {
        // The first byte is the highest.
        const std::uint64_t other = load_word(a.data() + common) ^ load_word(b.data() + common);
        if (other != 0) return common + static_cast<std::size_t>(std::countl_zero(other)) / 8;
    }
    while (common < least && a[common] == b[common]) {
        ++common;
    }
    return common;
}

// The size of the short atoms that both lists begin with: branches of a request differ at the end.
std::size_t common_atoms(std::string_view a, std::string_view b) noexcept {
    const std::size_t common = common_bytes(a, b);
    std::size_t end = 0;
    while (end < common) {
        const auto size = static_cast<unsigned char>(a[end]);
        if (size >= 0x80 || size >= common - end) break;
        end += 1 + size;
    }
    return end;
}

// compare_atoms() of the heads: most differ in their first eight bytes, or end there.
int compare_heads(const MergeSide& left, const MergeSide& right) noexcept {
    const std::string_view a = left.head();
    const std::string_view b = right.head();
    const std::size_t common = std::min(a.size(), b.size());
    if (common == 0 || !left.has_word() || !right.has_word()) {
        return compare_atoms(a, b);
    }
    constexpr std::size_t word = MergeSide::word_bytes;
    const std::size_t beyond = common < word ? word - common : 0;  // of the common bytes
    const std::uint64_t x = load_word(a.data()) >> 8 * beyond;
    const std::uint64_t y = load_word(b.data()) >> 8 * beyond;
    if (x != y) {
        return x < y ? -1 : 1;
    }
    if (common > word) {
        return compare_atoms(a.substr(word), b.substr(word));
    }
    return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
}

}  // namespace

void append_atom(std::string& list, std::string_view atom) {
    char prefix[detail::max_varint_bytes];
    list.append(prefix, detail::write_varint(prefix, atom.size()));
    list.append(atom);
}

AtomCut find_complete_atoms(std::string_view bytes, AtomLimits limits,
                            DecodeReport* report) noexcept {
    const bool over_limit = bytes.size() > limits.max_bytes;
    // What is cut for its size needs a byte for the marker within the limit.
    const std::size_t room = over_limit && limits.max_bytes != 0 ? limits.max_bytes - 1 : 0;
    const detail::AtomScan scan = detail::scan_atoms(over_limit ? bytes.substr(0, room) : bytes);
    DecodeReport counts;
    counts.atoms = scan.atoms;
    counts.overflowed = scan.has_marker;
    counts.bytes_dropped = bytes.size() - scan.bytes;
    counts.damaged = scan.damaged && !over_limit;
    counts.over_limit = over_limit;
    if (report != nullptr) {
        *report = counts;
    }
    return {scan.bytes, counts.bytes_dropped != 0 && limits.max_bytes != 0};
}

AtomCut find_trim(std::string_view list, std::size_t max_bytes) noexcept {
    if (list.size() <= max_bytes) {
        return {list.size(), false};
    }
    if (max_bytes == 0) {
        return {0, false};
    }
    AtomReader reader(list);
    std::size_t fits = 0;
    while (reader.next().has_value() && reader.offset() <= max_bytes - 1) {
        fits = reader.offset();
    }
    return {fits, true};
}

std::string trim_atoms(std::string_view list, std::size_t max_bytes) {
    const AtomCut cut = find_trim(list, max_bytes);
    std::string trimmed;
    trimmed.reserve(cut.bytes + 1);
    trimmed.append(list.substr(0, cut.bytes));
    if (cut.marker) {
        trimmed.push_back('\0');
    }
    return trimmed;
}

std::size_t merge_atoms_into(std::string_view a, std::string_view b, char* out) noexcept {
    const char* const begin = out;
    const std::size_t common = common_atoms(a, b);
    MergeSide left(a, common, true);
    MergeSide right(b, common, false);
    while (left.has_head() && right.has_head()) {
        const int order = compare_heads(left, right);
        if (order <= 0) {
            out = right.flush(out);
            left.take();
            if (order == 0) {
                right.skip();
            }
        } else {
            out = left.flush(out);
            right.take();
        }
    }
    out = left.flush(out);
    out = right.flush(out);
    out = left.flush_rest(out);
    out = right.flush_rest(out);
    return static_cast<std::size_t>(out - begin);
}

std::string merge_atoms(std::string_view a, std::string_view b) {
    std::string merged(a.size() + b.size(), '\0');
    merged.resize(merge_atoms_into(a, b, merged.data()));
    return merged;
}

std::string_view until_first_marker(std::string_view list) noexcept {
    AtomReader reader(list);
    while (const auto atom = reader.next()) {
        if (atom->empty()) {
            break;
        }
    }
    return list.substr(0, reader.offset());
}

}  // namespace ctx
