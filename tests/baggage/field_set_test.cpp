#include <ctx/baggage/field_set.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace {

using ctx::Baggage;
using ctx::Destination;
using ctx::EntryType;
using ctx::Field;
using ctx::FieldScratch;
using ctx::FieldSet;
using ctx::LogPolicy;
using ctx::MergeRule;
using ctx::Send;
using testing::HasSubstr;

std::optional<std::string_view> read_nothing(const Baggage& /*baggage*/, std::uint32_t /*bag*/,
                                             std::uint32_t /*field*/,
                                             FieldScratch& /*scratch*/) noexcept {
    return std::nullopt;
}

FieldSet set_of(std::initializer_list<Field> fields, const ctx::FieldSetOptions& options = {}) {
    auto made = FieldSet::create(fields, options);
    EXPECT_TRUE(made.ok()) << made.status();
    return made.ok() ? *made : FieldSet{};
}

TEST(FieldSet, sorts_fields_by_what_may_be_done_with_them) {
    const FieldSet fields =
        set_of({Field("customer").log().label("customer").span_as("app.customer"),
                Field("session").log_as("session.id").log(), Field("internal").max_bytes(9)});
    ASSERT_EQ(fields.fields().size(), 3U);
    ASSERT_EQ(fields.log_fields().size(), 2U);
    EXPECT_EQ(fields.log_fields()[0].log_name(), "customer");
    EXPECT_EQ(fields.log_fields()[1].log_name(), "session.id");
    ASSERT_EQ(fields.label_fields().size(), 1U);
    EXPECT_EQ(fields.label_fields()[0].label_name(), "customer");
    ASSERT_EQ(fields.span_fields().size(), 1U);
    EXPECT_EQ(fields.span_fields()[0].span_name(), "app.customer");
    ASSERT_NE(fields.find("internal"), nullptr);
    EXPECT_EQ(fields.find("internal")->max_bytes(), 9U);
    EXPECT_EQ(fields.find("unknown"), nullptr);
}

TEST(FieldSet, is_empty_when_nothing_is_declared) {
    EXPECT_EQ(FieldSet().fields().size(), 0U);
    EXPECT_EQ(FieldSet().find("a"), nullptr);
    EXPECT_TRUE(FieldSet::create({}).ok());
}

TEST(FieldSet, tells_string_entries_from_fields_of_bags) {
    const FieldSet fields =
        set_of({Field("tenant"), Field::of_bag(10, 3, &read_nothing, "ride.seats")});
    EXPECT_NE(fields.find("ride.seats"), nullptr);
    EXPECT_EQ(fields.find_entry("ride.seats"), nullptr);
    EXPECT_NE(fields.find_entry("tenant"), nullptr);
    EXPECT_EQ(fields.find_in_bag(10, 3), fields.find("ride.seats"));
    EXPECT_EQ(fields.find_in_bag(10, 4), nullptr);
    EXPECT_EQ(fields.find_in_bag(0, 0), nullptr);
}

