#include <ctx/baggage/field.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using ctx::Baggage;
using ctx::Field;
using ctx::FieldSet;
using testing::HasSubstr;

TEST(Field, is_neither_logged_nor_a_label_unless_declared_so) {
    const Field field("customer");
    EXPECT_EQ(field.key(), "customer");
    EXPECT_EQ(field.log_policy(), ctx::LogPolicy::none);
    EXPECT_EQ(field.label_name(), "");
    EXPECT_EQ(field.max_bytes(), 64u);
    EXPECT_EQ(field.value_in(Baggage{}), "");
}

TEST(Field, reads_the_entry_within_its_size_or_the_default) {
    const Field field = Field("customer").default_value("none").max_bytes(5);
    EXPECT_EQ(field.value_in(Baggage{}), "none");
    EXPECT_EQ(field.value_in(Baggage{}.set("customer", "")), "");
    EXPECT_EQ(field.value_in(Baggage{}.set("customer", "123456")), "12345");
    EXPECT_EQ(field.value_in(Baggage{}.set("customer", "1234\xc3\xa9")), "1234");
}

TEST(FieldSet, sorts_fields_by_what_may_be_done_with_them) {
    const auto fields = FieldSet::create({Field("customer").log().label("customer"),
                                          Field("session").log_as("session.id").log(),
                                          Field("internal").max_bytes(9)});
    ASSERT_TRUE(fields.ok()) << fields.status();
    ASSERT_EQ(fields->fields().size(), 3u);
    ASSERT_EQ(fields->log_fields().size(), 2u);
    EXPECT_EQ(fields->log_fields()[0].log_name(), "customer");
    EXPECT_EQ(fields->log_fields()[1].log_name(), "session.id");
    ASSERT_EQ(fields->label_fields().size(), 1u);
    EXPECT_EQ(fields->label_fields()[0].label_name(), "customer");
    ASSERT_NE(fields->find("internal"), nullptr);
    EXPECT_EQ(fields->find("internal")->max_bytes(), 9u);
    EXPECT_EQ(fields->find("unknown"), nullptr);
}

TEST(FieldSet, is_empty_when_nothing_is_declared) {
    EXPECT_EQ(FieldSet().fields().size(), 0u);
    EXPECT_EQ(FieldSet().find("a"), nullptr);
    EXPECT_TRUE(FieldSet::create({}).ok());
}

TEST(FieldSet, refuses_contradictions_and_names_the_field) {
    const auto message = [](std::initializer_list<Field> fields) {
        const auto made = FieldSet::create(fields);
        EXPECT_EQ(made.status().code(), absl::StatusCode::kInvalidArgument);
        return std::string(made.status().message());
    };
    EXPECT_EQ(message({Field("a"), Field("b"), Field("a").log()}), "field \"a\": declared twice");
    EXPECT_THAT(message({Field("a").log(), Field("b").log().log_as("a")}),
                HasSubstr("field \"b\""));
    EXPECT_THAT(message({Field("a").label("x"), Field("b").label("x")}), HasSubstr("field \"b\""));
    EXPECT_THAT(message({Field("a").label("1x")}), HasSubstr("\"1x\""));
    EXPECT_THAT(message({Field("a").label("__x")}), HasSubstr("\"__x\""));
    EXPECT_THAT(message({Field("a").label("x-y")}), HasSubstr("\"x-y\""));
    EXPECT_THAT(message({Field("a").log().log_as("")}), HasSubstr("field \"a\""));
    EXPECT_THAT(message({Field("a").max_bytes(0)}), HasSubstr("max_bytes"));
}

TEST(FieldSet, minds_log_names_only_of_what_is_logged) {
    EXPECT_TRUE(FieldSet::create({Field("a").log(), Field("b").log_as("a")}).ok());
}

}  // namespace
