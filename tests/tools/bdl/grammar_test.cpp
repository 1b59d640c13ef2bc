#include <ctx-bdl/compiler.hpp>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <ostream>
#include <string>
#include <vector>

namespace {

using ctx::bdlc::accepts;

struct Case {
    std::string name;
    std::string text;
    bool accepted = false;

    friend std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.text; }
};

std::string name_of(const testing::TestParamInfo<Case>& info) {
    return info.param.name;
}

class Grammar : public testing::TestWithParam<Case> {};

TEST_P(Grammar, accepts_what_is_well_formed_and_nothing_else) {
    EXPECT_EQ(accepts(GetParam().text), GetParam().accepted);
}

std::vector<Case> vectors() {
    std::ifstream in(CTX_TEST_DATA "/grammar.json");
    std::vector<Case> result;
    for (const auto& vector : nlohmann::json::parse(in)) {
        result.push_back({vector.at("name"), vector.at("text"), vector.at("accepted")});
    }
    return result;
}

INSTANTIATE_TEST_SUITE_P(Vectors, Grammar, testing::ValuesIn(vectors()), name_of);

TEST(GrammarVectors, are_all_here) {
    EXPECT_EQ(vectors().size(), 25);
}

std::string in_bag(const std::string& fields) {
    return "bag A { " + fields + " }";
}

std::string nested_maps(std::size_t depth, const std::string& value) {
    std::string type;
    for (std::size_t i = 0; i < depth; ++i) {
        type += "map<string,";
    }
    type += value + std::string(depth, '>');
    return in_bag(type + " m = 1;");
}

