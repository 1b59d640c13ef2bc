#include <ctx/baggage/atoms.hpp>

#include <algorithm>
#include <vector>

namespace ctx {
namespace {

// A list and its next atom.
struct Head {
    std::size_t list;  // its place among the lists
    std::string_view atom;
    std::string_view spelled;  // with its length, which need not be the shortest form
    AtomReader reader;
};

// For a heap that has the least atom on top; of equal ones that of the first list, whose spelling
// of the length stays.
bool comes_later(const Head& a, const Head& b) noexcept {
    const int order = compare_atoms(a.atom, b.atom);
    return order != 0 ? order > 0 : a.list > b.list;
}

class Heads {
public:
    explicit Heads(std::span<const std::string_view> lists) : lists_(lists) {
        for (std::size_t i = 0; i < lists.size(); ++i) {
            push_next(i, AtomReader(lists[i]));
        }
    }

    [[nodiscard]] bool empty() const noexcept { return heap_.empty(); }
    [[nodiscard]] const Head& least() const noexcept { return heap_.front(); }

    Head pop() {
        std::pop_heap(heap_.begin(), heap_.end(), comes_later);
        const Head head = heap_.back();
        heap_.pop_back();
        return head;
    }

    // The list's next atom, if there is one.
    void push_next(std::size_t list, AtomReader reader) {
        const std::size_t begin = reader.offset();
        if (const auto atom = reader.next()) {
            heap_.push_back(
                {list, *atom, lists_[list].substr(begin, reader.offset() - begin), reader});
            std::push_heap(heap_.begin(), heap_.end(), comes_later);
        }
    }

private:
    std::span<const std::string_view> lists_;
    std::vector<Head> heap_;
};

}  // namespace

// The least head goes out, and every list that has it at its head moves on. A list that has the
// same atom twice in a row keeps both: the second is at no head yet when the first is taken.
std::string merge_atoms(std::span<const std::string_view> lists) {
    std::size_t size = 0;
    for (const std::string_view list : lists) {
        size += list.size();
    }
    std::string merged;
    merged.reserve(size);
    Heads heads(lists);
    std::vector<Head> equal;
    while (!heads.empty()) {
        const std::string_view least = heads.least().atom;
        merged += heads.least().spelled;
        equal.clear();
        while (!heads.empty() && heads.least().atom == least) {
            equal.push_back(heads.pop());
        }
        for (const Head& head : equal) {
            heads.push_next(head.list, head.reader);
        }
    }
    return merged;
}

}  // namespace ctx
