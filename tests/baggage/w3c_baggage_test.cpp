#include "baggage/hex.hpp"
#include "baggage/random_baggage.hpp"
#include "baggage/reference.hpp"
#include <ctx/baggage/w3c_baggage.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <ostream>
#include <string>
#include <vector>

namespace {

using ctx::Baggage;
using ctx::parse_baggage;
using ctx::ParseReport;
using ctx::test::list_of;
using ctx::test::Random;

std::string header_of(const Baggage& baggage, ctx::BaggageLimits limits = {},
                      ctx::EncodeReport* report = nullptr) {
    std::string header;
    ctx::append_w3c(header, baggage, limits, report);
    return header;
}

Baggage parse_lines(const std::vector<std::string>& lines, ctx::BaggageLimits limits = {},
                    ParseReport* report = nullptr) {
    ctx::W3CBaggageReader reader(limits);
    for (const std::string& line : lines) {
        reader.add(line);
    }
    return reader.finish(report);
}

struct Case {
    const char* name;
    const char* header;
    std::size_t kept;
    std::size_t malformed;
    const char* sent;

    friend std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.header; }
};

class BaggageHeader : public testing::TestWithParam<Case> {};

TEST_P(BaggageHeader, keeps_what_is_well_formed_and_counts_the_rest) {
    ParseReport report;
    const auto baggage = parse_baggage(GetParam().header, {}, &report);
    EXPECT_EQ(report.kept, GetParam().kept);
    EXPECT_EQ(report.malformed, GetParam().malformed);
    EXPECT_EQ(baggage.size(), GetParam().kept);
    EXPECT_EQ(baggage.text(), GetParam().sent);
    EXPECT_EQ(header_of(baggage), GetParam().sent);
}

INSTANTIATE_TEST_SUITE_P(
    W3C, BaggageHeader,
    testing::Values(
        Case{"two_members", "tenant=acme,tier=gold", 2, 0, "tenant=acme,tier=gold"},
        Case{"space_inside_stays", " a \t= 1\t, b = 2 ", 2, 0, "a \t= 1,b = 2"},
        Case{"empty_members", ",a=1,, ,b=2,", 2, 0, "a=1,b=2"},
        Case{"no_equals_sign", "tenant,tier=gold", 1, 1, "tier=gold"},
        Case{"equals_only_in_property", "tenant;x=1,a=1", 1, 1, "a=1"},
        Case{"empty_key", "=1,b=2", 1, 1, "b=2"}, Case{"space_in_key", "a b=1,c=2", 1, 1, "c=2"},
        Case{"space_in_value", "a=1 2,c=2", 1, 1, "c=2"}, Case{"quote", "a=\"1\",c=2", 1, 1, "c=2"},
        Case{"backslash", "a=\\,c=2", 1, 1, "c=2"}, Case{"raw_utf8", "a=\xc3\xa9,c=2", 1, 1, "c=2"},
        Case{"line_break", "a=1\r\nX: y,c=2", 1, 1, "c=2"},
        Case{"bad_property_key", "a=1;x y=2,c=2", 1, 1, "c=2"},
        Case{"bad_property_value", "a=1;x=\",c=2", 1, 1, "c=2"},
        Case{"property_without_key", "a=1;=2,c=2", 1, 1, "c=2"},
        Case{"empty_property_goes", "a=1;,c=2; ;p", 2, 0, "a=1,c=2;p"},
        Case{"bad_escape_is_mended", "a=%zz%4,b=%,c=%41", 3, 0, "a=%25zz%254,b=%25,c=%41"},
        Case{"only_a_comma", ",", 0, 0, ""}, Case{"nothing", "", 0, 0, ""},
        Case{"only_space", " \t ", 0, 0, ""}),
    [](const auto& tested) { return tested.param.name; });

TEST(BaggageHeaderValue, is_percent_decoded_and_plus_is_a_plus) {
    const auto baggage = parse_baggage("build=1.2+3,a%20b=%2C%3b+%25,c=%ff%E2%82z,d=a=b=c,e=%00");
    ASSERT_EQ(baggage.size(), 5u);
    EXPECT_EQ(baggage.find("build"), "1.2+3");
    EXPECT_EQ(baggage.find("a%20b"), ",;+%");
    EXPECT_EQ(baggage.find("c"), "\xef\xbf\xbd\xef\xbf\xbdz");
    EXPECT_EQ(baggage.find("d"), "a=b=c");
    EXPECT_EQ(baggage.find("e"), std::string_view("\0", 1));
}

