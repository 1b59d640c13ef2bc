#include "baggage/random_baggage.hpp"
#include <ctx/baggage/carriers.hpp>

#include <gtest/gtest.h>

namespace {

TEST(Base64, decodes_either_alphabet_padded_or_not) {
    ctx::test::Random random(6);
    for (int i = 0; i < 2000; ++i) {
        const std::string bytes = random.bytes(9);
        for (std::string text : {ctx::encode_base64(bytes), ctx::encode_base64url(bytes)}) {
            ASSERT_EQ(text.size(), (bytes.size() + 2) / 3 * 4);
            ASSERT_EQ(ctx::decode_base64(text), bytes);
            text.erase(text.find_last_not_of('=') + 1);
            ASSERT_EQ(ctx::decode_base64(text), bytes);
        }
    }
}

TEST(Base64, refuses_other_text) {
    for (const char* text :
         {"A", "AAAAA", "AA=A", "====", "A===", "AA A", "AA\n=", "AA,A", "AAA=="}) {
        EXPECT_EQ(ctx::decode_base64(text), std::nullopt) << text;
    }
    EXPECT_EQ(ctx::decode_base64(""), "");
}

TEST(Frame, is_written_for_an_empty_list_too_and_read_back_with_its_length) {
    EXPECT_EQ(ctx::frame_atoms(""), std::string(1, '\0'));
    const std::string stream = ctx::frame_atoms(
                                   "\x01"
                                   "a") +
                               "next";
    const auto framed = ctx::unframe_atoms(stream);
    ASSERT_TRUE(framed.has_value());
    EXPECT_EQ(framed->list,
              "\x01"
              "a");
    EXPECT_EQ(stream.substr(framed->consumed), "next");
    EXPECT_FALSE(ctx::unframe_atoms("\x03"
                                    "ab")
                     .has_value());
    EXPECT_FALSE(ctx::unframe_atoms("").has_value());
}

}  // namespace
