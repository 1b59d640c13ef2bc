#include "baggage/hex.hpp"
#include <ctx/baggage/bag_view.hpp>
#include <ctx/baggage/baggage.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace {

using ctx::Baggage;
using ctx::BagView;
using ctx::test::from_hex;
using ctx::test::list_of;
using ctx::test::to_hex;

using Hex = std::vector<std::string>;

Hex data_of(const BagView& bag) {
    Hex data;
    for (const std::string_view payload : bag.data()) {
        data.push_back(to_hex(payload));
    }
    return data;
}

TEST(BagView, of_nothing_is_a_root_without_content) {
    EXPECT_FALSE(BagView().present());
    EXPECT_FALSE(BagView().child(1).present());
    const BagView root = Baggage{}.bags();
    EXPECT_TRUE(root.present() && root.empty() && root.sorted());
    EXPECT_EQ(root.level(), -1);
    EXPECT_EQ(root.header(), "");
    EXPECT_FALSE(root.overflow());
    EXPECT_EQ(data_of(root), Hex{});
    EXPECT_EQ(root.children().begin(), root.children().end());
}

TEST(BagView, of_an_absent_bag_has_nothing_and_knows_whether_it_may_have_been_cut) {
    const std::string list = list_of({"f80a", "0001", "", "f80c", "0002"});
    const BagView root(list);
    EXPECT_FALSE(root.child(9).present());
    EXPECT_FALSE(root.child(9).overflow());
    EXPECT_TRUE(root.child(11).overflow());
    EXPECT_TRUE(root.child(10).child("x").overflow());
    EXPECT_EQ(data_of(root.child(11)), Hex{});
    EXPECT_FALSE(root.child(11).child(1).present());
}

TEST(BagView, tells_indexes_from_keys_and_both_from_take_first) {
    const std::string list =
        list_of({"f805", "0001", "f905", "0002", "fc05", "0003", "fc", "0004"});
    const BagView root(list);
    EXPECT_EQ(data_of(root.child(5)), Hex{"01"});
    EXPECT_EQ(data_of(root.child("\x05")), Hex{"03"});
    EXPECT_EQ(data_of(root.child("")), Hex{"04"});
    EXPECT_EQ(data_of(root.child_with_header(from_hex("f905"))), Hex{"02"});
    EXPECT_FALSE(root.child_with_header("").present());
    EXPECT_FALSE(root.child_with_header(from_hex("0001")).present());
    EXPECT_FALSE(root.child_with_header(from_hex("f005")).present());
}

TEST(BagView, goes_sixteen_levels_down_and_no_further) {
    std::string list;
    for (unsigned level = 0; level < 16; ++level) {
        ctx::append_header(list, level, std::uint64_t{level});
    }
    list += list_of({"0001"});
    BagView bag(list);
    for (std::uint64_t level = 0; level < 16; ++level) {
        bag = bag.child(level);
        ASSERT_TRUE(bag.present()) << level;
    }
    EXPECT_EQ(bag.level(), 15);
    EXPECT_EQ(data_of(bag), Hex{"01"});
    EXPECT_FALSE(bag.child(16).present());
    EXPECT_FALSE(bag.child("k").present());
    EXPECT_EQ(bag.children().begin(), bag.children().end());
}

TEST(BagView, does_not_take_bags_behind_a_level_jump_for_children) {
    const std::string list = list_of({"f80a", "e801", "0001", "f001", "0002"});
    const BagView bag = BagView(list).child(10);
    EXPECT_TRUE(bag.sorted());
    EXPECT_EQ(data_of(bag), Hex{});
    EXPECT_EQ(std::distance(bag.children().begin(), bag.children().end()), 1);
    EXPECT_EQ(data_of(bag.child(1)), Hex{"02"});
}

TEST(BagView, reads_lengths_and_indexes_that_are_longer_than_needed) {
    const std::string list = from_hex("8200f80a8280000001") + list_of({"f880000b", "0002"});
    const BagView root(list);
    EXPECT_EQ(data_of(root.child(10)), Hex{"01"});
    EXPECT_FALSE(root.child(11).present()) << "another spelling is another bag";
}

TEST(BagView, passes_over_headers_that_make_no_sense) {
    const std::string list =
        list_of({"f8", "0001", "f80a", "0002", "f8ff", "0003", "fa0a", "0004"});
    const BagView root(list);
    EXPECT_TRUE(root.sorted());
    EXPECT_EQ(data_of(root.child(10)), Hex{"02"});
    EXPECT_EQ(std::distance(root.children().begin(), root.children().end()), 4);
    EXPECT_FALSE(ctx::parse_header(from_hex("f8"))->index.has_value());
}

