#include "baggage/hex.hpp"
#include "baggage/random_baggage.hpp"
#include <ctx/baggage/baggage.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace {

using ctx::Baggage;
using ctx::BaggageKey;
using ctx::test::atoms_of;
using ctx::test::list_of;
using ctx::test::Random;
using testing::ElementsAre;

using Hex = std::vector<std::string>;

std::vector<std::string> entries_of(const Baggage& baggage) {
    std::vector<std::string> entries;
    for (const auto& [key, value, properties] : baggage) {
        std::string entry = std::string(key) + "=" + std::string(value);
        entries.push_back(properties.empty() ? entry : entry + ";" + std::string(properties));
    }
    return entries;
}

TEST(Baggage, is_empty_until_something_is_set) {
    const Baggage baggage;
    EXPECT_TRUE(baggage.empty());
    EXPECT_EQ(baggage.size(), 0u);
    EXPECT_EQ(baggage.atoms(), "");
    EXPECT_EQ(baggage.text(), "");
    EXPECT_EQ(baggage.find("a"), std::nullopt);
    EXPECT_EQ(baggage.begin(), baggage.end());
    EXPECT_FALSE(baggage.overflowed());
}

TEST(Baggage, holds_string_entries_as_bag_0_field_0_of_the_atoms) {
    const auto baggage = Baggage{}.set("user", "alice").set("tier", "gold", "ttl=3;x");
    EXPECT_EQ(atoms_of(baggage.atoms()),
              (Hex{"f800", "f000", "ec74696572", "00676f6c64", "e4676f6c64", "0074746c3d333b78",
                   "ec75736572", "00616c696365"}));
    EXPECT_EQ(baggage.size(), 2u);
    EXPECT_EQ(baggage.find("user"), "alice");
    EXPECT_EQ(baggage.properties("tier"), "ttl=3;x");
    EXPECT_EQ(baggage.properties("user"), "");
    EXPECT_THAT(entries_of(baggage), ElementsAre("tier=gold;ttl=3;x", "user=alice"));
}

TEST(Baggage, has_the_size_of_a_list_whose_bytes_are_known) {
    // A map {tier: gold, user: alice} takes 31 bytes on the wire.
    EXPECT_EQ(Baggage{}.set("tier", "gold").set("user", "alice").atoms().size(), 31u);
}

TEST(Baggage, does_not_change_when_another_is_made_from_it) {
    const auto before = Baggage{}.set("a", "1");
    const auto after = before.set("a", "2").set("b", "3");
    EXPECT_EQ(before.find("a"), "1");
    EXPECT_FALSE(before.contains("b"));
    EXPECT_EQ(after.find("a"), "2");
    EXPECT_EQ(after.size(), 2u);
}

TEST(Baggage, keeps_an_empty_value_apart_from_no_value) {
    const auto baggage = Baggage{}.set("k", "");
    EXPECT_EQ(baggage.find("k"), "");
    EXPECT_EQ(baggage.size(), 1u);
    EXPECT_EQ(Baggage::from_atoms(list_of({"f800", "f000", "ec6b"})).find("k"), std::nullopt);
    EXPECT_EQ(Baggage::from_atoms(list_of({"f800", "f000", "ec6b"})).size(), 0u);
}

TEST(Baggage, is_gone_when_its_last_entry_is_removed) {
    EXPECT_TRUE(Baggage{}.set("a", "1", "p").remove("a").empty());
}

TEST(Baggage, comes_back_unchanged_when_what_is_removed_was_not_there) {
    const auto baggage = Baggage{}.set("a", "1");
    EXPECT_EQ(baggage.remove("b").buffer(), baggage.buffer());
    EXPECT_TRUE(Baggage{}.remove("b").empty());
}

TEST(Baggage, gets_no_ill_formed_utf8_and_no_bad_property_through_set) {
    const auto baggage = Baggage{}.set("k", "a\xff\xe2\x82", "p = 1 ;;bad key; q\r\nX: y;z");
    EXPECT_EQ(baggage.find("k"), "a\xef\xbf\xbd\xef\xbf\xbd");
    EXPECT_EQ(baggage.properties("k"), "p=1;z");
}

