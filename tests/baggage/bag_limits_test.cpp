#include "baggage/hex.hpp"
#include <ctx/baggage/bdl.hpp>
#include <ctx/baggage/governance.hpp>

#include <gtest/gtest.h>

namespace {

using namespace ctx;
using ctx::test::atoms_of;
using ctx::test::list_of;
using ctx::test::to_hex;

FieldSet set_of(std::vector<Field> fields) {
    return FieldSet::create(std::move(fields)).value();
}

template <typename Type>
std::string shown(const std::vector<std::string>& atoms) {
    FieldScratch scratch;
    const auto field = bdl::field<Type>(10, 1, "field");
    return std::string(field.value_in(Baggage::from_atoms(list_of(atoms)), scratch));
}

TEST(BdlField, shows_each_single_valued_type_as_text) {
    EXPECT_EQ(shown<bdl::String>({"f80a", "f001", "006869"}), "hi");
    EXPECT_EQ(shown<bdl::Int32>({"f80a", "f001", "00a710"}), "10000");
    EXPECT_EQ(shown<bdl::Sint64>({"f80a", "f001", "003fbf"}), "-65");
    EXPECT_EQ(shown<bdl::Double>({"f80a", "f001", "003ff8000000000000"}), "1.5");
    EXPECT_EQ(shown<bdl::Bool>({"f80a", "f001", "0000"}), "false");
    EXPECT_EQ(shown<bdl::Taint>({"f80a", "f001", "0000", "0001"}), "true");
    EXPECT_EQ(shown<bdl::Counter>({"f80a", "f001", "ecaaaaaaaa", "00fc", "ecbbbbbbbb", "00fa"}),
              "8");
    EXPECT_EQ(shown<bdl::Max<bdl::Int32>>({"f80a", "f001", "007a"}), "5");
}

TEST(BdlField, shows_nothing_of_what_is_absent_or_holds_many_values) {
    EXPECT_EQ(shown<bdl::String>({"f80a", "f002", "006869"}), "");
    EXPECT_EQ(shown<bdl::Set<bdl::String>>({"f80a", "f001", "006869"}), "");
}

TEST(BagLimits, cut_text_between_characters_where_it_comes_in) {
    const auto fields = set_of({bdl::field<bdl::String>(10, 1, "name").max_bytes(4)});
    const auto baggage =
        Baggage::from_atoms(list_of({"f80a", "f001", "00616263c3a9", "f002", "0007"}));
    FieldReport report;
    const auto kept = admitted(baggage, fields, Destination::inside, &report);
    EXPECT_EQ(atoms_of(kept.atoms()),
              (std::vector<std::string>{"f80a", "f001", "00616263", "f002", "0007"}));
    EXPECT_EQ(report.count(FieldAction::truncated), 1u);
}

TEST(BagLimits, drop_what_cannot_be_cut) {
    const auto fields = set_of({bdl::field<bdl::Set<bdl::String>>(10, 1, "groups").max_bytes(4),
                                bdl::field<bdl::Int32>(10, 2, "tier").max_bytes(2)});
    const auto baggage = Baggage::from_atoms(
        list_of({"f80a", "f001", "0061", "0062", "f002", "00a710", "f003", "0001"}));
    FieldReport report;
    const auto kept = admitted(baggage, fields, Destination::inside, &report);
    EXPECT_EQ(to_hex(kept.atoms()), to_hex(list_of({"f80a", "f003", "0001"})));
    EXPECT_EQ(report.count(FieldAction::dropped), 2u);
}

TEST(BagLimits, leave_what_is_within_them_alone) {
    const auto fields = set_of({bdl::field<bdl::String>(10, 1, "name").max_bytes(3)});
    const auto baggage = Baggage::from_atoms(list_of({"f80a", "f001", "00616263"}));
    EXPECT_EQ(admitted(baggage, fields, Destination::inside).buffer(), baggage.buffer());
}

}  // namespace
