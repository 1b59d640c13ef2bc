#include "baggage/hex.hpp"
#include "baggage/random_baggage.hpp"
#include <ctx/baggage/baggage.hpp>
#include <ctx/baggage/w3c_baggage.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

using ctx::Baggage;
using ctx::parse_baggage;
using ctx::test::list_of;
using ctx::test::Random;

std::string header_of(const Baggage& baggage) {
    std::string header;
    ctx::append_w3c(header, baggage);
    return header;
}

TEST(Join, of_equal_branches_gives_the_first_back) {
    const auto a = parse_baggage("k = v");
    const auto same = parse_baggage("k=v");
    EXPECT_EQ(join(a, a).buffer(), a.buffer());
    EXPECT_EQ(join(a, same).buffer(), a.buffer());
    EXPECT_EQ(join(a, Baggage{}).buffer(), a.buffer());
    EXPECT_EQ(join(Baggage{}, a).buffer(), a.buffer());
}

TEST(Join, with_a_branch_that_knew_nothing_new_gives_the_first_back) {
    const auto a = parse_baggage("a=1,b=2");
    EXPECT_EQ(join(a, a.remove("b")).buffer(), a.buffer());
    EXPECT_EQ(join(a.remove("b"), a), a);
}

TEST(Join, keeps_the_spelling_of_the_first_and_adds_the_rest_by_key) {
    const auto a = parse_baggage("z = 1 , b=%61");
    const auto b = parse_baggage("y=%41;p , b=a,c=x%2Fy");
    EXPECT_EQ(join(a, b).text(), "z = 1,b=%61,c=x%2Fy,y=%41;p");
    EXPECT_EQ(join(b, a).text(), "y=%41;p,b=a,c=x%2Fy,z = 1");
    EXPECT_EQ(join(a, b), join(b, a));
}

TEST(Join, sends_the_value_that_wins) {
    const auto a = parse_baggage("k=2;from=a,x=1");
    const auto b = parse_baggage("k=%31;from=b");
    EXPECT_EQ(join(a, b).text(), "x=1,k=%31;from=b");
    EXPECT_EQ(join(b, a).text(), "k=%31;from=b,x=1");
}

TEST(Join, renders_what_came_without_a_spelling) {
    const auto bytes =
        Baggage::from_atoms(list_of({"f800", "f000", "ec63", "002c", "f805", "0001"}));
    const auto joined = join(parse_baggage("z = 1"), bytes);
    EXPECT_EQ(joined.text(), "");  // not all of it is spelled
    EXPECT_EQ(header_of(joined), "z = 1,c=%2C");
    EXPECT_EQ(header_of(joined.set("c", "2")), "z = 1,c=2");
}

TEST(Join, merges_bags_of_others_without_knowing_them) {
    const auto a = Baggage::from_atoms(list_of({"f805", "f001", "0001"})).set("k", "v");
    const auto b = Baggage::from_atoms(list_of({"f805", "f001", "0002", "f807", "0003"}));
    EXPECT_EQ(ctx::test::atoms_of(join(a, b).atoms()),
              (std::vector<std::string>{"f800", "f000", "ec6b", "0076", "f805", "f001", "0001",
                                        "0002", "f807", "0003"}));
    EXPECT_EQ(join(b, a).text(), "k=v");
}

TEST(Join, overflowed_when_either_side_was) {
    const auto a = Baggage::from_atoms(list_of({"f805", ""}));
    EXPECT_TRUE(join(a, Baggage{}.set("k", "v")).overflowed());
    EXPECT_TRUE(join(Baggage{}.set("k", "v"), a).overflowed());
}

// A Baggage as a request collects it: header members, atoms of a peer, local changes.
Baggage random_baggage(Random& random) {
    std::string header;
    for (std::size_t i = random.below(5); i > 0; --i) {
        header +=
            random.word(2) + "= " + random.word(1, "ab%,") + (random.one_in(3) ? ";p," : " ,");
    }
    auto baggage = parse_baggage(header);
    if (random.one_in(3)) {
        baggage = join(baggage, Baggage::from_atoms(random.string_baggage()));
    }
    for (std::size_t i = random.below(3); i > 0; --i) {
        baggage = baggage.set(*ctx::BaggageKey::parse(random.word(2)), random.word(1));
    }
    return baggage;
}

TEST(Join, obeys_its_laws_and_always_sends_what_it_reads) {
    Random random(12);
    for (int i = 0; i < 10000; ++i) {
        const auto a = random_baggage(random);
        const auto b = random_baggage(random);
        const auto c = random_baggage(random);
        const auto ab = join(a, b);
        ASSERT_EQ(ab, join(b, a)) << "commutative";
        ASSERT_EQ(join(ab, ab), ab) << "idempotent";
        ASSERT_EQ(join(ab, c), join(a, join(b, c))) << "associative";

        const auto received = parse_baggage(header_of(ab));
        std::size_t sendable = 0;
        for (const auto& entry : ab) {
            if (!ctx::BaggageKey::parse(entry.key)) {
                continue;
            }
            ++sendable;
            const std::string value = ctx::test::reference_sanitize(entry.value);
            ASSERT_EQ(received.find(entry.key), value) << header_of(ab);
            if (ctx::is_property_list(entry.properties)) {
                ASSERT_EQ(received.properties(entry.key), entry.properties) << header_of(ab);
            }
        }
        ASSERT_EQ(received.size(), sendable) << header_of(ab);
        if (!ab.text().empty()) {
            ASSERT_EQ(header_of(ab), ab.text());
        }
    }
}

}  // namespace
