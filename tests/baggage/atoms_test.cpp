#include "baggage/hex.hpp"
#include "baggage/random_baggage.hpp"
#include "baggage/reference.hpp"
#include <ctx/baggage/atoms.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using ctx::test::Atoms;
using ctx::test::atoms_of;
using ctx::test::from_hex;
using ctx::test::list_of;
using ctx::test::Random;
using ctx::test::reference_deserialize;
using ctx::test::reference_merge;
using ctx::test::reference_serialize;
using ctx::test::reference_trim;

using Hex = std::vector<std::string>;

std::string kept(const std::string& bytes, ctx::AtomLimits limits, ctx::DecodeReport& report) {
    const ctx::AtomCut cut = ctx::find_complete_atoms(bytes, limits, &report);
    return bytes.substr(0, cut.bytes) + (cut.marker ? std::string(1, '\0') : std::string());
}

TEST(AtomReader, stops_at_a_length_beyond_the_end_and_keeps_what_came_before) {
    ctx::AtomReader reader(
        std::string_view("\x01"
                         "a"
                         "\x05"
                         "bc"));
    EXPECT_EQ(reader.next(), "a");
    EXPECT_EQ(reader.next(), std::nullopt);
    EXPECT_TRUE(reader.damaged());
    EXPECT_EQ(reader.offset(), 2u);
    EXPECT_EQ(reader.next(), std::nullopt);  // and stays there
}

TEST(AtomReader, refuses_lengths_that_wrapped_to_nothing_in_older_readers) {
    for (const char* hex : {"ffffffff0f", "ffffffffffffffffff01", "8080808010",
                            "80808080808080808002", "808080808080808080808000"}) {
        const std::string bytes = from_hex(hex);
        ctx::AtomReader reader(bytes);
        EXPECT_EQ(reader.next(), std::nullopt) << hex;
        EXPECT_TRUE(reader.damaged()) << hex;
    }
}

TEST(AtomReader, agrees_with_the_reference_on_random_bytes) {
    Random random(1);
    for (int i = 0; i < 20000; ++i) {
        std::string bytes = reference_serialize(random.atoms(4)) + random.bytes(12);
        const auto expected = reference_deserialize(bytes);
        Atoms read;
        ctx::AtomReader reader(bytes);
        while (const auto atom = reader.next()) {
            read.emplace_back(*atom);
        }
        ASSERT_EQ(read, expected.atoms) << ctx::test::to_hex(bytes);
        ASSERT_EQ(reader.damaged(), expected.damaged) << ctx::test::to_hex(bytes);
    }
}

TEST(CompleteAtoms, keep_their_bytes_and_get_a_marker_where_the_rest_was_cut) {
    ctx::DecodeReport report;
    EXPECT_EQ(kept(from_hex("02f8050501"), {}, report), from_hex("02f80500"));
    EXPECT_EQ(report.atoms, 1u);
    EXPECT_EQ(report.bytes_dropped, 2u);
    EXPECT_TRUE(report.damaged);
    EXPECT_FALSE(report.overflowed || report.over_limit);
}

TEST(CompleteAtoms, are_untouched_when_nothing_is_wrong) {
    ctx::DecodeReport report;
    const std::string bytes = from_hex("8200f8050001ff");  // an overlong length, a marker
    EXPECT_EQ(kept(bytes, {bytes.size()}, report), bytes);
    EXPECT_EQ(report.atoms, 3u);
    EXPECT_TRUE(report.overflowed);
    EXPECT_FALSE(report.damaged || report.over_limit);
    EXPECT_EQ(report.bytes_dropped, 0u);
}

