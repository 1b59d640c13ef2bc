#include <ctx/logging/json_check.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <random>
#include <string>
#include <string_view>

namespace {

using ctx::log::is_json_line_value;

bool parser_accepts(const std::string& text) {
    return nlohmann::json::accept(text) && text.find_first_of("\n\r\t") == std::string::npos;
}

TEST(JsonCheck, accepts_one_value) {
    for (const char* text : {"1", "-0.5e+3", "true", "null", R"("a\u00e9\n")", R"("\ud83d\ude00")",
                             "[]", "{}", R"({"a":[1,{"b":null}], "c" : "d"})", " [1 , 2] "}) {
        EXPECT_TRUE(is_json_line_value(text)) << text;
    }
}

TEST(JsonCheck, refuses_what_would_break_a_line) {
    for (const char* text : {"",
                             "1,2",
                             R"("a","b":1)",
                             "{\n}",
                             "[1,]",
                             "01",
                             "1.",
                             "+1",
                             "nul",
                             R"("a)",
                             R"("\x")",
                             R"({"a"})",
                             "{1:2}",
                             "\"\xff\"",
                             "\"a\nb\"",
                             "]",
                             "\"\x7f\"",
                             "\"\xC2\x85\"",
                             "\"\xE2\x80\xA8\"",
                             R"("\ud800")",
                             R"("\ud800\u0041")",
                             R"("\udc00")"}) {
        EXPECT_FALSE(is_json_line_value(text)) << text;
    }
}

TEST(JsonCheck, refuses_what_is_too_deep) {
    EXPECT_TRUE(is_json_line_value(std::string(31, '[') + std::string(31, ']')));
    EXPECT_FALSE(is_json_line_value(std::string(33, '[') + std::string(33, ']')));
    EXPECT_FALSE(is_json_line_value(std::string(1 << 20, '[')));
}

TEST(JsonCheck, agrees_with_a_parser_about_mutated_values) {
    const std::string seed = R"({"a":[1,-2.5e3,true,null],"b":{"c":"d\u00e9\n"},"e":[[],{}]} )";
    constexpr std::string_view alphabet = R"({}[]",:\ 0123456789-+.eEtrufalsn)"
                                          "\n\x01\xff\xc3\xa9";
    std::mt19937_64 random{7};
    for (int i = 0; i < 20'000; ++i) {
        std::string text = seed;
        for (std::uint64_t edits = random() % 3 + 1; edits > 0; --edits) {
            const std::size_t at = random() % text.size();
            if (random() % 2 == 0) {
                text[at] = alphabet[random() % alphabet.size()];
            } else {
                text.erase(at, random() % 3);
            }
        }
        ASSERT_EQ(is_json_line_value(text), parser_accepts(text)) << text;
    }
}

}  // namespace
