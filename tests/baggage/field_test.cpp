#include <ctx/baggage/field.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

using ctx::Baggage;
using ctx::EntryType;
using ctx::Field;
using ctx::FieldScratch;
using ctx::MergeRule;
using ctx::Send;

std::string value_in(const Field& field, const Baggage& baggage) {
    FieldScratch scratch;
    return std::string(field.value_in(baggage, scratch));
}

TEST(Field, is_not_logged_no_label_and_in_no_span_unless_declared_so) {
    const Field field("customer");
    EXPECT_EQ(field.key(), "customer");
    EXPECT_EQ(field.log_policy(), ctx::LogPolicy::none);
    EXPECT_EQ(field.label_name(), "");
    EXPECT_FALSE(field.in_spans());
    EXPECT_EQ(value_in(field, Baggage{}), "");
}

TEST(Field, goes_everywhere_inside_and_nowhere_outside_unless_declared_so) {
    EXPECT_EQ(Field("a").send(), Send::inside);
    EXPECT_FALSE(Field("a").ttl().has_value());
    using ctx::Destination;
    for (const Destination to : {Destination::inside, Destination::partner, Destination::outside}) {
        EXPECT_FALSE(ctx::reaches(Send::none, to));
        EXPECT_EQ(ctx::reaches(Send::inside, to), to == Destination::inside);
        EXPECT_EQ(ctx::reaches(Send::partner, to), to != Destination::outside);
        EXPECT_TRUE(ctx::reaches(Send::outside, to));
    }
}

TEST(Field, reads_the_entry_within_its_size_or_the_default) {
    const Field field = Field("customer").default_value("none").max_bytes(5);
    EXPECT_EQ(value_in(field, Baggage{}), "none");
    EXPECT_EQ(value_in(field, Baggage{}.set("customer", "")), "");
    EXPECT_EQ(value_in(field, Baggage{}.set("customer", "123456")), "12345");
    EXPECT_EQ(value_in(field, Baggage{}.set("customer", "1234\xc3\xa9")), "1234");
}

TEST(Field, shows_readers_64_bytes_and_limits_nothing_unless_a_size_is_given) {
    EXPECT_EQ(Field("a").max_bytes(), 64U);
    EXPECT_FALSE(Field("a").limits_size());
    EXPECT_TRUE(Field("a").max_bytes(64).limits_size());
    EXPECT_EQ(value_in(Field("a"), Baggage{}.set("a", std::string(100, 'x'))).size(), 64U);
}

TEST(Field, shows_no_part_of_a_number) {
    const Field number = Field("n").type(EntryType::int64).max_bytes(2).default_value("0");
    EXPECT_EQ(value_in(number, Baggage{}.set("n", "12")), "12");
    EXPECT_EQ(value_in(number, Baggage{}.set("n", "123")), "0");
}

TEST(Field, reads_the_whole_value_when_asked_to_find_it) {
    FieldScratch scratch;
    const Baggage baggage = Baggage{}.set("a", std::string(100, 'x'));
    EXPECT_EQ(Field("a").default_value("d").find_in(baggage, scratch)->size(), 100U);
    EXPECT_FALSE(Field("b").default_value("d").find_in(baggage, scratch).has_value());
}

TEST(Field, of_a_type_shows_only_values_of_that_type) {
    const auto sees = [](EntryType type, std::string_view value) {
        FieldScratch scratch;
        return Field("n").type(type).find_in(Baggage{}.set("n", value), scratch).has_value();
    };
    for (const char* good : {"0", "-1", "9223372036854775807", "-9223372036854775808", "007"}) {
        EXPECT_TRUE(sees(EntryType::int64, good)) << good;
    }
    for (const char* bad : {"", "+1", " 1", "1 ", "1.0", "9223372036854775808", "0x1", "--1"}) {
        EXPECT_FALSE(sees(EntryType::int64, bad)) << bad;
    }
    for (const char* good : {"0", "-0.5", "1e9", "12", ".5"}) {
        EXPECT_TRUE(sees(EntryType::float64, good)) << good;
    }
    for (const char* bad : {"", "nan", "inf", "-inf", "1e999", "1,5", "1.5x", "+1"}) {
        EXPECT_FALSE(sees(EntryType::float64, bad)) << bad;
    }
    EXPECT_TRUE(sees(EntryType::boolean, "true"));
    EXPECT_TRUE(sees(EntryType::boolean, "false"));
    for (const char* bad : {"", "True", "1", "truee"}) {
        EXPECT_FALSE(sees(EntryType::boolean, bad)) << bad;
    }
}