TEST(BaggageHeaderValue, of_the_last_duplicate_wins_and_stands_where_that_stood) {
    ParseReport report;
    const auto baggage = parse_baggage("k=1,j=2,k=3;p,i=4,k=5", {}, &report);
    EXPECT_EQ(report.kept, 3u);
    EXPECT_EQ(report.duplicate, 2u);
    EXPECT_EQ(baggage.find("k"), "5");
    EXPECT_EQ(baggage.properties("k"), "");
    EXPECT_EQ(baggage.text(), "j=2,i=4,k=5");
}

TEST(BaggageHeaderValue, with_ill_formed_utf8_is_counted) {
    ParseReport report;
    EXPECT_EQ(parse_baggage("a=%ff,b=ok,c=%c3%a9,d=%zz", {}, &report).size(), 4u);
    EXPECT_EQ(report.ill_formed_utf8, 1u);
    EXPECT_EQ(report.bad_escapes, 1u);
}

TEST(BaggageHeaderLines, are_one_list) {
    ParseReport report;
    const auto baggage = parse_lines({"a=1, b=2 ", "", "a=3,bad", "c=4"}, {}, &report);
    EXPECT_EQ(report.kept, 3u);
    EXPECT_EQ(report.malformed, 1u);
    EXPECT_EQ(report.duplicate, 1u);
    EXPECT_EQ(baggage.text(), "b=2,a=3,c=4");
}

TEST(BaggageHeaderLimits, count_every_member_looked_at) {
    std::string header;
    for (int i = 0; i < 200; ++i) {
        header += (i % 2 == 0 ? "bad " : "") + std::string("k") + std::to_string(i) + "=v,";
    }
    ParseReport report;
    EXPECT_EQ(parse_baggage(header, {}, &report).size(), 90u);
    EXPECT_EQ(report.malformed, 90u);
    EXPECT_EQ(report.over_limit, 20u);
    EXPECT_EQ(report.dropped(), 110u);
}

TEST(BaggageHeaderLimits, keep_a_member_that_ends_exactly_there_and_none_behind) {
    const std::string exact = "a=" + std::string(8190, 'x');
    ParseReport report;
    EXPECT_EQ(parse_baggage(exact, {}, &report).size(), 1u);
    EXPECT_EQ(parse_baggage(exact + ",b=1", {}, &report).text(), exact);
    EXPECT_EQ(report.over_limit, 1u);
    EXPECT_EQ(parse_baggage(exact + "x,b=1", {}, &report).size(), 0u);
    EXPECT_EQ(report.over_limit, 2u);
    EXPECT_EQ(parse_lines({exact, "b=1"}, {}, &report).size(), 1u);
    EXPECT_EQ(report.over_limit, 1u);
}

TEST(BaggageHeaderLimits, do_not_charge_white_space_that_is_not_sent_on) {
    std::string spaced;
    std::string sent;
    for (int i = 0; i < 64; ++i) {
        const std::string member = "k" + std::to_string(100 + i) + '=' + std::string(122, 'v');
        spaced += (i == 0 ? "" : " \t, ") + member;
        sent += (i == 0 ? "" : ",") + member;
    }
    ASSERT_EQ(sent.size(), 8191u);
    EXPECT_EQ(parse_baggage(spaced).text(), sent);
    EXPECT_EQ(parse_lines({"a=" + std::string(4090, 'x'), "b=" + std::string(4097, 'x')}).size(),
              2u);
    EXPECT_EQ(parse_baggage("a=1" + std::string(30000, ' ') + ",b=2").size(), 2u);
    ParseReport report;
    EXPECT_EQ(parse_baggage("a=1" + std::string(33000, ' ') + ",b=2", {}, &report).size(), 0u);
    EXPECT_EQ(report.over_limit, 2u);
}

TEST(BaggageHeaderLimits, charge_separators_so_that_they_buy_no_work) {
    ParseReport report;
    EXPECT_EQ(parse_baggage(std::string(8192, ',') + "a=1", {}, &report).size(), 0u);
    EXPECT_GT(report.over_limit, 0u);
    EXPECT_EQ(parse_baggage(std::string(8188, ',') + "a=1", {}, &report).size(), 1u);
}

TEST(BaggageHeaderLimits, hold_for_a_megabyte) {
    std::string header;
    while (header.size() < 1000000) {
        header += "key" + std::to_string(header.size()) + "=value,";
    }
    ParseReport report;
    const auto baggage = parse_baggage(header, {}, &report);
    EXPECT_EQ(baggage.size(), 180u);
    EXPECT_LE(baggage.text().size(), 8192u);
    EXPECT_GT(report.over_limit, 50000u);
}

