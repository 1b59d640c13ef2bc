// What partners and outsiders get of typed bags, compared with a slow and obvious filter.

#include "baggage/hex.hpp"
#include <ctx/baggage/governance.hpp>
#include <ctx/baggage/header.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace {

using ctx::Baggage;
using ctx::Destination;
using ctx::Field;
using ctx::FieldSet;
using ctx::outgoing;
using ctx::Send;
using ctx::test::list_of;

std::optional<std::string_view> read_nothing(const Baggage& /*baggage*/, std::uint32_t /*bag*/,
                                             std::uint32_t /*field*/,
                                             ctx::FieldScratch& /*scratch*/) noexcept {
    return std::nullopt;
}

Field bag_field(std::uint32_t bag, std::uint32_t field, const std::string& name) {
    return Field::of_bag(bag, field, &read_nothing, name);
}

FieldSet declared() {
    auto made = FieldSet::create(
        {bag_field(10, 3, "partner").send(Send::partner), bag_field(10, 4, "inside"),
         bag_field(300, 1, "all").send(Send::outside), Field("s").send(Send::partner)});
    EXPECT_TRUE(made.ok()) << made.status();
    return *made;
}

std::string sent(const std::string& atoms, Destination to) {
    return std::string(outgoing(Baggage::from_atoms(atoms), declared(), to).atoms());
}

TEST(BagFilter, lets_everything_pass_inside_byte_for_byte) {
    const std::string odd = list_of({"0031", "f80a", "f003", "", "f80a", "f001", "f80a", "0005"});
    EXPECT_EQ(sent(odd, Destination::inside), odd);
}

TEST(BagFilter, lets_only_declared_fields_pass_to_partners_and_outside) {
    const std::string atoms = list_of({"f800",   "f000", "ec73", "0031", "ec74", "0032",  //
                                       "f809",   "f003", "0007",                          //
                                       "f80a",   "0006", "f002", "0001", "f003", "0002",  //
                                       "e801",   "0003", "e46b", "0004", "f004", "0005",  //
                                       "f8812c", "f001", "0008", "f002", "0009"});
    EXPECT_EQ(sent(atoms, Destination::inside), atoms);
    EXPECT_EQ(sent(atoms, Destination::partner),
              list_of({"f800", "f000", "ec73", "0031", "f80a", "f003", "0002", "e801", "0003",
                       "e46b", "0004", "f8812c", "f001", "0008"}));
    EXPECT_EQ(sent(atoms, Destination::outside), list_of({"f8812c", "f001", "0008"}));
}

TEST(BagFilter, writes_no_header_without_content) {
    EXPECT_EQ(sent(list_of({"f80a", "f003", "f004", "0005"}), Destination::partner), "");
    EXPECT_EQ(sent(list_of({"f80a", "f003", "e801", "e802", "0001"}), Destination::partner),
              list_of({"f80a", "f003", "e802", "0001"}));
    EXPECT_TRUE(
        outgoing(Baggage::from_atoms(list_of({"f809", "0001"})), declared(), Destination::outside)
            .empty());
}

TEST(BagFilter, leaves_overflow_markers_where_they_are) {
    EXPECT_EQ(sent(list_of({"f809", "0001", "", "f80a", "f003", "0002", "", "f004", "0003"}),
                   Destination::partner),
              list_of({"", "f80a", "f003", "0002", ""}));
    // A field that holds only a marker says that its content was cut off.
    EXPECT_EQ(sent(list_of({"f80a", "f003", ""}), Destination::partner),
              list_of({"f80a", "f003", ""}));
    EXPECT_TRUE(outgoing(Baggage::from_atoms(list_of({"f809", "0001", ""})), declared(),
                         Destination::outside)
                    .overflowed());
}

TEST(BagFilter, takes_no_disguised_header_for_a_declared_one) {
    for (const char* header : {"fa0a", "f90a", "fc0a", "f8", "f8ff"}) {  // reserved, first, keyed…
        EXPECT_EQ(sent(list_of({header, "f003", "0001"}), Destination::partner), "") << header;
    }
    EXPECT_EQ(sent(list_of({"f80a", "f403", "0001", "f103", "0002"}), Destination::partner), "");
    EXPECT_EQ(sent(list_of({"f003", "0001", "0002"}), Destination::partner), "");  // in no bag
}

TEST(BagFilter, keeps_a_field_that_is_never_sent_from_going_inside_and_nothing_else) {
    const auto fields = FieldSet::create({bag_field(10, 3, "local").send(Send::none)});
    ASSERT_TRUE(fields.ok());
    const auto sent_inside = [&](const std::vector<std::string>& atoms) {
        return std::string(
            outgoing(Baggage::from_atoms(list_of(atoms)), *fields, Destination::inside).atoms());
    };
    EXPECT_EQ(sent_inside({"0001", "f800", "f000", "ec73", "0031", "f809", "f003",
                           "f80a", "0006", "f002", "0001", "f003", "0002", "e801",
                           "0003", "",     "f004", "0005", "f80b", "f003", "0009"}),
              list_of({"0001", "f800", "f000", "ec73", "0031", "f809", "f003", "f80a", "0006",
                       "f002", "0001", "", "f004", "0005", "f80b", "f003", "0009"}));
    EXPECT_EQ(sent_inside({"f80a", "f003", "0002"}), "");
    const auto untouched = Baggage::from_atoms(list_of({"f80a", "f004", "0002", "f80b", "f003"}));
    EXPECT_EQ(outgoing(untouched, *fields, Destination::inside).buffer(), untouched.buffer());
    const auto whole = Baggage::from_atoms(list_of({"f80a", "f003", "0002"}));
    EXPECT_EQ(admitted(whole, *fields, Destination::inside).buffer(), whole.buffer());
}

