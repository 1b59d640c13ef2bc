#include "baggage/rewrite.hpp"

#include "baggage/string_bag.hpp"
#include "baggage/w3c_text.hpp"

#include <algorithm>

namespace ctx::detail {
namespace {

/// The changes by the keys of their entries.
class ChangesByKey {
public:
    explicit ChangesByKey(std::span<const EntryChange> changes) {
        std::pmr::vector<const EntryChange*>& sorted = sorted_.items();
        for (const EntryChange& change : changes) {
            sorted.push_back(&change);
        }
        // As a rule they are: the entries of a list ascend.
        if (!std::is_sorted(sorted.begin(), sorted.end(), before)) {
            std::sort(sorted.begin(), sorted.end(), before);
        }
    }

    [[nodiscard]] const EntryChange* find(std::string_view key) const noexcept {
        const auto& sorted = sorted_.items();
        const auto found = std::lower_bound(sorted.begin(), sorted.end(), key,
                                            [](const EntryChange* change, std::string_view wanted) {
                                                return change->entry.key < wanted;
                                            });
        return found == sorted.end() || (*found)->entry.key != key ? nullptr : *found;
    }

private:
    static bool before(const EntryChange* a, const EntryChange* b) noexcept {
        return a->entry.key < b->entry.key;
    }

    ShortList<const EntryChange*, 32> sorted_;
};

/// @param irregular  a key may have several entries: changed ones have to be rendered anew.
char* write_text_with(char* out, std::string_view text, const ChangesByKey& changes,
                      bool irregular) noexcept {
    const char* const begin = out;
    TextMembers members(text);
    for (std::string_view member; members.next(member);) {
        const EntryChange* const change = changes.find(key_of_member(member));
        if (change != nullptr && (change->dropped || irregular)) {
            continue;
        }
        if (out != begin) {
            *out++ = ',';
        }
        out = change == nullptr ? write_text(out, member) : change->write_member(out, member);
    }
    return out;
}

}  // namespace

Baggage rewrite(const Baggage& from, std::span<const EntryChange> changes, const BagRules& bags) {
    const std::string_view atoms = from.atoms();
    const bool bags_stay =
        bags.all_pass() || ListFilter(atoms, {}, bags).run(nullptr) == atoms.size();
    if (changes.empty() && bags_stay) {
        return from;
    }
    const BaggageBuffer& old = *from.buffer();
    std::size_t capacity = atoms.size() + old.text_size;
    for (const EntryChange& change : changes) {
        capacity += change.growth();
    }
    BagRules silent = bags;
    silent.report = nullptr;  // the walk above has told
    const ChangesByKey by_key(changes);
    const bool irregular = string_facts(old).state == StringState::irregular;
    BaggageBuffer* const buffer = create_buffer(capacity);
    Baggage made = Baggage::adopt(buffer);
    const std::size_t size = ListFilter(atoms, changes, silent).run(buffer->data());
    if (size == 0) {
        return {};
    }
    buffer->atoms_size = static_cast<std::uint32_t>(size);
    char* const text = buffer->data() + size;
    const char* const end = write_text_with(text, old.text(), by_key, irregular);
    buffer->text_size = static_cast<std::uint32_t>(end - text);
    buffer->flags =
        irregular && !changes.empty() ? old.flags & ~BaggageBuffer::text_complete : old.flags;
    return made;
}

}  // namespace ctx::detail