// Many small atoms are read sixteen positions at a time: lists long enough for it, with lengths
// spelled in every way, and damage anywhere.
TEST(CompleteAtoms, are_those_of_the_reference_in_dense_lists) {
    Random random(7);
    for (int round = 0; round < 3000; ++round) {
        const std::size_t longest = 1 + random.below(random.one_in(10) ? 140 : 12);
        const std::size_t overlong = random.below(101);
        std::string bytes;
        for (std::size_t i = 20 + random.below(300); i > 0; --i) {
            const std::string atom(random.below(longest), random.one_in(2) ? '\0' : '\x80');
            char length[ctx::detail::max_varint_bytes];
            std::string spelled(length, ctx::detail::write_varint(length, atom.size()));
            if (random.below(100) < overlong) {
                spelled.back() = static_cast<char>(spelled.back() | '\x80');
                spelled.append(random.below(ctx::detail::max_varint_bytes - spelled.size()),
                               '\x80');
                spelled.push_back('\0');
            }
            if (random.one_in(500)) {
                spelled.insert(spelled.size() - 1, ctx::detail::max_varint_bytes - 1, '\x80');
            }
            bytes += spelled + atom;
        }
        if (random.one_in(2)) {
            bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
        }
        const auto expected = reference_deserialize(bytes);
        std::size_t markers = 0;
        for (const std::string& atom : expected.atoms) {
            markers += atom.empty() ? 1U : 0U;
        }
        ctx::DecodeReport report;
        const ctx::AtomCut cut = ctx::find_complete_atoms(bytes, {}, &report);
        ASSERT_EQ(report.atoms, expected.atoms.size()) << ctx::test::to_hex(bytes);
        ASSERT_EQ(report.damaged, expected.damaged) << ctx::test::to_hex(bytes);
        ASSERT_EQ(report.overflowed, markers != 0) << ctx::test::to_hex(bytes);
        ASSERT_EQ(report.bytes_dropped, bytes.size() - cut.bytes);
        ASSERT_EQ(reference_deserialize(bytes.substr(0, cut.bytes)).atoms, expected.atoms);
    }
}

TEST(CompleteAtoms, fit_the_limit_together_with_the_marker) {
    const std::string bytes = list_of({"aaaa", "bbbb", "cccc"});  // 9 bytes
    for (std::size_t limit = 0; limit < 9; ++limit) {
        ctx::DecodeReport report;
        EXPECT_EQ(kept(bytes, {limit}, report),
                  reference_serialize(reference_trim(reference_deserialize(bytes).atoms, limit)))
            << limit;
        EXPECT_TRUE(report.over_limit);
        EXPECT_FALSE(report.damaged);
    }
}

TEST(Merge, keeps_runs_of_either_side_and_equal_heads_once) {
    EXPECT_EQ(atoms_of(ctx::merge_atoms(list_of({"00", "ff"}), list_of({"ff", "00"}))),
              (Hex{"00", "ff", "00"}));
    EXPECT_EQ(ctx::merge_atoms("", ""), "");
}

TEST(Merge, leaves_out_what_is_no_complete_atom) {
    EXPECT_EQ(atoms_of(ctx::merge_atoms(list_of({"01"}) + "\x09z", list_of({"02"}))),
              (Hex{"01", "02"}));
}

TEST(Merge, is_the_reference_merge_and_obeys_its_laws_for_any_lists) {
    Random random(2);
    for (int i = 0; i < 10000; ++i) {
        const Atoms x = random.atoms(5);
        const Atoms y = random.atoms(5);
        const std::string a = reference_serialize(x);
        const std::string b = reference_serialize(y);
        const std::string c = reference_serialize(random.atoms(5));
        const std::string ab = ctx::merge_atoms(a, b);
        ASSERT_EQ(ab, reference_serialize(reference_merge(x, y)));
        ASSERT_EQ(ab, ctx::merge_atoms(b, a)) << "commutative";
        ASSERT_EQ(ctx::merge_atoms(a, a), a) << "idempotent";
        ASSERT_EQ(ctx::merge_atoms(ab, c), ctx::merge_atoms(a, ctx::merge_atoms(b, c)))
            << "associative";
    }
}

void walk(const Random::Bag& bag, Atoms& out) {
    out.insert(out.end(), bag.data.begin(), bag.data.end());
    for (const auto& [header, child] : bag.children) {
        out.push_back(header);
        walk(*child, out);
    }
}