std::string refusal(std::initializer_list<Field> fields) {
    const auto made = FieldSet::create(fields);
    EXPECT_EQ(made.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(made.status().message());
}

TEST(FieldSet, refuses_contradictions_and_names_the_field) {
    EXPECT_EQ(refusal({Field("a"), Field("b"), Field("a").log()}), "field \"a\": declared twice");
    EXPECT_THAT(refusal({Field("a").log(), Field("b").log().log_as("a")}),
                HasSubstr("field \"b\""));
    EXPECT_THAT(refusal({Field("a").label("x"), Field("b").label("x")}), HasSubstr("field \"b\""));
    EXPECT_THAT(refusal({Field("a").span(), Field("b").span_as("a")}), HasSubstr("field \"b\""));
    EXPECT_THAT(refusal({Field("a").label("1x")}), HasSubstr("\"1x\""));
    EXPECT_THAT(refusal({Field("a").label("__x")}), HasSubstr("\"__x\""));
    EXPECT_THAT(refusal({Field("a").label("x-y")}), HasSubstr("\"x-y\""));
    EXPECT_THAT(refusal({Field("a").log().log_as("")}), HasSubstr("field \"a\""));
    EXPECT_THAT(refusal({Field("a").span_as("")}), HasSubstr("field \"a\""));
    EXPECT_THAT(refusal({Field("a").max_bytes(0)}), HasSubstr("max_bytes"));
}

TEST(FieldSet, refuses_rules_that_cannot_hold) {
    EXPECT_EQ(refusal({Field("a").max_bytes(3).default_value("four")}),
              "field \"a\": the default is longer than max_bytes");
    EXPECT_EQ(refusal({Field("a").type(EntryType::int64).default_value("none")}),
              "field \"a\": the default is not of the declared type");
    EXPECT_THAT(refusal({Field("a").ttl(0)}), HasSubstr("field \"a\": ttl must not be 0"));
    EXPECT_EQ(refusal({Field("a").ttl(1).send(Send::none)}),
              "field \"a\": has a ttl, but is never sent");
}

TEST(FieldSet, refuses_the_last_writer_and_points_to_typed_bags) {
    EXPECT_THAT(refusal({Field("a").merge(MergeRule::last)}), HasSubstr("last<T> in a typed bag"));
}

TEST(FieldSet, refuses_what_a_field_of_a_bag_cannot_be) {
    const Field field = Field::of_bag(10, 3, &read_nothing, "ride.seats");
    EXPECT_THAT(refusal({Field::of_bag(10, 3, nullptr, "r")}), HasSubstr("reader"));
    EXPECT_THAT(refusal({Field::of_bag(10, 3, &read_nothing, "")}), HasSubstr("name"));
    EXPECT_THAT(refusal({Field::of_bag(0, 0, &read_nothing, "s")}), HasSubstr("string entries"));
    EXPECT_THAT(refusal({field, Field::of_bag(10, 3, &read_nothing, "other")}),
                HasSubstr("the same field of the same bag as \"ride.seats\""));
    for (const Field& wrong : {field.type(EntryType::int64), field.merge(MergeRule::max),
                               field.ttl(1), field.priority(1)}) {
        EXPECT_THAT(refusal({wrong}), HasSubstr("in its schema"));
    }
}

TEST(FieldSet, minds_log_names_only_of_what_is_logged) {
    EXPECT_TRUE(FieldSet::create({Field("a").log(), Field("b").log_as("a")}).ok());
}

TEST(FieldSet, knows_whether_it_restricts_anything) {
    const FieldSet open = set_of({Field("a").log(), Field("b").label("b").send(Send::outside)});
    EXPECT_FALSE(open.restricts_sending(Destination::inside));
    EXPECT_FALSE(open.restricts_admission(Destination::inside));
    EXPECT_TRUE(open.restricts_sending(Destination::partner));
    EXPECT_TRUE(open.restricts_admission(Destination::outside));
    EXPECT_FALSE(open.has_ttl());
    EXPECT_TRUE(FieldSet().restricts_sending(Destination::outside));
    EXPECT_TRUE(set_of({Field("a").send(Send::none)}).restricts_sending(Destination::inside));
    EXPECT_TRUE(set_of({Field("a").ttl(3)}).restricts_sending(Destination::inside));
    EXPECT_TRUE(set_of({Field("a").ttl(3)}).has_ttl());
    EXPECT_FALSE(set_of({Field("a").max_bytes(3)}).restricts_sending(Destination::inside));
    EXPECT_TRUE(set_of({Field("a").max_bytes(3)}).restricts_admission(Destination::inside));
    EXPECT_TRUE(
        set_of({Field("a").type(EntryType::int64)}).restricts_admission(Destination::inside));
}

std::string shown(const FieldSet& fields, const Baggage& baggage) {
    FieldScratch scratch;
    return std::string(fields.shown(fields.fields()[0], baggage, scratch).text);
}

TEST(LogPolicyPlain, shows_the_value_within_its_limit_and_says_when_it_was_cut) {
    const FieldSet fields = set_of({Field("v").log().max_bytes(4)});
    FieldScratch scratch;
    const Baggage long_value = Baggage{}.set("v", "12345");
    const auto cut = fields.shown(fields.fields()[0], long_value, scratch);
    EXPECT_EQ(cut.text, "1234");
    EXPECT_TRUE(cut.cut);
    EXPECT_FALSE(fields.shown(fields.fields()[0], Baggage{}.set("v", "1234"), scratch).cut);
}

TEST(LogPolicyMask, shows_the_last_four_characters_of_more_than_eight) {
    const FieldSet fields = set_of({Field("v").log(LogPolicy::mask)});
    const auto masked = [&](std::string_view value) {
        return shown(fields, Baggage{}.set("v", value));
    };
    EXPECT_EQ(masked("4111111111111234"), "****1234");
    EXPECT_EQ(masked("123456789"), "****6789");
    EXPECT_EQ(masked("12345678"), "****");
    EXPECT_EQ(masked("1"), "****");
    EXPECT_EQ(masked(std::string(100, 'x') + "last"), "****last");  // of the whole value
    EXPECT_EQ(shown(fields, Baggage{}), "");
}

TEST(LogPolicyMask, counts_characters_and_not_bytes) {
    const FieldSet fields = set_of({Field("v").log(LogPolicy::mask)});
    const auto masked = [&](std::string_view value) {
        return shown(fields, Baggage{}.set("v", value));
    };
    EXPECT_EQ(masked("éééééééé"), "****");
    EXPECT_EQ(masked("éééééééé€"), "****ééé€");
    EXPECT_EQ(masked("12345\xF0\x9F\x98\x80\xF0\x9F\x98\x81\xF0\x9F\x98\x82\xF0\x9F\x98\x83"),
              "****\xF0\x9F\x98\x80\xF0\x9F\x98\x81\xF0\x9F\x98\x82\xF0\x9F\x98\x83");
}

constexpr ctx::HashKey shared_key{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

TEST(LogPolicyHash, shows_16_digits_that_services_with_the_same_key_share) {
    const FieldSet here = set_of({Field("v").log(LogPolicy::hash)}, {.hash_key = shared_key});
    const FieldSet there =
        set_of({Field("v").log(LogPolicy::hash).log_as("w"), Field("x")}, {.hash_key = shared_key});
    // As `printf customer | openssl mac -macopt hexkey:000102…0F -macopt size:16 SIPHASH` begins.
    EXPECT_EQ(shown(here, Baggage{}.set("v", "customer")), "aeed9e464f58e7ea");
    EXPECT_EQ(shown(there, Baggage{}.set("v", "customer")),
              shown(here, Baggage{}.set("v", "customer")));
    EXPECT_NE(shown(here, Baggage{}.set("v", "Customer")),
              shown(here, Baggage{}.set("v", "customer")));
    EXPECT_EQ(shown(here, Baggage{}), "");
}

TEST(LogPolicyHash, covers_the_whole_value_and_not_what_readers_see_of_it) {
    const FieldSet fields = set_of({Field("v").log(LogPolicy::hash)}, {.hash_key = shared_key});
    const std::string longer(100, 'x');
    EXPECT_NE(shown(fields, Baggage{}.set("v", longer + "a")),
              shown(fields, Baggage{}.set("v", longer + "b")));
}

TEST(LogPolicyHash, has_a_random_key_unless_one_is_given) {
    const Baggage baggage = Baggage{}.set("v", "customer");
    const FieldSet one = set_of({Field("v").log(LogPolicy::hash)});
    const FieldSet other = set_of({Field("v").log(LogPolicy::hash)});
    const FieldSet copy = one;
    EXPECT_EQ(shown(one, baggage).size(), 16U);
    EXPECT_NE(shown(one, baggage), shown(other, baggage));
    EXPECT_EQ(shown(one, baggage), shown(copy, baggage));
}

}  // namespace