TEST(BaggageHeaderLimits, above_what_the_reader_holds_count_as_that) {
    std::string header;
    for (int i = 0; i < 400; ++i) {
        header += "k" + std::to_string(i) + "=v,";
    }
    EXPECT_EQ(parse_baggage(header, {1000, 100000}).size(), 256u);
}

TEST(BaggageHeaderReader, agrees_with_the_reference_on_random_headers) {
    Random random(13);
    const std::string alphabet = "ab=;,%4 \t\"1cF\x80+";
    for (int i = 0; i < 40000; ++i) {
        std::vector<std::string> lines(random.below(3) + 1);
        for (std::string& line : lines) {
            for (std::size_t n = random.below(5); n > 0; --n) {
                line += random.one_in(3) ? random.word(6, alphabet)
                                         : random.word(2) + "=" + random.word(4, "ab%4f+");
                line += random.one_in(3) ? ";p=1," : ",";
            }
        }
        const ctx::BaggageLimits limits{random.below(8), random.below(60)};
        const auto expected =
            ctx::test::reference_parse(lines, limits.max_members, limits.max_bytes);
        ParseReport report;
        const auto baggage = parse_lines(lines, limits, &report);
        ASSERT_EQ(report.kept, expected.members.size()) << testing::PrintToString(lines);
        ASSERT_EQ(report.malformed, expected.malformed) << testing::PrintToString(lines);
        ASSERT_EQ(report.duplicate, expected.duplicate) << testing::PrintToString(lines);
        const auto by_key = expected.by_key();
        ASSERT_EQ(baggage.size(), by_key.size());
        auto next = by_key.begin();
        for (const auto& entry : baggage) {
            ASSERT_EQ(entry.key, next->second.key);
            ASSERT_EQ(entry.value, next->second.value) << testing::PrintToString(lines);
            ASSERT_EQ(entry.properties, next->second.properties) << testing::PrintToString(lines);
            ++next;
        }
        // What is sent reads the same, and it is stable from then on.
        const std::string sent = header_of(baggage);
        ASSERT_EQ(parse_baggage(sent), baggage) << sent;
        ASSERT_EQ(header_of(parse_baggage(sent)), sent);
    }
}

TEST(BaggageHeaderText, decodes_to_what_was_set_whatever_bytes_that_had) {
    Random random(14);
    for (int i = 0; i < 20000; ++i) {
        Baggage baggage;
        for (std::size_t n = random.below(4); n > 0; --n) {
            baggage = baggage.set(*ctx::BaggageKey::parse(random.word(2, "a%+~")), random.bytes(8),
                                  random.one_in(3) ? "p=%20;q" : "");
        }
        const std::string header = header_of(baggage);
        ASSERT_EQ(header, baggage.text());
        for (const char c : header) {
            ASSERT_TRUE(c > 0x20 && c < 0x7f) << header;
        }
        ASSERT_EQ(parse_baggage(header), baggage) << header;
    }
}

TEST(BaggageHeaderText, escapes_what_some_peers_misread) {
    EXPECT_EQ(Baggage{}.set("k", "a b+c=d,e;f\\g\"h%i\r\n\xc3\xa9/x").text(),
              "k=a%20b%2Bc%3Dd%2Ce%3Bf%5Cg%22h%25i%0D%0A%C3%A9/x");
}

TEST(BaggageHeaderText, keeps_other_members_and_the_position_through_set_and_remove) {
    const auto baggage = parse_baggage("a = 1 ;x, b=%31, c=2");
    EXPECT_EQ(baggage.set("b", "new").text(), "a = 1 ;x,b=new,c=2");
    EXPECT_EQ(baggage.set("d", "4", "p=1").text(), "a = 1 ;x,b=%31,c=2,d=4;p=1");
    EXPECT_EQ(baggage.remove("a").text(), "b=%31,c=2");
    EXPECT_EQ(baggage.remove("a").remove("b").remove("c").text(), "");
}