TEST(Baggage, reads_least_bytes_of_conflicting_values_with_the_properties_that_belong_to_it) {
    const auto baggage = join(Baggage{}.set("k", "b", "from=b"), Baggage{}.set("k", "a", "from=a"));
    EXPECT_EQ(baggage.size(), 1u);
    EXPECT_EQ(baggage.find("k"), "a");
    EXPECT_EQ(baggage.properties("k"), "from=a");
    EXPECT_THAT(baggage.find_all("k"), ElementsAre("a", "b"));
    EXPECT_THAT(baggage.set("k", "c").find_all("k"), ElementsAre("c"));
    EXPECT_TRUE(baggage.remove("k").empty());
}

TEST(Baggage, takes_the_loser_out_with_its_properties) {
    const auto baggage = join(Baggage{}.set("k", "b", "from=b"), Baggage{}.set("k", "a"));
    EXPECT_EQ(baggage.find("k"), "a");
    EXPECT_EQ(baggage.properties("k"), "");
}

TEST(Baggage, keeps_key_order_by_bytes_with_the_shorter_first) {
    const auto baggage =
        Baggage{}.set("b", "1").set("ab", "2").set("a", "3").set("~", "4").set("B", "5");
    EXPECT_THAT(entries_of(baggage), ElementsAre("B=5", "a=3", "ab=2", "b=1", "~=4"));
}

TEST(BaggageFromAtoms, gives_the_bytes_back) {
    const std::string bytes = list_of({"f805", "f001", "0007", "", "f803", "0001", "fa", "01ff"});
    const auto baggage = Baggage::from_atoms(bytes);
    EXPECT_EQ(baggage.atoms(), bytes);
    EXPECT_TRUE(baggage.overflowed());
    EXPECT_EQ(baggage.size(), 0u);
}

TEST(BaggageFromAtoms, makes_a_cut_visible) {
    ctx::DecodeReport report;
    const auto baggage = Baggage::from_atoms(list_of({"f805", "0007"}) + "\x7f", {}, &report);
    EXPECT_EQ(atoms_of(baggage.atoms()), (Hex{"f805", "0007", ""}));
    EXPECT_TRUE(baggage.overflowed());
    EXPECT_EQ(report.atoms, 2u);
    EXPECT_EQ(report.bytes_dropped, 1u);
    EXPECT_TRUE(Baggage::from_atoms("").empty());
}

TEST(BaggageFromAtoms, reads_the_entries_of_senders_that_did_not_sort) {
    // Two regions of bag 0, keys out of order, one key twice, data behind a marker.
    const auto baggage = Baggage::from_atoms(
        list_of({"f800", "f000", "ec62", "0032", "ec61", "", "0033", "e431", "0070", "f801", "0001",
                 "f800", "f000", "ec61", "0031", "ec63"}));
    EXPECT_EQ(baggage.size(), 2u);
    EXPECT_EQ(baggage.find("a"), "1");
    EXPECT_EQ(baggage.properties("a"), "p");
    EXPECT_THAT(baggage.find_all("a"), ElementsAre("1", "3"));
    EXPECT_THAT(entries_of(baggage), ElementsAre("a=1;p", "b=2"));
    EXPECT_EQ(atoms_of(baggage.set("a", "9").atoms()),
              (Hex{"f800", "f000", "ec62", "0032", "ec61", "0039", "", "f801", "0001", "f800",
                   "f000", "ec63"}));
}

