#include "baggage/hex.hpp"
#include <ctx/baggage/bag_path.hpp>
#include <ctx/baggage/w3c_baggage.hpp>

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace {

using ctx::Baggage;
using ctx::BagPath;
using ctx::with_content;
using ctx::with_datum;
using ctx::without_datum;
using ctx::test::atoms_of;
using ctx::test::from_hex;
using ctx::test::list_of;

using Hex = std::vector<std::string>;

Baggage baggage_of(const Hex& atoms) {
    return Baggage::from_atoms(list_of(atoms));
}

Hex atoms_in(const Baggage& baggage) {
    return atoms_of(baggage.atoms());
}

TEST(BagPath, adds_no_datum_that_the_bag_has_even_when_its_data_are_not_sorted) {
    const auto baggage = baggage_of({"f80a", "0007", "0003"});
    EXPECT_EQ(with_datum(baggage, BagPath{10}, from_hex("03")), baggage);
}

TEST(BagPath, takes_a_datum_out_as_often_as_the_bag_has_it) {
    EXPECT_EQ(atoms_in(without_datum(baggage_of({"f80a", "0003", "0007", "0003"}), BagPath{10},
                                     from_hex("03"))),
              (Hex{"f80a", "0007"}));
    EXPECT_EQ(atoms_in(without_datum(baggage_of({"f80a", "0103", "7f03", "0003"}), BagPath{10},
                                     from_hex("03"))),
              (Hex{}));
}

TEST(BagPath, knows_that_a_list_is_not_sorted_any_more_after_unsorted_content) {
    const auto baggage = with_content(baggage_of({"f80a", "0001", "f80b", "0002"}), BagPath{10},
                                      list_of({"f002", "0003", "f001", "0004"}));
    EXPECT_FALSE(baggage.bags().sorted());
    EXPECT_TRUE(baggage.bag(10).child(1).present());
    EXPECT_TRUE(baggage.bag(11).present());
}

TEST(BagPath, takes_content_that_lies_in_the_baggage_which_it_changes) {
    auto baggage = baggage_of({"f80b", "f001", "0001", "f80a", "f001", "0002"});
    const std::string_view content = baggage.bag(11).content();
    baggage = with_content(std::move(baggage), BagPath{11}, content);
    EXPECT_EQ(baggage.bag(11).child(1).data().begin()->size(), 1u);
    auto alone = baggage_of({"f80b", "f001", "0001", "f80b", "f001", "0002"});
    const std::string_view all = alone.bag(11).child(1).content().substr(0, 3);
    alone = with_content(std::move(alone), BagPath{11}, all);
    EXPECT_EQ(atoms_in(alone), (Hex{"f80b", "0001"}));
}

TEST(BagPath, of_the_root_names_nothing_that_could_be_rewritten) {
    const auto baggage = baggage_of({"0001", "f80a", "0002"});
    EXPECT_EQ(with_content(baggage, BagPath{}, list_of({"0003"})), baggage);
    EXPECT_EQ(with_datum(baggage, BagPath{}, "x"), baggage);
    EXPECT_EQ(without_datum(baggage, BagPath{}, from_hex("01")), baggage);
    EXPECT_TRUE(BagPath{}.find_in(baggage.bags()).present());
}

TEST(BagPath, makes_the_bags_that_lead_to_a_new_one_and_removes_those_that_are_empty_then) {
    const auto path = BagPath{10}.field(1).key("k");
    const auto made = with_datum(baggage_of({"f80b", "0009"}), path, "x");
    EXPECT_EQ(atoms_in(made), (Hex{"f80a", "f001", "ec6b", "0078", "f80b", "0009"}));
    EXPECT_EQ(BagPath::to(path.find_in(made.bags())).headers(), path.headers());
    EXPECT_EQ(atoms_in(with_content(made, path, {})), (Hex{"f80b", "0009"}));
    EXPECT_EQ(with_content(with_datum({}, path, "x"), path, {}), Baggage{});
}

TEST(BagPath, keeps_the_markers_of_what_it_removes) {
    const auto baggage = baggage_of({"f80a", "f001", "0001", "", "f002", "0002"});
    EXPECT_EQ(atoms_in(with_content(baggage, BagPath{10}.field(1), {})),
              (Hex{"f80a", "", "f002", "0002"}));
    EXPECT_EQ(atoms_in(with_content(baggage, BagPath{10}.field(1), list_of({"0003"}))),
              (Hex{"f80a", "f001", "0003", "", "f002", "0002"}));
    EXPECT_TRUE(with_content(baggage, BagPath{10}, {}).overflowed());
}

TEST(BagPath, reaches_the_sixteenth_level) {
    BagPath path{0};
    for (std::uint32_t level = 1; level < 16; ++level) {
        path = path.field(level);
    }
    const auto deep = with_datum({}, path, "x");
    EXPECT_EQ(atoms_in(deep).size(), 17u);
    EXPECT_EQ(*path.find_in(deep.bags()).data().begin(), "x");
    std::string moved;
    EXPECT_FALSE(ctx::detail::append_moved(moved, deep.atoms(), 0, 1));
}

TEST(BagPath, leaves_the_header_text_alone_unless_string_entries_change) {
    const auto parsed = ctx::parse_baggage("tenant = acme");
    EXPECT_EQ(with_datum(parsed, BagPath{5}, "x").text(), parsed.text());
    const auto changed = with_content(parsed, BagPath{0}.field(0).key("tenant"), list_of({"0062"}));
    EXPECT_EQ(changed.find("tenant"), "b");
    std::string header;
    ctx::append_w3c(header, changed);
    EXPECT_EQ(header, "tenant=b");
}

}  // namespace
