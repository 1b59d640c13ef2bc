// Laws of lists and of the tree of bags, over random ones. CTX_TEST_FULL=1 asks for a million.

#include "baggage/hex.hpp"
#include "baggage/random_baggage.hpp"
#include "baggage/tree_checks.hpp"
#include <ctx/baggage/atoms.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace ctx::test;
using ctx::append_header;
using ctx::Baggage;
using ctx::merge_atoms;

int rounds() {
    return std::getenv("CTX_TEST_FULL") != nullptr ? 100'000 : 10'000;
}

// Names that writers write, few enough to meet again: at most two of each kind per level.
std::string random_header(Random& random, int level) {
    static const std::string keys[] = {"", "a", std::string("\0", 1), "\xff"};
    const int kind = level == 0 ? 0 : static_cast<int>(random.below(2));
    std::string header(1, static_cast<char>(128 + (15 - level) * 8 + kind * 4));
    return header + (kind == 1          ? keys[random.below(4)]
                     : random.one_in(8) ? std::string("\x80\x80", 2)
                                        : std::string(1, static_cast<char>(random.below(3))));
}

TreeBag random_tree(Random& random, int level = 0) {
    TreeBag bag;
    for (std::size_t i = level == 0 ? random.below(2) : random.below(3); i > 0; --i) {
        bag.data.insert(random.one_in(4) ? random.bytes(2) : random.word(1));
    }
    const bool deep = level < 3 || (level < 16 && random.one_in(2));
    for (std::size_t i = deep ? random.below(3) + (level == 0 ? 1 : 0) : 0; i > 0; --i) {
        TreeBag child = random_tree(random, level + 1);
        if (child != TreeBag{}) {
            bag.children[random_header(random, level)] = std::move(child);
        }
    }
    return bag;
}

std::string canonical(Random& random) {
    return list_of_tree(random_tree(random));
}

// What hostile or old senders write: no order, duplicates, jumps, unknown bits, markers.
Atoms disordered(Random& random) {
    Atoms atoms;
    int level = -1;
    for (std::size_t i = random.below(14); i > 0; --i) {
        if (random.one_in(3)) {
            atoms.push_back(random.one_in(5) ? std::string()
                                             : std::string(1, random.one_in(6) ? '\x7f' : '\0') +
                                                   random.word(1));
            continue;
        }
        const auto next = static_cast<std::size_t>(std::min(level + 2, 16));
        level = random.one_in(10) ? static_cast<int>(random.below(16))
                                  : static_cast<int>(random.below(next));
        std::string header = random_header(random, level);
        if (random.one_in(15)) {
            header = random.one_in(2) ? header.substr(0, 1) : header;
            header[0] = static_cast<char>(header[0] | static_cast<char>(random.below(4)));
        }
        atoms.push_back(header);
    }
    return atoms;
}

// Canonical ones, canonical ones that were cut, and any others.
std::string random_list(Random& random) {
    if (random.one_in(2)) {
        return reference_serialize(disordered(random));
    }
    const std::string list = canonical(random);
    return random.one_in(3) ? ctx::trim_atoms(list, 1 + random.below(list.size() + 1)) : list;
}

// Leads to a bag of the list or next to one; every header can be named.
Atoms random_path(Random& random, std::string_view list) {
    const auto open = open_headers(reference_deserialize(list).atoms);
    Atoms path = open.empty() ? Atoms() : open[random.below(open.size())];
    while (!path.empty() && (!is_walkable(path) || random.one_in(6))) {
        path.pop_back();
    }
    for (std::size_t i = 0; i < path.size(); ++i) {
        const auto parsed = ctx::parse_header(path[i]);
        const bool named =
            !parsed->reserved && !parsed->take_first &&
            (parsed->keyed ||
             (parsed->index && path[i].size() == 1 + ctx::lexvarint_size(*parsed->index)));
        if (!named) {
            path.resize(i);
        }
    }
    while (path.empty() || (path.size() < 16 && random.one_in(4))) {
        path.push_back(random_header(random, static_cast<int>(path.size())));
    }
    return path;
}

// Content for a bag at that depth.
TreeBag random_content(Random& random, std::size_t depth) {
    return depth >= 16 ? TreeBag{{random.word(1)}, {}, 0}
                       : random_tree(random, static_cast<int>(depth));
}

bool is_subsequence(const Atoms& part, const Atoms& whole) {
    auto at = whole.begin();
    return std::all_of(part.begin(), part.end(), [&](const std::string& atom) {
        at = std::find(at, whole.end(), atom);
        return at != whole.end() && (++at, true);
    });
}

TEST(TreeProperty, merges_are_commutative_associative_and_idempotent) {
    Random random(101);
    for (int i = 0; i < rounds(); ++i) {
        const std::string a = random_list(random);
        const std::string b = random_list(random);
        const std::string c = random_list(random);
        const std::string ab = merge_atoms(a, b);
        ASSERT_EQ(ab, merge_atoms(b, a));
        ASSERT_EQ(merge_atoms(ab, ab), ab);
        ASSERT_EQ(merge_atoms(ab, c), merge_atoms(a, merge_atoms(b, c)));
    }
}

