#include <ctx/baggage/atoms.hpp>

#include <algorithm>
#include <vector>

namespace ctx {
namespace {

// A list and its next atom.
struct Head {
    std::string_view atom;
    AtomReader reader;
};

// For a heap that has the least atom on top.
bool comes_later(const Head& a, const Head& b) noexcept {
    return compare_atoms(a.atom, b.atom) > 0;
}

}  // namespace

// The least head goes out, and every list that has it at its head moves on. A list that has the
// same atom twice in a row keeps both: the second is at no head yet when the first is taken.
std::string merge_atoms(std::span<const std::string_view> lists) {
    std::vector<Head> heads;
    std::size_t size = 0;
    for (const std::string_view list : lists) {
        size += list.size();
        AtomReader reader(list);
        if (const auto atom = reader.next()) {
            heads.push_back({*atom, reader});
        }
    }
    std::make_heap(heads.begin(), heads.end(), comes_later);
    std::string merged;
    merged.reserve(size);
    std::vector<Head> equal;
    while (!heads.empty()) {
        const std::string_view least = heads.front().atom;
        append_atom(merged, least);
        equal.clear();
        while (!heads.empty() && heads.front().atom == least) {
            std::pop_heap(heads.begin(), heads.end(), comes_later);
            equal.push_back(heads.back());
            heads.pop_back();
        }
        for (Head& head : equal) {
            if (const auto next = head.reader.next()) {
                heads.push_back({*next, head.reader});
                std::push_heap(heads.begin(), heads.end(), comes_later);
            }
        }
    }
    return merged;
}

}  // namespace ctx
