#include "baggage/spelled_members.hpp"
#include "baggage/string_bag.hpp"
#include "baggage/w3c_text.hpp"
#include <ctx/baggage/baggage.hpp>

namespace ctx {

using detail::BaggageBuffer;
using detail::SpelledMembers;

namespace {

// One input of a join: its entries in step with those of the result, and their spelling.
class Spelling {
public:
    explicit Spelling(const Baggage& baggage)
        : text_(baggage.buffer()->text()), entry_(baggage.begin()), members_(text_) {}

    // Whether this side's spelling is right for the entry; marks it as used. Entries must be
    // asked for in the order of their keys.
    bool use_for(const BaggageEntry& entry) noexcept {
        while (entry_ != BaggageIterator() && entry_->key < entry.key) {
            ++entry_;
        }
        if (entry_ == BaggageIterator() || *entry_ != entry) {
            return false;
        }
        SpelledMembers::Member* const member = members_.find(entry.key);
        if (member != nullptr) {
            member->used = true;
        }
        return member != nullptr;
    }

    SpelledMembers& members() noexcept { return members_; }

private:
    std::string_view text_;
    BaggageIterator entry_;
    SpelledMembers members_;
};

char* append_member(char* out, const char* begin, const SpelledMembers::Member& member) noexcept {
    if (!member.used) {
        return out;
    }
    if (out != begin) {
        *out++ = ',';
    }
    return detail::write_text(out, member.text());
}

// Writes the members whose entries the merge left as they were: a's in their order, then b's by
// key. What remains is rendered when it is sent.
void write_text(BaggageBuffer& merged, const Baggage& result, const Baggage& a, const Baggage& b) {
    if (a.buffer()->text_size == 0 && b.buffer()->text_size == 0) {
        merged.flags |= a.buffer()->flags & b.buffer()->flags & BaggageBuffer::text_complete;
        return;
    }
    Spelling left(a);
    Spelling right(b);
    bool complete = true;
    for (const BaggageEntry& entry : result) {
        if (!left.use_for(entry) && !right.use_for(entry)) {
            complete = false;  // also for a key that no header can say: who writes one counts it
        }
    }
    char* const begin = merged.data() + merged.atoms_size;
    char* out = begin;
    for (std::size_t i = 0; i < left.members().size(); ++i) {
        out = append_member(out, begin, left.members()[i]);
    }
    for (std::size_t i = 0; i < right.members().size(); ++i) {
        out = append_member(out, begin, right.members().by_key(i));
    }
    merged.text_size = static_cast<std::uint32_t>(out - begin);
    if (complete) {
        merged.flags |= BaggageBuffer::text_complete;
    }
}

}  // namespace

Baggage join(const Baggage& a, const Baggage& b) {
    if (b.empty() || a == b) {
        return a;
    }
    if (a.empty()) {
        return b;
    }
    const BaggageBuffer& left = *a.buffer();
    const BaggageBuffer& right = *b.buffer();
    const std::size_t texts =
        static_cast<std::size_t>(left.text_size) + right.text_size + 1;  // and a comma
    BaggageBuffer* const merged =
        detail::create_buffer(static_cast<std::size_t>(left.atoms_size) + right.atoms_size + texts);
    Baggage result = Baggage::adopt(merged);
    merged->atoms_size =
        static_cast<std::uint32_t>(merge_atoms_into(left.atoms(), right.atoms(), merged->data()));
    if (result == a) {
        return a;  // b knew nothing new
    }
    merged->flags = (left.flags | right.flags) & BaggageBuffer::overflowed;
    const std::uint32_t component = detail::take_component(left);
    merged->component.store(component != 0 ? component : detail::take_component(right),
                            std::memory_order_relaxed);
    write_text(*merged, result, a, b);
    return result;
}

}  // namespace ctx