Baggage branches(std::initializer_list<const char*> values) {
    Baggage joined;
    for (const char* value : values) {
        joined = join(joined, Baggage{}.set("k", value));
    }
    return joined;
}

TEST(MergeRule, chooses_among_the_values_that_branches_left) {
    const Field text("k");
    const Field number = Field("k").type(EntryType::int64);
    const Field decimal = Field("k").type(EntryType::float64);
    EXPECT_EQ(value_in(text, branches({"9", "10"})), "10");
    EXPECT_EQ(value_in(text.merge(MergeRule::min), branches({"9", "10"})), "10");
    EXPECT_EQ(value_in(text.merge(MergeRule::max), branches({"10", "9"})), "9");
    EXPECT_EQ(value_in(number, branches({"9", "10"})), "10");
    EXPECT_EQ(value_in(number.merge(MergeRule::min), branches({"9", "10"})), "9");
    EXPECT_EQ(value_in(number.merge(MergeRule::max), branches({"9", "-10", "10"})), "10");
    EXPECT_EQ(value_in(decimal.merge(MergeRule::max), branches({"9.5", "1e1"})), "1e1");
    EXPECT_EQ(value_in(decimal.merge(MergeRule::min), branches({"-1e1", "-9.5"})), "-1e1");
}

TEST(MergeRule, chooses_the_same_whatever_the_order_of_the_joins) {
    const Field number = Field("k").type(EntryType::int64).merge(MergeRule::max);
    EXPECT_EQ(value_in(number, branches({"7", "007", "5"})), "007");
    EXPECT_EQ(value_in(number, branches({"5", "007", "7"})), "007");
}

TEST(MergeRule, passes_over_values_that_are_not_of_the_type) {
    const Field number = Field("k").type(EntryType::int64).default_value("0");
    EXPECT_EQ(value_in(number, branches({"3", "!"})), "3");
    EXPECT_EQ(value_in(number.merge(MergeRule::max), branches({"zzz", "3"})), "3");
    EXPECT_EQ(value_in(number, branches({"x"})), "0");
}

// What the runtime of typed bags will supply: the last data atom of the list as a decimal number.
std::optional<std::string_view> read_last_byte(const Baggage& baggage, std::uint32_t bag,
                                               std::uint32_t field,
                                               FieldScratch& scratch) noexcept {
    if (baggage.empty() || bag != 10 || field != 3) {
        return std::nullopt;
    }
    const auto byte = static_cast<unsigned char>(baggage.atoms().back());
    scratch.bytes[0] = static_cast<char>('0' + byte / 10);
    scratch.bytes[1] = static_cast<char>('0' + byte % 10);
    return std::string_view(scratch.bytes.data(), 2);
}

TEST(FieldOfABag, is_read_through_its_reader) {
    const Field field = Field::of_bag(10, 3, &read_last_byte, "ride.seats").default_value("none");
    EXPECT_EQ(field.key(), "ride.seats");
    EXPECT_TRUE(field.source().in_bag);
    EXPECT_EQ(value_in(field, Baggage{}), "none");
    const std::string_view atoms("\x02\xf8\x0a\x02\xf0\x03\x02\x00\x2a", 9);
    EXPECT_EQ(value_in(field, Baggage::from_atoms(atoms)), "42");
    EXPECT_EQ(value_in(field.max_bytes(1), Baggage::from_atoms(atoms)), "4");
}

TEST(FieldOfABag, never_reads_a_string_entry_of_its_name) {
    const Field field = Field::of_bag(11, 3, &read_last_byte, "seats");
    EXPECT_EQ(value_in(field, Baggage{}.set("seats", "4")), "");
}

}  // namespace