// Adds all of `from` to `into`.
void unite(Random::Bag& into, const Random::Bag& from) {
    into.data.insert(from.data.begin(), from.data.end());
    for (const auto& [header, child] : from.children) {
        auto& mine = into.children[header];
        if (mine == nullptr) {
            mine = std::make_unique<Random::Bag>();
        }
        unite(*mine, *child);
    }
}

std::string list_of_tree(const Random::Bag& bag) {
    Atoms atoms;
    walk(bag, atoms);
    return reference_serialize(atoms);
}

TEST(Merge, of_many_spells_lengths_as_nested_merges_do) {
    Random random(8);
    for (int round = 0; round < 5000; ++round) {
        std::vector<std::string> lists(3);
        for (std::string& list : lists) {
            for (std::size_t i = random.below(5); i > 0; --i) {
                const std::string atom = random.word(2);
                list += static_cast<char>(atom.size() | (random.one_in(2) ? 0x80U : 0U));
                list += static_cast<unsigned char>(list.back()) < 0x80 ? "" : std::string(1, '\0');
                list += atom;
            }
        }
        const std::vector<std::string_view> views(lists.begin(), lists.end());
        const std::string merged = ctx::merge_atoms(views);
        ASSERT_EQ(merged, ctx::merge_atoms(ctx::merge_atoms(lists[0], lists[1]), lists[2]));
        ASSERT_EQ(merged, ctx::merge_atoms(lists[0], ctx::merge_atoms(lists[1], lists[2])));
    }
}

TEST(Merge, of_canonical_trees_is_the_union_of_the_trees) {
    Random random(3);
    for (int i = 0; i < 10000; ++i) {
        const auto a = random.tree();
        const auto b = random.tree();
        const std::string merged = ctx::merge_atoms(list_of_tree(*a), list_of_tree(*b));
        unite(*a, *b);
        ASSERT_EQ(merged, list_of_tree(*a));
    }
}

TEST(Trim, is_a_prefix_of_whole_atoms_that_fits) {
    Random random(4);
    for (int i = 0; i < 10000; ++i) {
        const Atoms atoms = random.atoms(8);
        const std::string list = reference_serialize(atoms);
        const std::size_t limit = random.below(list.size() + 4);
        const std::string trimmed = ctx::trim_atoms(list, limit);
        ASSERT_LE(trimmed.size(), limit);
        ASSERT_EQ(trimmed, reference_serialize(reference_trim(atoms, limit)));
        ASSERT_EQ(ctx::trim_atoms(trimmed, limit), trimmed) << "idempotent";
    }
}

TEST(Trim, never_cuts_without_a_limit_and_leaves_nothing_at_zero) {
    const std::string list = list_of({"aa", "bb"});
    EXPECT_EQ(ctx::trim_atoms(list, ctx::no_limit), list);
    EXPECT_EQ(ctx::trim_atoms(list, 0), "");
    EXPECT_EQ(ctx::trim_atoms(list, 1), std::string(1, '\0'));
}

TEST(Trim, leaves_what_comes_before_the_first_marker_as_it_would_be_without_any_trim) {
    Random random(5);
    for (int i = 0; i < 10000; ++i) {
        const std::string a = list_of_tree(*random.tree());
        const std::string b = list_of_tree(*random.tree());
        const std::string whole = ctx::merge_atoms(a, b);
        std::string merged = ctx::merge_atoms(ctx::trim_atoms(a, random.below(40) + 1),
                                              ctx::trim_atoms(b, random.below(40) + 1));
        merged = ctx::trim_atoms(merged, random.below(60) + 1);
        std::string sure(ctx::until_first_marker(merged));
        if (sure.size() < merged.size() || merged.ends_with('\0')) {
            ASSERT_EQ(sure.back(), '\0');
            sure.pop_back();
        }
        ASSERT_TRUE(whole.starts_with(sure));
    }
}

}  // namespace
