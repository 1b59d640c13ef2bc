// The slow and obvious tree of bags: maps, sets and recursion, from the rules of the format.

#pragma once

#include "baggage/reference.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ctx::test {

struct TreeBag {
    std::set<std::string> data;               // payloads
    std::map<std::string, TreeBag> children;  // by header atom
    std::size_t markers = 0;

    bool operator==(const TreeBag&) const = default;
};

inline bool is_header_atom(const std::string& atom) {
    return !atom.empty() && static_cast<unsigned char>(atom[0]) >= 0x80;
}

// The prefix is 1LLLLTRO, LLLL = 15 - level.
inline int level_of_atom(const std::string& header) {
    return 15 - static_cast<unsigned char>(header[0]) / 8 % 16;
}

inline std::string header_at_level(std::string header, int level) {
    const int low = static_cast<unsigned char>(header[0]) % 8;
    header[0] = static_cast<char>(128 + (15 - level) * 8 + low);
    return header;
}

inline void read_tree(const Atoms& atoms, std::size_t& at, int level, TreeBag& bag) {
    while (at < atoms.size()) {
        const std::string& atom = atoms[at];
        if (is_header_atom(atom)) {
            const int opened = level_of_atom(atom);
            if (opened <= level) {
                return;
            }
            ++at;
            read_tree(atoms, at, opened, bag.children[atom]);
        } else {
            ++at;
            atom.empty() ? static_cast<void>(++bag.markers)
                         : static_cast<void>(bag.data.insert(atom.substr(1)));
        }
    }
}

inline TreeBag tree_of(const Atoms& atoms) {
    TreeBag root;
    std::size_t at = 0;
    read_tree(atoms, at, -1, root);
    return root;
}

inline TreeBag tree_of(std::string_view list) {
    return tree_of(reference_deserialize(list).atoms);
}

inline void write_tree(const TreeBag& bag, Atoms& out) {
    for (const std::string& payload : bag.data) {
        out.push_back('\0' + payload);
    }
    for (const auto& [header, child] : bag.children) {
        out.push_back(header);
        write_tree(child, out);
    }
}

// The canonical list, without markers.
inline std::string list_of_tree(const TreeBag& bag) {
    Atoms atoms;
    write_tree(bag, atoms);
    return reference_serialize(atoms);
}

inline std::size_t markers_in(const TreeBag& bag) {
    return std::accumulate(
        bag.children.begin(), bag.children.end(), bag.markers,
        [](std::size_t sum, const auto& child) { return sum + markers_in(child.second); });
}

inline TreeBag without_markers(TreeBag bag) {
    bag.markers = 0;
    for (auto& [header, child] : bag.children) {
        child = without_markers(std::move(child));
    }
    return bag;
}

// Without markers, and without bags that have nothing.
inline TreeBag pruned(const TreeBag& bag) {
    TreeBag result{bag.data, {}, 0};
    for (const auto& [header, child] : bag.children) {
        TreeBag inner = pruned(child);
        if (inner != TreeBag{}) {
            result.children.emplace(header, std::move(inner));
        }
    }
    return result;
}

inline void unite_trees(TreeBag& into, const TreeBag& from) {
    into.data.insert(from.data.begin(), from.data.end());
    into.markers += from.markers;
    for (const auto& [header, child] : from.children) {
        unite_trees(into.children[header], child);
    }
}

inline const TreeBag* find_in_tree(const TreeBag& root, const Atoms& path) {
    const TreeBag* bag = &root;
    for (const std::string& header : path) {
        const auto child = bag->children.find(header);
        if (child == bag->children.end()) {
            return nullptr;
        }
        bag = &child->second;
    }
    return bag;
}

inline TreeBag& make_in_tree(TreeBag& root, const Atoms& path) {
    TreeBag* bag = &root;
    for (const std::string& header : path) {
        bag = &bag->children[header];
    }
    return *bag;
}

// Takes a bag out, and the bags around it that have nothing then. Returns whether it was there.
inline bool erase_in_tree(TreeBag& root, const Atoms& path, std::size_t depth = 0) {
    const auto child = root.children.find(path[depth]);
    if (child == root.children.end()) {
        return false;
    }
    const bool last = depth + 1 == path.size();
    if (!last && !erase_in_tree(child->second, path, depth + 1)) {
        return false;
    }
    if (last || (child->second.data.empty() && child->second.children.empty())) {
        root.children.erase(child);
    }
    return true;
}

// Whether no bag occurs twice and the children of each stand in ascending order. Data do not count.
inline bool is_sorted_list(const Atoms& atoms, std::size_t& at, int level) {
    bool sorted = true;
    std::string before;
    while (at < atoms.size()) {
        const std::string& atom = atoms[at];
        if (!is_header_atom(atom)) {
            ++at;
            continue;
        }
        const int opened = level_of_atom(atom);
        if (opened <= level) {
            break;
        }
        sorted = sorted && (before.empty() || less_unsigned(before, atom));
        before = atom;
        ++at;
        sorted = is_sorted_list(atoms, at, opened) && sorted;
    }
    return sorted;
}

inline bool is_sorted_list(const Atoms& atoms) {
    std::size_t at = 0;
    return is_sorted_list(atoms, at, -1);
}

inline std::size_t first_marker_of(const Atoms& atoms) {
    return static_cast<std::size_t>(std::find(atoms.begin(), atoms.end(), std::string()) -
                                    atoms.begin());
}

// The headers that are open behind each atom.
inline std::vector<Atoms> open_headers(const Atoms& atoms) {
    std::vector<Atoms> all;
    Atoms open;
    for (const std::string& atom : atoms) {
        if (is_header_atom(atom)) {
            while (!open.empty() && level_of_atom(open.back()) >= level_of_atom(atom)) {
                open.pop_back();
            }
            open.push_back(atom);
        }
        all.push_back(open);
    }
    return all;
}

inline bool begins_with(const Atoms& list, const Atoms& beginning) {
    return list.size() >= beginning.size() &&
           std::equal(beginning.begin(), beginning.end(), list.begin());
}

// Headers that may be asked for one by one: each is one level below the one before.
inline bool is_walkable(const Atoms& path) {
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (level_of_atom(path[i]) != static_cast<int>(i)) {
            return false;
        }
    }
    return true;
}

// The same atoms for another level; nothing when one would be outside of the sixteen.
inline std::optional<Atoms> moved_atoms(Atoms atoms, int from, int to) {
    for (std::string& atom : atoms) {
        if (!is_header_atom(atom)) {
            continue;
        }
        const int level = level_of_atom(atom) + to - from;
        if (level < 0 || level > 15) {
            return std::nullopt;
        }
        atom = header_at_level(atom, level);
    }
    return atoms;
}

}  // namespace ctx::test