TEST(TreeProperty, a_merge_of_many_is_any_nesting_of_merges_of_two) {
    Random random(102);
    for (int i = 0; i < rounds(); ++i) {
        std::vector<std::string> lists(random.below(6));
        for (std::string& list : lists) {
            list = random_list(random);
        }
        const std::vector<std::string_view> views(lists.begin(), lists.end());
        const std::string merged = merge_atoms(views);
        while (lists.size() > 1) {
            std::swap(lists[random.below(lists.size())], lists.back());
            const std::string last = lists.back();
            lists.pop_back();
            std::string& other = lists[random.below(lists.size())];
            other = merge_atoms(other, last);
        }
        ASSERT_EQ(merged, lists.empty() ? "" : lists[0]);
    }
}

TEST(TreeProperty, a_merge_of_canonical_lists_is_the_canonical_union_of_the_trees) {
    Random random(103);
    for (int i = 0; i < rounds(); ++i) {
        TreeBag a = random_tree(random);
        const TreeBag b = random_tree(random);
        const std::string merged = merge_atoms(list_of_tree(a), list_of_tree(b));
        unite_trees(a, b);
        ASSERT_EQ(to_hex(merged), to_hex(list_of_tree(a)));
        ASSERT_EQ(tree_of(merged), a);
    }
}

TEST(TreeProperty, a_merge_keeps_the_order_of_each_input) {
    Random random(104);
    for (int i = 0; i < rounds(); ++i) {
        const Atoms a = disordered(random);
        const Atoms b = disordered(random);
        const Atoms merged =
            reference_deserialize(merge_atoms(reference_serialize(a), reference_serialize(b)))
                .atoms;
        ASSERT_TRUE(is_subsequence(a, merged) && is_subsequence(b, merged));
        ASSERT_LE(merged.size(), a.size() + b.size());
    }
}

TEST(TreeProperty, before_the_first_marker_a_merge_of_trimmed_lists_is_that_of_whole_ones) {
    Random random(105);
    for (int i = 0; i < rounds(); ++i) {
        std::vector<std::string> whole(1 + random.below(4));
        std::vector<std::string> cut;
        for (std::string& list : whole) {
            // Markers of the sender would hide the ones that are looked for.
            list = list_of_tree(tree_of(random_list(random)));
            cut.push_back(
                random.one_in(3) ? list : ctx::trim_atoms(list, 1 + random.below(list.size() + 1)));
        }
        std::string all;
        std::string merged;
        for (std::size_t j = 0; j < whole.size(); ++j) {
            all = merge_atoms(all, whole[j]);
            merged = merge_atoms(merged, cut[j]);
            merged = random.one_in(3) ? ctx::trim_atoms(merged, 1 + random.below(60)) : merged;
        }
        const Atoms expected = reference_deserialize(all).atoms;
        Atoms sure = reference_deserialize(merged).atoms;
        const bool marked = first_marker_of(sure) != sure.size();
        sure.resize(first_marker_of(sure));
        ASSERT_TRUE(begins_with(expected, sure));
        ASSERT_TRUE(marked || sure == expected);
    }
}

TEST(TreeProperty, a_trim_fits_its_limit_and_changes_nothing_the_second_time) {
    Random random(106);
    for (int i = 0; i < rounds(); ++i) {
        const std::string list = random_list(random);
        const std::size_t limit = random.below(list.size() + 3);
        const std::string trimmed = ctx::trim_atoms(list, limit);
        ASSERT_LE(trimmed.size(), limit);
        ASSERT_EQ(ctx::trim_atoms(trimmed, limit), trimmed);
        ASSERT_EQ(trimmed == list, list.size() <= limit);
    }
}

TEST(TreeProperty, decoding_gives_back_what_was_encoded_and_keeps_complete_atoms_of_any_bytes) {
    Random random(107);
    for (int i = 0; i < rounds(); ++i) {
        const std::string list = random_list(random);
        ASSERT_EQ(Baggage::from_atoms(list).atoms(), list);
        const std::string bytes = list + random.bytes(8);
        const auto expected = reference_deserialize(bytes);
        ctx::DecodeReport report;
        const auto baggage = Baggage::from_atoms(bytes, {}, &report);
        const std::size_t kept = bytes.size() - report.bytes_dropped;
        ASSERT_EQ(report.atoms, expected.atoms.size());
        ASSERT_EQ(baggage.atoms(),
                  bytes.substr(0, kept) + std::string(expected.damaged ? 1 : 0, '\0'));
    }
}

TEST(TreeProperty, views_find_every_bag_at_every_path_in_sorted_and_unsorted_lists) {
    Random random(108);
    int sorted = 0;
    for (int i = 0; i < rounds(); ++i) {
        const std::string list = random_list(random);
        const ctx::BagView root(list);
        ASSERT_EQ(list_difference(root), "") << to_hex(list);
        ASSERT_EQ(list_difference(Baggage::from_atoms(list).bags()), "") << to_hex(list);
        const Atoms path = random_path(random, list);
        ASSERT_EQ(path_of(path).find_in(root).present(),
                  find_in_tree(tree_of(list), path) != nullptr)
            << to_hex(list);
        sorted += root.sorted() ? 1 : 0;
    }
    EXPECT_GT(sorted, rounds() / 4);
    EXPECT_LT(sorted, rounds());
}

