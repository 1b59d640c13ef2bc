#include <ctx/logging/json_text.hpp>

#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace {

using ctx::log::append_json_text;
using namespace std::string_literals;

struct Case {
    const char* name;
    std::string text;
    std::string escaped;
    bool repaired;

    friend std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }
};

class JsonText : public testing::TestWithParam<Case> {};

TEST_P(JsonText, is_escaped_as_expected_behind_any_length_of_plain_text) {
    for (const std::size_t plain : {0U, 1U, 7U, 15U, 16U, 17U, 31U, 32U, 100U}) {
        const std::string prefix(plain, 'x');
        std::string out;
        const auto measured = append_json_text(out, prefix + GetParam().text + prefix);
        EXPECT_EQ(out, prefix + GetParam().escaped + prefix);
        EXPECT_EQ(measured.size, out.size());
        EXPECT_EQ(measured.repaired, GetParam().repaired);
        EXPECT_EQ(measured.verbatim, GetParam().text == GetParam().escaped);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Rules, JsonText,
    testing::Values(Case{"empty", "", "", false},
                    Case{"ascii", "order 17 accepted", "order 17 accepted", false},
                    Case{"quote", "say \"hi\"", R"(say \"hi\")", false},
                    Case{"backslash", R"(C:\temp)", R"(C:\\temp)", false},
                    Case{"short_escapes", "\b\f\n\r\t", R"(\b\f\n\r\t)", false},
                    Case{"other_c0", "\x00\x01\x1b\x1f"s, R"(\u0000\u0001\u001b\u001f)", false},
                    Case{"del", "\x7f", R"(\u007f)", false}, Case{"slash", "a/b", "a/b", false},
                    Case{"c1", "\xC2\x80\xC2\x85\xC2\x9F", R"(\u0080\u0085\u009f)", false},
                    Case{"after_c1", "\xC2\xA0", "\xC2\xA0", false},
                    Case{"line_separators", "\xE2\x80\xA8\xE2\x80\xA9", R"(\u2028\u2029)", false},
                    Case{"beside_line_separators", "\xE2\x80\xA7\xE2\x80\xAA",
                         "\xE2\x80\xA7\xE2\x80\xAA", false},
                    Case{"cyrillic", "заказ", "заказ", false}, Case{"emoji", "🚕", "🚕", false},
                    Case{"last_code_point", "\xF4\x8F\xBF\xBF", "\xF4\x8F\xBF\xBF", false},
                    Case{"lone_continuation", "\x80", "\xEF\xBF\xBD", true},
                    Case{"overlong", "\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD", true},
                    Case{"surrogate", "\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD", true},
                    Case{"too_large", "\xF4\x90\x80\x80",
                         "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD", true},
                    Case{"truncated_is_one_subpart", "\xF0\x9F\x98", "\xEF\xBF\xBD", true},
                    Case{"truncated_before_quote", "\xE2\x82\"", "\xEF\xBF\xBD\\\"", true},
                    Case{"every_byte_is_bad", "\xFF\xFE", "\xEF\xBF\xBD\xEF\xBF\xBD", true}),
    [](const auto& param) { return param.param.name; });

TEST(JsonText, of_any_single_byte_has_no_control_character) {
    for (int byte = 0; byte < 256; ++byte) {
        std::string out;
        append_json_text(out, std::string(1, static_cast<char>(byte)));
        ASSERT_FALSE(out.empty()) << byte;
        for (const char c : out)
            EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) << byte;
    }
}

}  // namespace
