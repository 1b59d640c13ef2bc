#include <ctx/context/trace_state.hpp>

#include <gtest/gtest.h>

#include <ostream>
#include <string>

namespace {

using ctx::TraceState;

struct Case {
    const char* name;
    std::string input;
    std::string header;  // empty: the whole list is ignored

    friend std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }
};

std::string members(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) {
        text += (i == 0 ? "k" : ",k") + std::to_string(i) + "=v";
    }
    return text;
}

class TraceStateHeader : public testing::TestWithParam<Case> {};

TEST_P(TraceStateHeader, reads_as_the_specification_says) {
    EXPECT_EQ(TraceState::parse(GetParam().input).header(), GetParam().header);
}

// W3C Trace Context Level 2, section 3.3.
INSTANTIATE_TEST_SUITE_P(
    W3C, TraceStateHeader,
    testing::Values(
        Case{"empty", "", ""}, Case{"one", "foo=1", "foo=1"},
        Case{"two_keep_their_order", "foo=1,bar=2", "foo=1,bar=2"},
        Case{"white_space_around_members_goes", " foo=1 \t,\t bar=2 ", "foo=1,bar=2"},
        Case{"empty_members_are_skipped", "foo=1,, ,bar=2,", "foo=1,bar=2"},
        Case{"a_key_may_start_with_a_digit", "1a=1", "1a=1"},
        Case{"at_is_an_ordinary_character", "a@b@c=1,foo@=2", "a@b@c=1,foo@=2"},
        Case{"at_may_not_come_first", "@a=1", ""}, Case{"no_upper_case_key", "FOO=1", ""},
        Case{"no_dot_in_a_key", "a.b=1", ""}, Case{"no_space_before_the_sign", "foo =1", ""},
        Case{"no_empty_value", "foo=", ""}, Case{"no_empty_key", "=1", ""},
        Case{"no_missing_sign", "foo", ""}, Case{"no_second_sign", "foo=a=b", ""},
        Case{"no_tab_inside_a_value", "foo=a\tb", ""},
        Case{"no_non_ascii_value", "foo=\xc3\xa9", ""},
        Case{"leading_spaces_of_a_value_are_data", "foo=  1,bar=2", "foo=  1,bar=2"},
        Case{"trailing_spaces_are_not", "foo=1  ,bar=2", "foo=1,bar=2"},
        Case{"one_bad_member_takes_the_list_along", "foo=1,BAD=2,bar=3", ""},
        Case{"the_first_of_equal_keys_stays", "foo=1,bar=2,foo=3", "foo=1,bar=2"},
        Case{"a_key_of_256", std::string(256, 'k') + "=1", std::string(256, 'k') + "=1"},
        Case{"no_key_of_257", std::string(257, 'k') + "=1", ""},
        Case{"a_value_of_256", "k=" + std::string(256, 'v'), "k=" + std::string(256, 'v')},
        Case{"no_value_of_257", "k=" + std::string(257, 'v'), ""},
        Case{"thirty_two_members", members(32), members(32)},
        Case{"no_thirty_third", members(33), ""}),
    [](const auto& tested) { return tested.param.name; });

TEST(TraceState, finds_values_by_exact_key) {
    const auto state = TraceState::parse("foo=1,foobar=2");
    EXPECT_EQ(state.find("foo"), "1");
    EXPECT_EQ(state.find("foobar"), "2");
    EXPECT_FALSE(state.find("fo"));
    EXPECT_FALSE(state.find(""));
}

TEST(TraceState, a_new_member_goes_to_the_left_end) {
    EXPECT_EQ(TraceState::parse("a=1,b=2").set("c", "3")->header(), "c=3,a=1,b=2");
}

TEST(TraceState, a_changed_member_moves_to_the_left_end) {
    EXPECT_EQ(TraceState::parse("a=1,b=2,c=3").set("b", "9")->header(), "b=9,a=1,c=3");
}

TEST(TraceState, a_full_list_loses_its_right_most_member) {
    const auto full = TraceState::parse(members(32)).set("mine", "1");
    ASSERT_TRUE(full);
    EXPECT_EQ(full->header().substr(0, 12), "mine=1,k0=v,");
    EXPECT_TRUE(full->find("k30"));
    EXPECT_FALSE(full->find("k31"));
    EXPECT_FALSE(TraceState::parse(full->header()).empty()) << "what is sent must be legal";
}

TEST(TraceState, set_refuses_what_could_not_be_sent) {
    EXPECT_FALSE(TraceState{}.set("Key", "1"));
    EXPECT_FALSE(TraceState{}.set("key", "a,b"));
    EXPECT_FALSE(TraceState{}.set("key", "a "));
    EXPECT_FALSE(TraceState{}.set("key", ""));
    EXPECT_FALSE(TraceState{}.set("key", "a\r\nx-evil: 1"));
}

TEST(TraceState, copies_share_the_text) {
    const auto state = TraceState::parse("foo=1");
    const TraceState copy = state;  // NOLINT(performance-unnecessary-copy-initialization)
    EXPECT_EQ(copy.header().data(), state.header().data());
    EXPECT_EQ(copy, state);
}

}  // namespace