TEST(BagView, finds_keys_longer_than_its_memory_on_the_stack) {
    for (const std::size_t size : {254U, 255U, 256U, 257U, 5000U}) {
        std::string list;
        ctx::append_header(list, 0, std::string(size - 1, 'k'));
        list += list_of({"0001"});
        ctx::append_header(list, 0, std::string(size, 'k'));
        list += list_of({"0002"});
        const auto baggage = Baggage::from_atoms(list);
        EXPECT_EQ(data_of(baggage.bags().child(std::string(size, 'k'))), Hex{"02"}) << size;
        EXPECT_FALSE(baggage.bags().child(std::string(size + 1, 'k')).present()) << size;
    }
}

TEST(BagView, gathers_a_bag_that_occurs_more_than_once) {
    const std::string list = list_of({"f80a", "0001", "f001", "0005", "f80b", "0009", "f80a",
                                      "0002", "f001", "0006", "f002", "0007"});
    const BagView bag = BagView(list).child(10);
    EXPECT_FALSE(bag.sorted());
    EXPECT_EQ(data_of(bag), (Hex{"01", "02"}));
    EXPECT_EQ(data_of(bag.child(1)), (Hex{"05", "06"}));
    EXPECT_EQ(std::distance(bag.children().begin(), bag.children().end()), 3);
    std::string content;
    bag.append_content(content);
    EXPECT_EQ(ctx::test::atoms_of(content),
              (Hex{"0001", "0002", "f001", "0005", "f001", "0006", "f002", "0007"}));
}

TEST(BagView, skips_markers_among_data_and_sees_them_in_overflow) {
    const std::string list = list_of({"f801", "0001", "f80a", "", "0002", "", "f80b"});
    const BagView root(list);
    EXPECT_FALSE(root.child(1).overflow());
    EXPECT_TRUE(root.child(10).overflow() && root.child(11).overflow());
    EXPECT_EQ(data_of(root.child(10)), Hex{"02"});
    EXPECT_TRUE(root.child(11).empty());
}

// All markers; headers that descend; a zigzag over the levels; one bag over and over; lengths that
// are longer than needed.
std::string hostile(std::size_t bytes, int kind) {
    std::string list;
    for (std::size_t i = 0; list.size() < bytes; ++i) {
        switch (kind) {
            case 0:
                list.push_back('\0');
                break;
            case 1:
                ctx::append_header(list, 0, std::uint64_t{bytes - i});
                break;
            case 2:
                ctx::append_header(list, static_cast<unsigned>(i % 16), std::uint64_t{1});
                break;
            case 3:
                list += list_of({"f80a", "0001"});
                break;
            default:
                list += from_hex("8280808080000001");
        }
    }
    return list;
}

TEST(BagView, of_a_hostile_list_gives_children_that_do_not_overlap) {
    for (int kind = 0; kind < 5; ++kind) {
        for (const std::size_t bytes : {8192U, 65536U}) {
            const auto baggage = Baggage::from_atoms(hostile(bytes, kind), {ctx::no_limit});
            const BagView root = baggage.bags();
            std::size_t covered = 0;
            std::uint32_t end = 0;
            for (const BagView& child : root.children()) {
                ASSERT_GE(child.header_offset(), end) << kind;
                end = child.end_offset();
                covered += child.end_offset() - child.header_offset();
            }
            EXPECT_LE(covered, baggage.atoms().size()) << kind;
            EXPECT_FALSE(root.child(std::uint64_t{1} << 40).present());
            EXPECT_EQ(std::distance(root.child(10).data().begin(), root.child(10).data().end()),
                      kind == 3 ? static_cast<std::ptrdiff_t>(
                                      ctx::test::atoms_of(baggage.atoms()).size() / 2)
                                : 0)
                << kind;
        }
    }
}

// Making a Baggage, and one pass of each kind over it.
std::chrono::nanoseconds time_of_passes(const std::string& list) {
    auto least = std::chrono::nanoseconds::max();
    for (int i = 0; i < 10; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        const auto baggage = Baggage::from_atoms(list, {ctx::no_limit});
        const BagView root = baggage.bags();
        std::size_t seen = root.child(10).present() ? 1 : 0;
        for (const std::string_view payload : root.child(10).data()) {
            seen += payload.size();
        }
        for (const BagView& child : root.children()) {
            seen += child.empty() ? 0 : 1;
        }
        const auto end = std::chrono::steady_clock::now();
        EXPECT_LE(seen, 3 * list.size());
        least = std::min(least, std::chrono::nanoseconds(end - begin));
    }
    return least;
}

TEST(BagView, passes_over_a_hostile_list_take_time_in_proportion_to_its_size) {
    for (int kind = 0; kind < 5; ++kind) {
        const std::string small = hostile(8192, kind);
        const std::string large = hostile(65536, kind);
        bool linear = false;  // eight times the bytes; quadratic work would be 64 times as much
        for (int attempt = 0; attempt < 20 && !linear; ++attempt) {
            linear = time_of_passes(large) < 24 * time_of_passes(small);
        }
        EXPECT_TRUE(linear) << kind;
    }
}

}  // namespace