INSTANTIATE_TEST_SUITE_P(
    Statements, Grammar,
    testing::Values(Case{"empty", "", false}, Case{"blank", " \t\r\n", false},
                    Case{"two_bags", "bag A {}\nbag B {}", true},
                    Case{"two_bags_on_one_line", "bag A {} bag B {}", false},
                    Case{"two_packages", "package a;\npackage b;\nbag A {}", false},
                    Case{"package_and_bag_on_one_line", "package a; bag A {}", false},
                    Case{"blank_in_package", "package a. b;\nbag A {}", false},
                    Case{"package_without_semicolon", "package a\nbag A {}", false},
                    Case{"import_after_bag", "bag A {}\nimport \"x.bb\";\n", false},
                    Case{"two_imports", "import \"x\";\nimport \"y\";\nbag A {}", true},
                    Case{"two_imports_on_one_line", "import \"x\"; import \"y\";\nbag A {}", false},
                    Case{"import_with_open_quote", "import \"x;\nbag A {}\n", false},
                    Case{"import_without_blank", "import\"x\";\nbag A {}\n", false},
                    Case{"brace_on_the_next_line", "bag A\n\n{}", true},
                    Case{"name_on_the_next_line", "bag\nA {}", false},
                    Case{"name_with_underscore_first", "bag _A {}", false},
                    Case{"name_with_digits", "bag A_1_ {}", true},
                    Case{"name_with_digit_first", "bag 1A {}", false},
                    Case{"unclosed_bag", "bag A { int32 x = 1;", false},
                    Case{"enum", "enum E { A = 0; }", false},
                    Case{"byte_order_mark",
                         "\xEF\xBB\xBF"
                         "bag A {}",
                         false},
                    Case{"carriage_return_alone", "bag A {\r}", false},
                    Case{"keywords_as_names",
                         "bag bag { bag struct = 1; package import = 2; }\n"
                         "bag package {}",
                         true},
                    Case{"empty_struct", "struct S {}", true},
                    Case{"struct_field_with_number", "struct S { int32 x = 1; }", false}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Comments, Grammar,
    testing::Values(Case{"empty_line_comment", "//\nbag A {}", true},
                    Case{"empty_line_comment_with_crlf", "//\r\nbag A {}", true},
                    Case{"line_comment_at_the_end", "bag A {} // the end", true},
                    Case{"line_comment_between_bags", "bag A {} // the end\nbag B {}", true},
                    Case{"block_comment_does_not_break_the_line", "bag A {} /* \n */ bag B {}",
                         false},
                    Case{"block_comment_within_a_field", "bag A { int32 x /* \n */ = 1; }", true},
                    Case{"block_comment_parts_words", "bag/**/A { int32/**/x = 1; }", true},
                    Case{"block_comment_before_bracket", "bag A { set/**/<int32> x = 1; }", true},
                    Case{"unclosed_block_comment", "bag A {} /*", false},
                    Case{"stars", "/***/bag A {}/****/", true},
                    Case{"comment_in_string", "import \"a//b/*c\";\nbag A {}", true},
                    Case{"slash_alone", "bag A {} /", false}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Fields, Grammar,
    testing::Values(Case{"on_one_line", in_bag("int32 x = 1;int32 y=2;"), true},
                    Case{"broken_before_equals", in_bag("int32 x\n= 1;"), false},
                    Case{"broken_before_number", in_bag("int32 x =\n1;"), false},
                    Case{"broken_before_name", in_bag("int32\nx = 1;"), false},
                    Case{"broken_before_semicolon", in_bag("int32 x = 1\n;"), false},
                    Case{"semicolon_alone", in_bag(";"), false},
                    Case{"negative_number", in_bag("int32 x = -1;"), false},
                    Case{"leading_zeros", in_bag("int32 x = 007;"), true},
                    Case{"largest_number", in_bag("int32 x = 4294967295;"), true},
                    Case{"number_too_large", in_bag("int32 x = 4294967296;"), false},
                    Case{"number_far_too_large", in_bag("int32 x = 99999999999999999999;"), false},
                    Case{"duplicate_number", in_bag("int32 x = 1; int32 y = 01;"), false},
                    Case{"without_number", in_bag("int32 x;"), false},
                    Case{"names_that_clash_in_cpp_alone", in_bag("int32 x = 1; int32 set_x = 2;"),
                         true}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Types, Grammar,
    testing::Values(
        Case{"every_primitive",
             in_bag("taint a = 0; bool b = 1; int32 c = 2; int64 d = 3; sint32 e = 4; sint64 f = 5;"
                    "fixed32 g = 6; fixed64 h = 7; sfixed32 i = 8; sfixed64 j = 9; float k = 10;"
                    "double l = 11; string m = 12; bytes n = 13;"),
             true},
        Case{"every_primitive_in_a_struct",
             "struct S { taint a; bool b; int32 c; int64 d; sint32 e; sint64 f; fixed32 g;"
             "fixed64 h; sfixed32 i; sfixed64 j; float k; double l; string m; bytes n; }",
             true},
        Case{"upper_case_primitive", in_bag("Int32 x = 1;"), false},
        Case{"counters", in_bag("counter a = 1; Counter b = 2; counter<> c = 3; Counter<> d = 4;"),
             true},
        Case{"counter_with_blank", in_bag("counter <> c = 1;"), false},
        Case{"counter_with_blank_inside", in_bag("counter< > c = 1;"), false},
        Case{"counter_of_something", in_bag("counter<int32> c = 1;"), false},
        Case{"blanks_inside_set", in_bag("set<\t string > s = 1;"), true},
        Case{"line_break_inside_set", in_bag("set<\nstring> s = 1;"), false},
        Case{"no_blank_behind_set", in_bag("set<string>s = 1;"), false},
        Case{"empty_set_type", in_bag("set<> s = 1;"), false},
        Case{"set_named_type", "bag A { set s = 1; }\nstruct set {}", true},
        Case{"list", in_bag("list<int32> s = 1;"), false},
        Case{"map_of_map", in_bag("Map<bool , map<taint,bytes>> m = 1;"), true},
        Case{"map_without_value", in_bag("map<string> m = 1;"), false},
        Case{"map_keyed_by_struct", "bag A { map<S, bool> m = 1; }\nstruct S {}", false},
        Case{"set_of_bag_in_map", "bag A { map<string, set<A>> m = 1; }", false},
        Case{"unknown_type_in_map", in_bag("map<string, Foo> m = 1;"), false},
        Case{"type_that_an_import_may_have", "import \"x\";\n" + in_bag("Foo f = 1;"), true},
        Case{"qualified_in_set", in_bag("set<a.B> f = 1;"), true},
        Case{"qualified_own_bag_in_set", "package a.b;\nbag A { set<a.b.A> f = 1; }", false},
        Case{"qualified_with_blank", in_bag("a .b x = 1;"), false},
        Case{"qualified_with_primitive_name", in_bag("int32.b x = 1;"), true},
        Case{"bag_within_itself", in_bag("A a = 1;"), true},
        Case{"bag_in_struct", "struct S { A a; }\nbag A {}", false},
        Case{"struct_in_struct", "struct S { T t; }\nstruct T { bool x; }", true},
        Case{"struct_within_itself", "struct S { S s; }", false},
        Case{"structs_within_each_other", "struct S { T t; }\nstruct T { S s; }", false},
        Case{"fourteen_maps", nested_maps(14, "int32"), true},
        Case{"fifteen_maps", nested_maps(15, "int32"), false},
        Case{"thirteen_maps_of_counters", nested_maps(13, "counter"), true},
        Case{"fourteen_maps_of_counters", nested_maps(14, "counter<>"), false},
        Case{"a_hundred_thousand_maps", nested_maps(60000, "int32"), false}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Extensions, Grammar,
    testing::Values(
        Case{"min_max_last", in_bag("min<int32> a = 1; max< double > b = 2; last<string> c = 3;"),
             true},
        Case{"min_of_taint", in_bag("min<taint> a = 1;"), false},
        Case{"min_of_struct", "bag A { min<S> a = 1; }\nstruct S {}", false},
        Case{"last_of_struct", "bag A { last<S> a = 1; }\nstruct S {}", true},
        Case{"last_of_bag", in_bag("last<A> a = 1;"), false},
        Case{"last_of_set", in_bag("last<set<int32>> a = 1;"), false},
        Case{"set_of_min", in_bag("set<min<int32>> a = 1;"), false},
        Case{"map_of_last", in_bag("map<string, last<string>> a = 1;"), true},
        Case{"upper_case_min", in_bag("Min<int32> a = 1;"), false},
        Case{"callpath", in_bag("callpath<1> a = 1; callpath< 255 > b = 2;"), true},
        Case{"callpath_0", in_bag("callpath<0> a = 1;"), false},
        Case{"callpath_256", in_bag("callpath<256> a = 1;"), false},
        Case{"callpath_of_type", in_bag("callpath<string> a = 1;"), false},
        Case{"named_like_extensions",
             "bag A { min a = 1; max b = 2; last c = 3; callpath d = 4; }\n"
             "bag min {}\nbag max {}\nbag last {}\nstruct callpath {}",
             true},
        Case{"every_attribute",
             in_bag("string t = 1 [send = inside, log = hash, log_as = \"a\",\n label = \"b\", "
                    "span = true, max = 64, default = \"\"];"),
             true},
        Case{"attributes_of_a_set", in_bag("set<string> t = 1 [ send=none , max=1 ];"), true},
        Case{"label_of_a_set", in_bag("set<string> t = 1 [label = \"x\"];"), false},
        Case{"label_of_a_counter", in_bag("counter t = 1 [label = \"x\"];"), true},
        Case{"log_of_last_struct", "bag A { last<S> a = 1 [log = plain]; }\nstruct S {}", false},
        Case{"no_attributes", in_bag("string t = 1 [];"), false},
        Case{"trailing_comma", in_bag("string t = 1 [max = 1,];"), false},
        Case{"unknown_attribute", in_bag("string t = 1 [colour = 1];"), false},
        Case{"attribute_twice", in_bag("string t = 1 [max = 1, max = 1];"), false},
        Case{"max_0", in_bag("string t = 1 [max = 0];"), false},
        Case{"max_as_text", in_bag("string t = 1 [max = \"1\"];"), false},
        Case{"log_as_text", in_bag("string t = 1 [log = \"hash\"];"), false},
        Case{"bad_label", in_bag("string t = 1 [label = \"a-b\"];"), false},
        Case{"log_as_without_log", in_bag("string t = 1 [log_as = \"a\"];"), false},
        Case{"number_of_a_bag", "bag A [number = 10] {}\nbag B [number = 1]\n{}", true},
        Case{"number_of_the_string_entries", "bag A [number = 0] {}", false},
        Case{"number_of_a_bag_twice", "bag A [number = 1, number = 2] {}", false},
        Case{"one_number_for_two_bags", "bag A [number = 1] {}\nbag B [number = 1] {}", false},
        Case{"number_of_a_struct", "struct A [number = 1] {}", false},
        Case{"attribute_in_a_struct", "struct A { int32 x [max = 1]; }", false}),
    name_of);

TEST(GrammarLimits, text_of_more_than_a_mebibyte_is_refused) {
    std::string text = "bag A {}\n";
    text.resize(std::size_t{1} << 20U, ' ');
    EXPECT_TRUE(accepts(text));
    text.push_back(' ');
    EXPECT_FALSE(accepts(text));
}

// Chains are walked without recursion, and looked up in maps.
TEST(GrammarLimits, forty_thousand_structs_hold_each_the_next) {
    std::string text;
    for (int i = 0; i < 40'000; ++i) {
        text += "struct S" + std::to_string(i) + "{S" + std::to_string(i + 1) + " s;}\n";
    }
    ASSERT_LT(text.size(), std::size_t{1} << 20U);
    EXPECT_TRUE(accepts(text + "struct S40000{}\n"));
    EXPECT_FALSE(accepts(text + "struct S40000{S0 s;}\n"));
}

}  // namespace
