#include <ctx/baggage/header.hpp>

#include <gtest/gtest.h>

namespace {

TEST(Header, is_none_for_data_and_for_the_marker) {
    EXPECT_FALSE(ctx::parse_header("").has_value());
    EXPECT_FALSE(ctx::parse_header(std::string_view("\0a", 2)).has_value());
    EXPECT_FALSE(ctx::parse_header("\x7f").has_value());
}

TEST(Header, keeps_a_bag_whose_index_does_not_decode_as_an_unknown_one) {
    const auto header = ctx::parse_header("\xf8\xc0\x01");
    ASSERT_TRUE(header.has_value());
    EXPECT_EQ(header->level, 0u);
    EXPECT_EQ(header->index, std::nullopt);
    EXPECT_TRUE(ctx::parse_header("\xfa\x01").value().reserved);
}

TEST(Lexvarint, orders_as_the_numbers_do) {
    std::string previous;
    for (unsigned bit = 0; bit < 64; ++bit) {
        for (const std::uint64_t below : {1U, 0U}) {
            std::string bytes;
            ctx::append_lexvarint(bytes, (std::uint64_t{1} << bit) - below);
            EXPECT_TRUE(previous.empty() || previous <= bytes) << bit;
            previous = bytes;
        }
    }
}

TEST(Lexvarint, needs_all_its_bytes) {
    EXPECT_FALSE(ctx::read_lexvarint("").has_value());
    EXPECT_FALSE(ctx::read_lexvarint("\x80").has_value());
    EXPECT_FALSE(ctx::read_lexvarint("\xff\x01\x01\x01\x01\x01\x01\x01").has_value());
}

static_assert(ctx::lexvarint_size(0) == 1);
static_assert(ctx::lexvarint_size(~std::uint64_t{0}) == 9);
static_assert(ctx::header_prefix(15, false) == '\x80');

}  // namespace