TEST(BagFilter, reports_bags_and_fields_that_stay) {
    struct Heard {
        std::vector<std::string> events;
    } heard;
    ctx::FieldReport report{
        [](void* target, const ctx::FieldEvent& event) noexcept {
            static_cast<Heard*>(target)->events.push_back(std::string(event.key) + " " +
                                                          std::string(to_string(event.reason)) +
                                                          " " + std::to_string(event.size_before));
        },
        &heard};
    const auto baggage = Baggage::from_atoms(
        list_of({"f809", "f001", "0001", "f002", "0001", "f80a", "f003", "0002", "f004", "0003",
                 "f009", "0004", "f8812c", "f001", "0008", "f8812d", "0001"}));
    static_cast<void>(outgoing(baggage, declared(), Destination::partner, &report));
    EXPECT_THAT(heard.events,
                testing::ElementsAre("bag 9 undeclared 15", "bag 10 field 4 boundary 6",
                                     "bag 10 field 9 undeclared 6", "bag 301 undeclared 7"));
    heard.events.clear();
    static_cast<void>(outgoing(Baggage::from_atoms(list_of({"f80a", "f003", "0002"})), declared(),
                               Destination::outside, &report));
    EXPECT_THAT(heard.events, testing::ElementsAre("bag 10 boundary 9"));
}

TEST(BagFilter, works_the_same_on_the_way_in) {
    const auto baggage =
        Baggage::from_atoms(list_of({"f809", "0001", "f80a", "f003", "0002", "f004", "0003"}));
    EXPECT_EQ(admitted(baggage, declared(), Destination::inside), baggage);
    EXPECT_EQ(admitted(baggage, declared(), Destination::partner).atoms(),
              list_of({"f80a", "f003", "0002"}));
}

/// The slow way: paths of headers, content under a declared path, and a tree built anew.
std::string reference(const std::string& atoms, Destination to) {
    std::vector<std::string> path(16);
    std::vector<std::string> written(16);
    std::string out;
    ctx::AtomReader reader(atoms);
    while (const auto atom = reader.next()) {
        const auto header = ctx::parse_header(*atom);
        if (header.has_value()) {
            path[header->level] = std::string(*atom);
            written[header->level].clear();
            for (std::size_t i = header->level + 1; i < path.size(); ++i) {
                path[i].clear();
                written[i].clear();
            }
            continue;
        }
        const bool in_partner_field = path[0] == "\xf8\x0a" && path[1] == "\xf0\x03";
        const bool in_open_field = path[0] == "\xf8\x81\x2c" && path[1] == "\xf0\x01";
        const bool in_entry = path[0] == std::string("\xf8\0", 2) &&
                              path[1] == std::string("\xf0\0", 2) && path[2] == "\xecs";
        const bool kept =
            in_open_field || (to == Destination::partner && (in_partner_field || in_entry));
        if (kept) {
            for (std::size_t i = 0; i < path.size(); ++i) {
                if (!path[i].empty() && written[i].empty()) {
                    ctx::append_atom(out, path[i]);
                    written[i] = path[i];
                }
            }
        }
        if (kept || atom->empty()) {
            ctx::append_atom(out, *atom);
        }
    }
    return out;
}

TEST(BagFilter, agrees_with_the_slow_way_on_random_lists) {
    const std::vector<std::string> pieces = {
        "f800", "f000", "ec73", "ec74", "e431", "f80a", "f003", "f004", "f8812c", "f001",
        "e801", "e46b", "e002", "0001", "0031", "",     "f8",   "fa0a", "f403",   "9001"};
    std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same lists every time
    std::uniform_int_distribution<std::size_t> piece(0, pieces.size() - 1);
    std::uniform_int_distribution<std::size_t> length(1, 24);
    for (int round = 0; round < 20000; ++round) {
        std::vector<std::string> list(length(random));
        for (std::string& atom : list) {
            atom = pieces[piece(random)];
        }
        std::string atoms;
        for (const std::string& atom : list) {
            ctx::append_atom(atoms, ctx::test::from_hex(atom));
        }
        for (const Destination to : {Destination::partner, Destination::outside}) {
            ASSERT_EQ(ctx::test::to_hex(sent(atoms, to)), ctx::test::to_hex(reference(atoms, to)))
                << ctx::test::to_hex(atoms);
        }
    }
}

}  // namespace
