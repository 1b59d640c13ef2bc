// The writer and the reader of the tree, and the numbers in it.

#include "baggage/hex.hpp"
#include <ctx/baggage/bag_reader.hpp>
#include <ctx/baggage/bag_writer.hpp>
#include <ctx/baggage/lexvarint.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace {

using ctx::BagReader;
using ctx::BagWriter;
using ctx::test::atoms_of;
using ctx::test::from_hex;
using ctx::test::list_of;
using ctx::test::to_hex;

using Hex = std::vector<std::string>;

TEST(BagWriter, leaves_out_bags_that_stay_empty_and_keeps_those_with_a_marker) {
    BagWriter writer;
    writer.exit();  // of nothing
    writer.enter(1);
    writer.enter(2);
    writer.exit();
    writer.exit();
    writer.enter(3);
    writer.mark_overflow();
    writer.mark_overflow();
    writer.exit();
    EXPECT_EQ(atoms_of(writer.atoms()), (Hex{"f803", ""}));
}

TEST(BagWriter, refuses_a_seventeenth_level_and_what_is_in_it) {
    BagWriter writer;
    for (std::uint64_t level = 0; level < 16; ++level) {
        ASSERT_TRUE(writer.enter(level));
    }
    EXPECT_FALSE(writer.enter(16));
    EXPECT_FALSE(writer.enter("k"));
    writer.data("lost");
    writer.exit();
    writer.exit();
    writer.data("x");
    EXPECT_EQ(atoms_of(writer.atoms()).size(), 17u);
    EXPECT_EQ(atoms_of(writer.atoms()).back(), "0078");
}

TEST(BagWriter, sorts_data_by_unsigned_bytes_and_drops_duplicates) {
    BagWriter writer;
    writer.enter("k");
    for (const char* payload : {"c8", "64", "c8", "", "6400"}) {
        writer.data(from_hex(payload));
    }
    writer.sort_data();
    EXPECT_EQ(atoms_of(writer.atoms()), (Hex{"fc6b", "00", "0064", "006400", "00c8"}));
}

TEST(BagReader, leaves_over_what_nobody_took_with_its_headers) {
    const std::string list =
        list_of({"f803", "0001", "f80a", "f001", "0002", "f063", "0003", "f90a", "0004"});
    BagReader reader(list);
    EXPECT_FALSE(reader.enter(2));
    ASSERT_TRUE(reader.enter(10));
    ASSERT_TRUE(reader.enter(1));
    EXPECT_EQ(reader.next(), "\x02");
    EXPECT_EQ(reader.next(), std::nullopt);
    reader.exit();
    reader.exit();
    EXPECT_EQ(atoms_of(reader.finish()),
              (Hex{"f803", "0001", "f80a", "f063", "0003", "f90a", "0004"}));
    EXPECT_FALSE(reader.overflow_seen());
}

TEST(BagReader, drops_other_values_of_a_register_that_was_read) {
    const std::string list = list_of({"f80a", "0003", "0007", "f001", "0001"});
    BagReader reader(list);
    ASSERT_TRUE(reader.enter(10));
    EXPECT_EQ(reader.next(), "\x03");
    EXPECT_EQ(atoms_of(reader.finish()), (Hex{"f80a", "f001", "0001"}));
}

TEST(BagReader, remembers_where_the_first_marker_stood) {
    const std::string list = list_of({"f80a", "f001", "", "0001", "f80b", ""});
    BagReader reader(list);
    EXPECT_EQ(atoms_of(reader.finish()), (Hex{"f80a", "f001", "0001", "f80b"}));
    EXPECT_EQ(atoms_of(reader.overflow_path()), (Hex{"f80a", "f001", ""}));
}

TEST(BagReader, keeps_strange_prefixes_and_finds_nothing_below_the_sixteenth_level) {
    const std::string list = list_of({"7f01", "f8", "fa01", "0002"});
    BagReader reader(list);
    EXPECT_FALSE(reader.enter("zzz"));
    EXPECT_EQ(atoms_of(reader.finish()), (Hex{"7f01", "f8", "fa01", "0002"}));
    BagReader empty("");
    EXPECT_FALSE(empty.enter(0));
    empty.exit();
    EXPECT_EQ(empty.next(), std::nullopt);
    EXPECT_EQ(empty.finish(), "");
}

template <typename Number>
struct Spelled {
    Number value;
    const char* hex;
};

template <typename Number, typename Write>
std::string written(Write write, Number value) {
    char bytes[ctx::max_lexvarint_bytes];
    const char* const end = write(bytes, value);
    return {bytes, static_cast<std::size_t>(end - bytes)};
}

constexpr std::uint64_t one = 1;

