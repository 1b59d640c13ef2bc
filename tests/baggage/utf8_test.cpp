#include "baggage/random_baggage.hpp"
#include "baggage/reference.hpp"
#include <ctx/baggage/utf8.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

using ctx::test::Random;
using ctx::test::reference_sanitize;

std::string sanitize(std::string_view text) {
    std::string out = ">";
    ctx::append_valid_utf8(out, text);
    return out.substr(1);
}

TEST(Utf8, accepts_every_scalar_value_and_nothing_else) {
    std::size_t valid = 0;
    for (unsigned point = 0; point <= 0x110000; ++point) {
        std::string text;
        const auto put = [&](unsigned bits) { text.push_back(static_cast<char>(bits)); };
        if (point < 0x80) {
            put(point);
        } else if (point < 0x800) {
            put(0xc0 | point >> 6), put(0x80 | (point & 63));
        } else if (point < 0x10000) {
            put(0xe0 | point >> 12), put(0x80 | (point >> 6 & 63)), put(0x80 | (point & 63));
        } else {
            put(0xf0 | point >> 18), put(0x80 | (point >> 12 & 63));
            put(0x80 | (point >> 6 & 63)), put(0x80 | (point & 63));
        }
        valid += ctx::is_valid_utf8(text) ? 1 : 0;
    }
    EXPECT_EQ(valid, 0x110000u - 0x800u);
}

TEST(Utf8, replaces_each_maximal_subpart_once) {
    const std::string r = "\xef\xbf\xbd";
    // The examples of the Unicode standard, tables 3-8 to 3-11.
    EXPECT_EQ(sanitize("\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41"),
              r + r + r + r + r + r + r + r + "A");
    EXPECT_EQ(sanitize("\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41"),
              r + r + r + r + r + r + r + r + "A");
    EXPECT_EQ(sanitize("\xf4\x91\x92\x93\xff\x41\x80\xbf\x42"),
              r + r + r + r + r + "A" + r + r + "B");
    EXPECT_EQ(sanitize("\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41"), r + r + r + r + "A");
}

TEST(Utf8, agrees_with_the_reference_on_random_bytes) {
    Random random(7);
    const std::string pieces[] = {"plain ascii text", "\xc3\xa9", "\xe2\x82\xac",
                                  "\xf0\x9f\x92\xbc"};
    for (int i = 0; i < 20000; ++i) {
        std::string text;
        for (std::size_t n = random.below(5); n > 0; --n) {
            text += random.one_in(2) ? pieces[random.below(4)] : random.bytes(3);
        }
        const std::string expected = reference_sanitize(text);
        ASSERT_EQ(sanitize(text), expected);
        ASSERT_EQ(ctx::valid_utf8_size(text), expected.size());
        ASSERT_EQ(ctx::is_valid_utf8(text), expected == text);
        ASSERT_TRUE(ctx::is_valid_utf8(expected));
        ASSERT_EQ(ctx::count_code_points(text), ctx::count_code_points(expected));
    }
}

TEST(Utf8, finds_one_bad_byte_wherever_it_hides_from_the_fast_path) {
    for (std::size_t at = 0; at < 40; ++at) {
        std::string text(40, 'a');
        text[at] = '\xff';
        EXPECT_FALSE(ctx::is_valid_utf8(text)) << at;
        EXPECT_EQ(sanitize(text), reference_sanitize(text)) << at;
    }
}

TEST(Utf8Prefix, ends_between_characters) {
    const std::string text = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x92\xbc";  // 1, 2, 3 and 4 bytes
    const std::size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
    for (std::size_t max = 0; max < std::size(expected); ++max) {
        EXPECT_EQ(ctx::utf8_prefix(text, max).size(), expected[max]) << max;
    }
}

TEST(Utf8Prefix, never_makes_valid_text_invalid_nor_takes_more_than_asked) {
    Random random(8);
    for (int i = 0; i < 20000; ++i) {
        const std::string text =
            random.one_in(2) ? reference_sanitize(random.bytes(12)) : random.bytes(12);
        const std::size_t max = random.below(14);
        const std::string_view prefix = ctx::utf8_prefix(text, max);
        ASSERT_LE(prefix.size(), max);
        ASSERT_TRUE(!ctx::is_valid_utf8(text) || ctx::is_valid_utf8(prefix));
        ASSERT_GE(prefix.size() + 3, std::min(max, text.size()));
    }
}

TEST(CodePoints, are_counted_as_they_will_be_printed) {
    EXPECT_EQ(ctx::count_code_points(""), 0u);
    EXPECT_EQ(ctx::count_code_points("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x92\xbc"), 4u);
    EXPECT_EQ(ctx::count_code_points("\xe2\x82z\xff"), 3u);
}

}  // namespace