TEST(BaggageHeaderText, leaves_out_keys_and_properties_that_no_header_can_carry) {
    const auto baggage =
        Baggage::from_atoms(list_of({"f800", "f000", "ec", "0031", "ec612062", "0031", "ec6b",
                                     "0031", "e431", "00703d310d0a583b71"}));
    ASSERT_EQ(baggage.size(), 3u);
    ctx::EncodeReport report;
    EXPECT_EQ(header_of(baggage, {}, &report), "k=1;q");
    EXPECT_EQ(report.written, 1u);
    EXPECT_EQ(report.unsendable_keys, 2u);
    EXPECT_EQ(report.bad_properties, 1u);
}

TEST(BaggageHeaderText, of_a_join_counts_the_keys_that_no_header_can_carry) {
    const auto other = Baggage::from_atoms(list_of({"f800", "f000", "ec612062", "0031"}));
    ctx::EncodeReport report;
    EXPECT_EQ(header_of(join(parse_baggage("k = 1"), other), {}, &report), "k = 1");
    EXPECT_EQ(report.written, 1u);
    EXPECT_EQ(report.unsendable_keys, 1u);
}

TEST(BaggageHeaderText, over_the_limit_goes_out_in_whole_members) {
    const auto baggage = parse_baggage("aa=11,bb=22222,cc=33,dd=44");
    ctx::EncodeReport report;
    EXPECT_EQ(header_of(baggage, {180, 26}, &report), "aa=11,bb=22222,cc=33,dd=44");
    EXPECT_EQ(report.written, 4u);
    EXPECT_EQ(header_of(baggage, {180, 25}, &report), "aa=11,bb=22222,cc=33");
    EXPECT_EQ(report.over_limit, 1u);
    EXPECT_EQ(header_of(baggage, {180, 12}, &report), "aa=11,cc=33");
    EXPECT_EQ(header_of(baggage, {2, 8192}, &report), "aa=11,bb=22222");
    EXPECT_EQ(report.over_limit, 2u);
    EXPECT_EQ(header_of(baggage, {180, 4}, &report), "");
}

TEST(BaggageHeaderText, of_a_mended_escape_does_not_grow_over_the_limit) {
    std::string header = "a=%,b=" + std::string(8188 - 4, 'x');
    ASSERT_LE(header.size(), 8192u);
    header.resize(8192, 'x');
    const auto baggage = parse_baggage(header);
    ASSERT_EQ(baggage.size(), 2u);
    EXPECT_EQ(header_of(baggage), "a=%25");
}

TEST(BaggageHeaderWriter, returns_the_sidecar_itself_when_it_fits) {
    const auto baggage = parse_baggage("a=1,b=2");
    ctx::W3CBaggageWriter writer;
    EXPECT_EQ(writer.write(baggage).data(), baggage.text().data());
    ctx::W3CBaggageWriter small(ctx::BaggageLimits{1, 8192});
    EXPECT_EQ(small.write(baggage), "a=1");
    EXPECT_EQ(small.write(Baggage{}), "");
}

TEST(PropertyList, is_what_may_follow_a_value) {
    for (const char* good : {"", "p", "p=1", "p=1;q;p=2", " p = 1 ; q ", "a%20b=%20", "p="}) {
        EXPECT_TRUE(ctx::is_property_list(good)) << good;
    }
    for (const char* bad : {";", "p;", "p;;q", "=1", "p=1,q", "a b", "p=\"", "p\r\n", " "}) {
        EXPECT_FALSE(ctx::is_property_list(bad)) << bad;
    }
}

TEST(BaggageHeaderVectors, are_read_and_sent_as_recommended) {
    const auto cases = nlohmann::json::parse(std::ifstream(CTX_TEST_DATA "/w3c_baggage.json"));
    ASSERT_EQ(cases.size(), 33u);
    for (const auto& c : cases) {
        SCOPED_TRACE(c["name"].get<std::string>());
        const auto baggage = parse_lines(c["lines"].get<std::vector<std::string>>());
        if (c.contains("entries")) {
            EXPECT_EQ(baggage.size(), c["entries"].size());
            for (const auto& [key, value] : c["entries"].items()) {
                EXPECT_EQ(baggage.find(key), value.get<std::string>());
            }
        }
        const auto properties = c.value("properties", nlohmann::json::object());
        for (const auto& [key, value] : properties.items()) {
            EXPECT_EQ(baggage.properties(key), value.get<std::string>());
        }
        const std::string sent = header_of(baggage);
        EXPECT_LE(sent.size(), 8192u);
        EXPECT_EQ(parse_baggage(sent), baggage);
        EXPECT_EQ(sent, c.value("sent", sent));
        EXPECT_GE(baggage.size(), c.value("at_least", std::size_t{0}));
    }
}

}  // namespace