TEST(BaggageFromAtoms, takes_no_other_bag_for_the_string_bag) {
    for (const Hex& other :
         {Hex{"f801", "f000", "ec61", "0031"}, Hex{"f900", "f000", "ec61", "0031"},
          Hex{"f800", "f001", "ec61", "0031"}, Hex{"f800", "ec61", "0031"},
          Hex{"f800", "f000", "ed61", "0031"}, Hex{"f000", "ec61", "0031"},
          Hex{"f800", "f000", "e461", "0031"}, Hex{"fc00", "f000", "ec61", "0031"}}) {
        const auto baggage = Baggage::from_atoms(list_of(other));
        EXPECT_EQ(baggage.size(), 0u) << other[0] << other[1];
        EXPECT_EQ(baggage.find("a"), std::nullopt);
        const auto changed = baggage.set("a", "2");
        EXPECT_EQ(changed.find("a"), "2");
        EXPECT_EQ(changed.remove("a").atoms(), baggage.atoms()) << other[0] << other[1];
    }
}

TEST(BaggageEdit, puts_a_first_entry_where_a_canonical_list_has_it) {
    const auto set = [](const Hex& atoms) {
        return atoms_of(Baggage::from_atoms(list_of(atoms)).set("k", "v").atoms());
    };
    EXPECT_EQ(set({"f801", "0001"}), (Hex{"f800", "f000", "ec6b", "0076", "f801", "0001"}));
    EXPECT_EQ(set({"0001", "f801", "0001"}),
              (Hex{"0001", "f800", "f000", "ec6b", "0076", "f801", "0001"}));
    EXPECT_EQ(set({"f800", "f001", "0001"}), (Hex{"f800", "f000", "ec6b", "0076", "f001", "0001"}));
    EXPECT_EQ(set({"f800", "f000", "0001", "e801", "0001", "ed", "01"}),
              (Hex{"f800", "f000", "0001", "e801", "0001", "ec6b", "0076", "ed", "01"}));
    EXPECT_EQ(set({"f800", "0001"}), (Hex{"f800", "0001", "f000", "ec6b", "0076"}));
}

TEST(BaggageEdit, leaves_markers_where_they_were) {
    const auto baggage =
        Baggage::from_atoms(list_of({"f800", "f000", "ec61", "0031", "", "ec62", "0032", ""}));
    EXPECT_EQ(atoms_of(baggage.set("a", "3").atoms()),
              (Hex{"f800", "f000", "ec61", "0033", "", "ec62", "0032", ""}));
    EXPECT_EQ(atoms_of(baggage.remove("b").atoms()), (Hex{"f800", "f000", "ec61", "0031", "", ""}));
    EXPECT_TRUE(baggage.remove("b").overflowed());
}

// All atoms that are not of the entries: their order and bytes are nobody's business here.
std::vector<std::string> foreign_atoms(std::string_view list) {
    std::vector<std::string> foreign;
    bool in_bag = false;
    bool in_field = false;
    bool in_entry = false;
    for (const std::string& atom : atoms_of(list)) {
        const int prefix = atom.empty() ? 0 : std::stoi(atom.substr(0, 2), nullptr, 16);
        if (prefix >= 0xe8) {
            in_bag = prefix >= 0xf8 ? atom == "f800" : in_bag;
            in_field = prefix >= 0xf0 ? prefix < 0xf8 && in_bag && atom == "f000" : in_field;
            in_entry = in_field && prefix == 0xec;
        }
        // The two headers come and go with the first and the last entry.
        if (atom.empty() || (!in_entry && atom != "f800" && atom != "f000")) {
            foreign.push_back(atom);
        }
    }
    return foreign;
}

TEST(BaggageEdit, changes_one_key_and_no_foreign_byte_whatever_the_list_looks_like) {
    Random random(9);
    std::size_t irregular = 0;
    for (int i = 0; i < 20000; ++i) {
        const auto before = Baggage::from_atoms(random.string_baggage());
        const std::string key = random.word(2);
        const std::string value = random.word(3);
        const auto after =
            random.one_in(2) ? before.set(*BaggageKey::parse(key), value, "p") : before.remove(key);
        ASSERT_EQ(foreign_atoms(after.atoms()), foreign_atoms(before.atoms()));
        ASSERT_EQ(after.overflowed(), before.overflowed());
        std::size_t others = 0;
        for (const auto& entry : before) {
            if (entry.key != key) {
                ++others;
                ASSERT_EQ(after.find(entry.key), entry.value);
                ASSERT_EQ(after.properties(entry.key), entry.properties);
            }
        }
        ASSERT_EQ(after.size(), others + (after.contains(key) ? 1 : 0));
        std::string last;
        for (const auto& entry : after) {
            ASSERT_TRUE(last.empty() || last < entry.key);
            last = entry.key;
        }
        irregular += before.buffer() != nullptr && before.buffer()->order.load() != nullptr ? 1 : 0;
    }
    EXPECT_GT(irregular, 1000u);  // or the generator does not make what this is about
}