TEST(Lexvarint, is_as_the_rules_spell_it_at_every_boundary) {
    const Spelled<std::uint64_t> plain[] = {{0, "00"},
                                            {1, "01"},
                                            {127, "7f"},
                                            {128, "8080"},
                                            {300, "812c"},
                                            {16383, "bfff"},
                                            {16384, "c04000"},
                                            {(one << 21) - 1, "dfffff"},
                                            {one << 21, "e0200000"},
                                            {(one << 28) - 1, "efffffff"},
                                            {(one << 32) - 1, "f0ffffffff"},
                                            {one << 32, "f100000000"},
                                            {one << 35, "f80800000000"},
                                            {(one << 56) - 1, "feffffffffffffff"},
                                            {one << 56, "ff0100000000000000"},
                                            {one << 63, "ff8000000000000000"},
                                            {~std::uint64_t{0}, "ffffffffffffffffff"}};
    for (const auto& [value, hex] : plain) {
        EXPECT_EQ(to_hex(written(ctx::write_lexvarint, value)), hex);
        EXPECT_EQ(ctx::read_lexvarint(from_hex(hex))->value, value);
        EXPECT_EQ(ctx::lexvarint_size(value), from_hex(hex).size());
        const std::string reversed = written(ctx::write_reversed_lexvarint, value);
        EXPECT_EQ(ctx::read_reversed_lexvarint(reversed)->value, value);
        EXPECT_EQ(ctx::read_lexvarint(from_hex(hex).substr(1, 0)), std::nullopt);
        EXPECT_FALSE(ctx::read_lexvarint(from_hex(hex).substr(0, from_hex(hex).size() - 1)));
    }
    const Spelled<std::uint64_t> reversed[] = {
        {0, "ff"},     {1, "fe"},     {3, "fc"},     {127, "80"},
        {128, "7f7f"}, {174, "7f51"}, {300, "7ed3"}, {~std::uint64_t{0}, "000000000000000000"}};
    for (const auto& [value, hex] : reversed) {
        EXPECT_EQ(to_hex(written(ctx::write_reversed_lexvarint, value)), hex);
    }
    EXPECT_EQ(ctx::read_lexvarint(from_hex("8000"))->value, 0u) << "longer than needed";
}

TEST(Lexvarint, of_signed_numbers_is_as_the_rules_spell_it_at_every_boundary) {
    constexpr std::int64_t s = 1;
    const Spelled<std::int64_t> spelled[] = {
        {std::numeric_limits<std::int64_t>::min(), "000000000000000000"},
        {-(s << 55) - 1, "007f7fffffffffffff"},
        {-(s << 55), "0080000000000000"},
        {-8193, "1fdfff"},
        {-8192, "2000"},
        {-65, "3fbf"},
        {-64, "40"},
        {-1, "7f"},
        {0, "80"},
        {1, "81"},
        {63, "bf"},
        {64, "c040"},
        {8191, "dfff"},
        {8192, "e02000"},
        {s << 20, "f0100000"},
        {s << 27, "f808000000"},
        {(s << 31) - 1, "f87fffffff"},
        {-(s << 31), "0780000000"},
        {s << 34, "fc0400000000"},
        {s << 48, "ff01000000000000"},
        {s << 55, "ff8080000000000000"},
        {std::numeric_limits<std::int64_t>::max(), "ffffffffffffffffff"}};
    for (const auto& [value, hex] : spelled) {
        EXPECT_EQ(to_hex(written(ctx::write_signed_lexvarint, value)), hex);
        EXPECT_EQ(ctx::read_signed_lexvarint(from_hex(hex))->value, value) << hex;
        EXPECT_EQ(ctx::signed_lexvarint_size(value), from_hex(hex).size());
        EXPECT_FALSE(ctx::read_signed_lexvarint(from_hex(hex).substr(0, from_hex(hex).size() - 1)));
    }
}

TEST(Lexvarint, sorts_as_its_numbers_do_and_backwards_when_reversed) {
    std::vector<std::int64_t> numbers;
    for (int bit = 62; bit >= 0; --bit) {
        numbers.insert(numbers.end(), {-(std::int64_t{1} << bit) - 1, -(std::int64_t{1} << bit)});
    }
    for (std::size_t i = numbers.size(); i > 0; --i) {
        numbers.push_back(~numbers[i - 1]);
    }
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    for (std::size_t i = 1; i < numbers.size(); ++i) {
        const auto before = numbers[i - 1];
        const auto after = numbers[i];
        EXPECT_LT(written(ctx::write_signed_lexvarint, before),
                  written(ctx::write_signed_lexvarint, after))
            << before;
        EXPECT_GT(written(ctx::write_reversed_signed_lexvarint, before),
                  written(ctx::write_reversed_signed_lexvarint, after))
            << before;
    }
}

}  // namespace