TEST(TreeProperty, views_of_lists_above_a_kilobyte_find_the_same) {
    Random random(109);
    for (int i = 0; i < rounds() / 30; ++i) {
        TreeBag tree;
        for (int bag = 0; bag < 60; ++bag) {
            std::string list;
            append_header(list, 0, std::uint64_t{random.below(300)});
            tree.children[std::string(*ctx::AtomReader(list).next())].data.insert(random.bytes(30));
        }
        std::string list = list_of_tree(tree);
        list += random.one_in(2) ? random_list(random) : "";
        const auto baggage = Baggage::from_atoms(list);
        ASSERT_GT(list.size(), 512u);
        for (std::uint64_t index = 0; index < 300; ++index) {
            std::string header;
            append_header(header, 0, index);
            ASSERT_EQ(baggage.bags().child(index).present(),
                      tree_of(list).children.contains(header.substr(1)));
            index += random.below(20);
        }
        ASSERT_EQ(view_difference(baggage.bags(), tree_of(list)), "");
    }
}

TEST(TreeProperty, new_content_is_what_the_tree_has_then_and_the_only_thing_that_changes) {
    Random random(110);
    for (int i = 0; i < rounds(); ++i) {
        const auto baggage = Baggage::from_atoms(random_list(random));
        const Atoms path = random_path(random, baggage.atoms());
        const std::string content = list_of_tree(random_content(random, path.size()));
        ASSERT_EQ(content_difference(baggage, path, content), "")
            << to_hex(baggage.atoms()) << " at " << to_hex(reference_serialize(path)) << " gets "
            << to_hex(content);
        ASSERT_EQ(content_difference(baggage, path, {}), "")
            << to_hex(baggage.atoms()) << " without " << to_hex(reference_serialize(path));
    }
}

TEST(TreeProperty, data_come_and_go_as_in_the_tree) {
    Random random(111);
    for (int i = 0; i < rounds(); ++i) {
        const auto baggage = Baggage::from_atoms(random_list(random));
        const Atoms path = random_path(random, baggage.atoms());
        const TreeBag tree = tree_of(baggage.atoms());
        const TreeBag* const bag = find_in_tree(tree, path);
        const bool known = bag != nullptr && !bag->data.empty() && random.one_in(2);
        const std::string payload = known ? *bag->data.begin() : random.word(1);
        ASSERT_EQ(datum_difference(baggage, path, payload), "")
            << to_hex(baggage.atoms()) << " at " << to_hex(reference_serialize(path)) << ": "
            << to_hex(payload);
    }
}

TEST(TreeProperty, rewrites_of_an_unshared_list_in_place_give_the_same_bytes) {
    Random random(112);
    for (int i = 0; i < rounds(); ++i) {
        auto mine = Baggage::from_atoms(random_list(random));
        for (std::size_t step = 1 + random.below(4); step > 0; --step) {
            const Baggage copy = Baggage::from_atoms(mine.atoms());
            const auto path = path_of(random_path(random, mine.atoms()));
            const std::string payload = random.word(1);
            const bool adds = random.one_in(3);
            const std::string content =
                random.one_in(3) ? "" : list_of_tree(random_content(random, path.depth()));
            const Baggage expected =
                adds ? with_datum(copy, path, payload) : with_content(copy, path, content);
            adds ? ctx::detail::insert_datum(mine, path, payload)
                 : ctx::detail::set_content(mine, path, content);
            ASSERT_EQ(mine, expected);
            ASSERT_EQ(mine.overflowed(), expected.overflowed());
            ASSERT_EQ(list_difference(mine.bags()), "");
        }
    }
}

TEST(TreeProperty, what_a_reader_took_and_what_it_left_over_is_everything) {
    Random random(113);
    for (int i = 0; i < rounds(); ++i) {
        const std::string list = random_list(random);
        Atoms names;
        for (int level = 0; level < 4; ++level) {
            names.push_back(random_header(random, 0));
            names.push_back(random_header(random, 1));
        }
        std::vector<unsigned> script(random.below(20));
        for (unsigned& step : script) {
            step = static_cast<unsigned>(random.below(1000));
        }
        ASSERT_EQ(ReaderWalk(list, names).run(script), "") << to_hex(list);
    }
}

TEST(TreeProperty, moved_content_keeps_its_shape_at_another_level) {
    Random random(114);
    for (int i = 0; i < rounds(); ++i) {
        const std::string list = random_list(random);
        const auto from = static_cast<unsigned>(random.below(17));
        const auto to = static_cast<unsigned>(random.below(17));
        ASSERT_EQ(moved_difference(list, from, to), "") << to_hex(list);
    }
}

}  // namespace
