// Compares what the library makes of a list with the naive tree of bags. Each check returns what
// is wrong, or nothing; property tests and the fuzzer share them.

#pragma once

#include "baggage/tree_reference.hpp"
#include <ctx/baggage/bag_path.hpp>
#include <ctx/baggage/bag_reader.hpp>
#include <ctx/baggage/bag_view.hpp>
#include <ctx/baggage/baggage.hpp>

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ctx::test {

inline BagPath path_of(const Atoms& headers) {
    BagPath path;
    for (const std::string& header : headers) {
        const auto parsed = parse_header(header);
        path = parsed->keyed ? path.key(parsed->key)
                             : path.field(static_cast<std::uint32_t>(*parsed->index));
    }
    return path;
}

// Data and children of one bag, without what is below.
inline std::string shallow_difference(const BagView& view, const TreeBag& bag) {
    std::set<std::string> data;
    for (const std::string_view payload : view.data()) {
        data.emplace(payload);
    }
    if (data != bag.data) {
        return "data";
    }
    std::set<std::string> children;
    for (const BagView& child : view.children()) {
        children.emplace(child.header());
    }
    std::set<std::string> expected;
    for (const auto& [header, child] : bag.children) {
        if (level_of_atom(header) == view.level() + 1) {
            expected.insert(header);
        }
    }
    return children == expected ? "" : "children";
}

inline std::string lookup_difference(const BagView& parent, const BagView& child,
                                     const std::string& header) {
    const auto parsed = parse_header(header);
    if (!child.present() || child.header() != header) {
        return "not found";
    }
    if (parsed->reserved || parsed->take_first) {
        return "";
    }
    BagView again;
    if (parsed->keyed) {
        again = parent.child(parsed->key);
    } else if (parsed->index && header.size() == 1 + lexvarint_size(*parsed->index)) {
        again = parent.child(*parsed->index);
    } else {
        return "";
    }
    return again.present() && again.begin_offset() == child.begin_offset() &&
                   again.end_offset() == child.end_offset()
               ? ""
               : "found elsewhere by name";
}

// The whole tree below a view.
inline std::string view_difference(const BagView& view, const TreeBag& bag) {
    std::string wrong = shallow_difference(view, bag);
    for (const auto& [header, child] : bag.children) {
        if (!wrong.empty() || level_of_atom(header) != view.level() + 1) {
            continue;
        }
        const BagView found = view.child_with_header(header);
        wrong = lookup_difference(view, found, header);
        wrong = wrong.empty() ? view_difference(found, child) : wrong;
    }
    return wrong;
}

// Whether each bag says that something was cut before its end exactly when that is so.
inline std::string overflow_difference(const BagView& root, const Atoms& atoms) {
    const std::size_t marker = first_marker_of(atoms);
    const std::vector<Atoms> open = open_headers(atoms);
    if (root.overflow() != (marker != atoms.size())) {
        return "overflow of the root";
    }
    for (std::size_t i = 0; i < atoms.size(); ++i) {
        if (!is_header_atom(atoms[i]) || !is_walkable(open[i])) {
            continue;
        }
        BagView view = root;
        for (const std::string& header : open[i]) {
            view = view.child_with_header(header);
        }
        std::size_t last = i;
        for (std::size_t j = i; j < atoms.size(); ++j) {
            last = begins_with(open[j], open[i]) ? j : last;
        }
        if (view.overflow() != (marker <= last)) {
            return "overflow of a bag";
        }
    }
    return "";
}

// Everything that a view of complete atoms says.
inline std::string list_difference(const BagView& root) {
    const Atoms atoms = reference_deserialize(root.list()).atoms;
    if (root.sorted() != is_sorted_list(atoms)) {
        return "sorted";
    }
    const std::string wrong = view_difference(root, tree_of(atoms));
    return wrong.empty() ? overflow_difference(root, atoms) : wrong;
}

inline std::size_t common_prefix(std::string_view a, std::string_view b) {
    return static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first -
                                    a.begin());
}

inline std::size_t common_suffix(std::string_view a, std::string_view b) {
    return static_cast<std::size_t>(
        std::mismatch(a.rbegin(), a.rend(), b.rbegin(), b.rend()).first - a.rbegin());
}

// Of a sorted list: bytes outside of the rewritten bag of level 0.
inline std::string outside_difference(std::string_view before, std::string_view after,
                                      const std::string& header) {
    std::size_t from = before.size();
    std::size_t to = before.size();
    bool inside = false;
    std::size_t begin = 0;
    for (AtomReader reader(before); const auto next = reader.next(); begin = reader.offset()) {
        const std::string atom(*next);
        if (is_header_atom(atom) && level_of_atom(atom) == 0) {
            from = atom == header ? begin : from;
            inside = atom == header;
        }
        to = inside ? reader.offset() : to;
    }
    const std::size_t prefix = common_prefix(before, after);
    const std::size_t suffix = common_suffix(before, after);
    const bool kept = from == before.size() ? prefix + suffix >= before.size()
                                            : prefix >= from && suffix >= before.size() - to;
    return kept ? "" : "bytes of other bags changed";
}

