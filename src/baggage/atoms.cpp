#include "baggage/atom_scan.hpp"
#include <ctx/baggage/atoms.hpp>

#include <cstring>

namespace ctx {
namespace {

// One side of a merge: the head, and the bytes before it that were chosen but not copied yet.
class MergeSide {
public:
    explicit MergeSide(std::string_view bytes) noexcept : bytes_(bytes), reader_(bytes) {
        advance();
    }

    [[nodiscard]] const std::optional<std::string_view>& head() const noexcept { return head_; }

    // Takes the head as part of the output: runs of neighbours are copied at once.
    void take() noexcept { advance(); }

    // Passes the head over: the other side wrote the same atom.
    void skip() noexcept {
        advance();
        flushed_ = begin_of_head_;
    }

    char* flush(char* out) noexcept {
        const std::size_t size = begin_of_head_ - flushed_;
        if (size != 0) {
            std::memcpy(out, bytes_.data() + flushed_, size);
            flushed_ = begin_of_head_;
        }
        return out + size;
    }

    char* flush_rest(char* out) noexcept {
        while (head_.has_value()) {
            take();
        }
        return flush(out);
    }

private:
    void advance() noexcept {
        begin_of_head_ = reader_.offset();
        head_ = reader_.next();
    }

    std::string_view bytes_;
    AtomReader reader_;
    std::optional<std::string_view> head_;
    std::size_t begin_of_head_ = 0;
    std::size_t flushed_ = 0;
};

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
    MergeSide left(a);
    MergeSide right(b);
    while (left.head().has_value() && right.head().has_value()) {
        const int order = compare_atoms(*left.head(), *right.head());
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
