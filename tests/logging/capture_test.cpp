#include "logging/contexts.hpp"
#include <ctx/context.hpp>
#include <ctx/logging/capture.hpp>

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace {

using ctx::log::RecordContext;
using ctx::log::split_capture;

std::string carry(std::string message, const RecordContext& context) {
    const std::size_t before = message.size();
    message.resize(before + ctx::log::capture_bytes(context));
    EXPECT_EQ(ctx::log::append_capture(message.data() + before, context),
              message.data() + message.size());
    return message;
}

RecordContext context_to_carry() {
    const auto span = ctx::test::span_context();
    return {span.trace_id, span.span_id, span.flags, R"(,"tenant":"acme")", {}};
}

TEST(Capture, comes_back_as_it_was_behind_any_message) {
    for (const std::string& message :
         {std::string{}, std::string{"hi"}, std::string(2 << 20, 'x'), std::string(40, '\0')}) {
        const std::string payload = carry(message, context_to_carry());
        const auto carried = split_capture(payload);
        ASSERT_TRUE(carried.has_value());
        EXPECT_EQ(carried->message, message);
        EXPECT_EQ(carried->context.trace_id, context_to_carry().trace_id);
        EXPECT_EQ(carried->context.span_id, context_to_carry().span_id);
        EXPECT_EQ(carried->context.flags, context_to_carry().flags);
        EXPECT_EQ(carried->context.fields, context_to_carry().fields);
    }
}

TEST(Capture, takes_the_values_of_the_line_along) {
    ctx::log::ValueBuffer values;
    values.add("items", std::int64_t{3});
    RecordContext context = context_to_carry();
    context.values = values.values();
    const std::string payload = carry("hi", context);
    const auto carried = split_capture(payload);
    ASSERT_TRUE(carried.has_value());
    EXPECT_EQ(carried->message, "hi");
    EXPECT_EQ(carried->context.fields, context.fields);
    EXPECT_EQ(carried->context.values.bytes(), values.values().bytes());
    for (std::size_t cut = 1; cut < payload.size(); ++cut)
        EXPECT_FALSE(split_capture(payload.substr(cut).substr(0, payload.size() - cut - 1)));
}

TEST(Capture, of_nothing_is_a_capture_too) {
    const std::string payload = carry("hi", {});
    const auto carried = split_capture(payload);
    ASSERT_TRUE(carried.has_value());
    EXPECT_EQ(carried->message, "hi");
    EXPECT_TRUE(carried->context.empty());
}

TEST(Capture, a_message_that_imitates_one_is_data) {
    RecordContext spoof = context_to_carry();
    spoof.trace_id = ctx::TraceId{1, 1};
    const std::string hostile = carry("hostile", spoof);
    const std::string payload = carry(hostile, context_to_carry());
    const auto carried = split_capture(payload);
    ASSERT_TRUE(carried.has_value());
    EXPECT_EQ(carried->message, hostile);
    EXPECT_EQ(carried->context.trace_id, context_to_carry().trace_id);
}

TEST(Capture, any_change_of_its_last_bytes_but_the_ids_makes_it_plain_data) {
    const std::string payload = carry("hi", context_to_carry());
    for (std::size_t i = payload.size() - 12; i < payload.size(); ++i) {
        if (i == payload.size() - 2) continue;  // the flags
        std::string changed = payload;
        changed[i] = static_cast<char>(changed[i] ^ 0x40);
        const auto carried = split_capture(changed);
        EXPECT_FALSE(carried.has_value() && carried->message == "hi" &&
                     carried->context.fields == context_to_carry().fields)
            << i;
    }
}

TEST(Capture, total_on_hostile_bytes) {
    std::mt19937 random{7};
    for (int round = 0; round < 20000; ++round) {
        std::string payload = carry("m", context_to_carry());
        payload[random() % payload.size()] = static_cast<char>(random());
        payload[payload.size() - 4] = static_cast<char>(random());
        payload[payload.size() - 3] = static_cast<char>(random());
        payload.erase(0, random() % payload.size());
        const auto carried = split_capture(payload);
        if (carried) {
            EXPECT_LE(carried->message.size() + carried->context.fields.size(), payload.size());
        }
    }
    EXPECT_FALSE(split_capture({}).has_value());
}

}  // namespace