// What every rewrite promises; `canonical` when what it puts in is.
inline std::string rewrite_difference(const Baggage& before, const Baggage& after,
                                      const TreeBag& expected, const Atoms& path,
                                      std::size_t new_markers = 0, bool canonical = true) {
    const Atoms atoms = reference_deserialize(before.atoms()).atoms;
    const TreeBag now = tree_of(after.atoms());
    if (pruned(now) != pruned(expected)) {
        return "tree";
    }
    const std::size_t had = static_cast<std::size_t>(std::count(atoms.begin(), atoms.end(), ""));
    if (markers_in(now) < had || markers_in(now) > had + new_markers) {
        return "markers";
    }
    if (after.overflowed() != (markers_in(now) != 0)) {
        return "overflowed()";
    }
    if (canonical && before.atoms() == list_of_tree(tree_of(atoms)) &&
        pruned(expected) == expected && after.atoms() != list_of_tree(expected)) {
        return "not canonical any more";
    }
    if (is_sorted_list(atoms)) {
        const std::string wrong = outside_difference(before.atoms(), after.atoms(), path[0]);
        if (!wrong.empty()) {
            return wrong;
        }
    }
    return list_difference(after.bags());
}

inline std::string content_difference(const Baggage& before, const Atoms& path,
                                      const std::string& content) {
    const Baggage after = with_content(before, path_of(path), content);
    TreeBag expected = tree_of(before.atoms());
    const TreeBag inner = tree_of(content);
    erase_in_tree(expected, path);
    if (!content.empty()) {
        make_in_tree(expected, path) = inner;
    } else if (path_of(path).find_in(after.bags()).present()) {
        return "still there";
    }
    return rewrite_difference(before, after, expected, path, markers_in(inner),
                              content == list_of_tree(inner));
}

inline std::string datum_difference(const Baggage& before, const Atoms& path,
                                    const std::string& payload) {
    TreeBag with = tree_of(before.atoms());
    TreeBag without = with;
    const TreeBag* const bag = find_in_tree(with, path);
    const bool had = bag != nullptr && bag->data.contains(payload);
    const Baggage added = with_datum(before, path_of(path), payload);
    if (had && added.atoms() != before.atoms()) {
        return "added twice";
    }
    make_in_tree(with, path).data.insert(payload);
    const std::string wrong = rewrite_difference(before, added, with, path);
    if (!wrong.empty()) {
        return "with_datum: " + wrong;
    }
    const Baggage taken = without_datum(before, path_of(path), payload);
    if (!had) {
        return taken.atoms() == before.atoms() ? "" : "took something else";
    }
    TreeBag& owner = make_in_tree(without, path);
    owner.data.erase(payload);
    if (owner.data.empty() && owner.children.empty()) {
        erase_in_tree(without, path);
    }
    const std::string taking = rewrite_difference(before, taken, without, path);
    return taking.empty() ? "" : "without_datum: " + taking;
}

// A walk of a reader by a script of numbers, and everything that it took.
class ReaderWalk {
public:
    ReaderWalk(std::string_view list, const Atoms& names) : list_(list), names_(names) {}

    std::string run(const std::vector<unsigned>& script) {
        BagReader reader(list_);
        for (const unsigned step : script) {
            take(reader, step);
        }
        while (!path_.empty()) {
            leave(reader);
        }
        const std::string left = reader.finish();
        return difference(reader, left);
    }

private:
    void take(BagReader& reader, unsigned step) {
        if (step % 4 == 0) {
            leave(reader);
        } else if (step % 4 == 1) {
            read_all(reader);
        } else if (!names_.empty()) {
            enter(reader, names_[step / 4 % names_.size()]);
        }
    }

    void enter(BagReader& reader, const std::string& name) {
        const auto parsed = parse_header(name);
        const bool entered =
            parsed->keyed ? reader.enter(parsed->key) : reader.enter(parsed->index.value_or(0));
        if (entered) {
            const int level = static_cast<int>(path_.size());
            std::string list;
            parsed->keyed
                ? append_header(list, static_cast<unsigned>(level), parsed->key)
                : append_header(list, static_cast<unsigned>(level), parsed->index.value_or(0));
            path_.emplace_back(*AtomReader(list).next());
            make_in_tree(taken_, path_);
        }
    }

    void read_all(BagReader& reader) {
        while (const auto payload = reader.next()) {
            make_in_tree(taken_, path_).data.emplace(*payload);
        }
    }

    void leave(BagReader& reader) {
        reader.exit();
        if (!path_.empty()) {
            path_.pop_back();
        }
    }

    std::string difference(const BagReader& reader, const std::string& left) {
        const Atoms atoms = reference_deserialize(list_).atoms;
        unite_trees(taken_, tree_of(left));
        if (taken_ != without_markers(tree_of(atoms))) {
            return "taken and left over are not everything";
        }
        const std::size_t marker = first_marker_of(atoms);
        if (reader.overflow_seen() != (marker != atoms.size())) {
            return "overflow_seen()";
        }
        Atoms place = marker == 0 || marker == atoms.size() ? Atoms() : open_headers(atoms)[marker];
        if (marker != atoms.size()) {
            place.emplace_back();
        }
        return reader.overflow_path() == reference_serialize(place) ? "" : "overflow_path()";
    }

    std::string_view list_;
    const Atoms& names_;
    Atoms path_;
    TreeBag taken_;
};

inline std::string moved_difference(const std::string& content, unsigned from, unsigned to) {
    std::string moved;
    const bool fits = detail::append_moved(moved, content, from, to);
    const auto expected = moved_atoms(reference_deserialize(content).atoms, static_cast<int>(from),
                                      static_cast<int>(to));
    if (fits != expected.has_value()) {
        return "whether it fits";
    }
    return !fits || moved == reference_serialize(*expected) ? "" : "moved";
}

}  // namespace ctx::test