TEST(BaggageEdit, removes_what_it_set_without_a_trace) {
    Random random(10);
    for (int i = 0; i < 10000; ++i) {
        const auto before = Baggage::from_atoms(random.string_baggage());
        const std::string key = "k" + random.word(2);
        const auto after = before.set(*BaggageKey::parse(key), random.bytes(5)).remove(key);
        // An empty bag 0 that its sender should not have written may go with the entry.
        if (before.size() != 0) {
            ASSERT_EQ(ctx::test::to_hex(after.atoms()), ctx::test::to_hex(before.atoms()));
        }
    }
}

TEST(BaggageBytes, of_any_kind_are_read_without_harm) {
    Random random(11);
    for (int i = 0; i < 20000; ++i) {
        std::string bytes = random.string_baggage();
        for (std::size_t n = random.below(4); n > 0 && !bytes.empty(); --n) {
            bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
        }
        const auto baggage = Baggage::from_atoms(bytes);
        std::size_t count = 0;
        for (const auto& entry : baggage) {
            ASSERT_EQ(baggage.find(entry.key), entry.value);
            ASSERT_EQ(baggage.find_all(entry.key).front(), entry.value);
            ++count;
        }
        ASSERT_EQ(baggage.size(), count);
    }
}

TEST(BaggageHandle, shares_one_buffer_among_copies) {
    const auto a = Baggage{}.set("k", "v");
    Baggage b = a;
    EXPECT_EQ(b.buffer(), a.buffer());
    const Baggage c = std::move(b);
    EXPECT_TRUE(b.empty());  // NOLINT(bugprone-use-after-move): moved from means empty
    EXPECT_EQ(c, a);
    b = c;
    b = *&b;
    EXPECT_EQ(b.find("k"), "v");
    EXPECT_EQ(a.buffer()->references.load(), 3u);
}

TEST(BaggageHandle, can_be_copied_read_and_dropped_by_many_threads) {
    const std::string bytes = list_of({"f800", "f000", "ec62", "0032", "ec61", "0031"});
    for (int round = 0; round < 50; ++round) {
        auto baggage = Baggage::from_atoms(bytes);
        std::vector<std::thread> threads;
        std::vector<std::size_t> sizes(4);
        for (std::size_t& size : sizes) {
            threads.emplace_back([copy = baggage, &size]() mutable {
                for (int i = 0; i < 50; ++i) {
                    const Baggage again = copy;
                    size = again.size() + entries_of(again).size();
                }
                copy = {};
            });
        }
        baggage = {};
        for (std::thread& thread : threads) {
            thread.join();
        }
        ASSERT_THAT(sizes, testing::Each(4u));
    }
}

TEST(BaggageKeys, are_tokens) {
    EXPECT_EQ(BaggageKey::parse("!#$%&'*+-.^_`|~09azAZ")->text(), "!#$%&'*+-.^_`|~09azAZ");
    for (const char* bad :
         {"", "a b", "a=b", "a,b", "a;b", "a\"b", "a/b", "\x7f", "\xc3\xa9", "a\t"}) {
        EXPECT_FALSE(BaggageKey::parse(bad).has_value()) << bad;
    }
    EXPECT_FALSE(BaggageKey::parse(std::string_view("\0", 1)).has_value());
    static_assert(BaggageKey("tenant") == *BaggageKey::parse("tenant"));
}

}  // namespace
