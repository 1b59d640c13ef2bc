#include <ctx/context/ids.hpp>

#include <gtest/gtest.h>

#include <string>
#include <unordered_set>

namespace {

using ctx::SpanId;
using ctx::TraceFlags;
using ctx::TraceId;

constexpr const char* trace_hex = "4bf92f3577b34da6a3ce929d0e0e4736";

static_assert(noexcept(TraceId::parse("")));
static_assert(!TraceId{}.is_valid());

TEST(TraceId, survives_a_round_trip_through_text) {
    const auto id = TraceId::parse(trace_hex);
    ASSERT_TRUE(id);
    EXPECT_EQ(id->high(), 0x4bf92f3577b34da6U);
    EXPECT_EQ(id->low(), 0xa3ce929d0e0e4736U);
    EXPECT_EQ(id->to_string(), trace_hex);
}

TEST(TraceId, refuses_every_wrong_length) {
    const std::string digits(64, 'a');
    int accepted = 0;
    for (std::size_t length = 0; length <= digits.size(); ++length) {
        accepted += TraceId::parse(digits.substr(0, length)).has_value() ? 1 : 0;
    }
    EXPECT_EQ(accepted, 1);
}

TEST(TraceId, refuses_every_byte_that_is_no_lower_case_hex_digit_in_every_place) {
    for (std::size_t place = 0; place < 32; ++place) {
        int accepted = 0;
        for (int byte = 0; byte < 256; ++byte) {
            std::string text = trace_hex;
            text[place] = static_cast<char>(byte);
            accepted += TraceId::parse(text).has_value() ? 1 : 0;
        }
        EXPECT_EQ(accepted, 16) << "at " << place;
    }
}

TEST(TraceId, all_zero_is_no_id) {
    EXPECT_FALSE(TraceId::parse(std::string(32, '0')));
}

TEST(TraceId, half_a_zero_is_an_id) {
    EXPECT_TRUE(TraceId::parse(std::string(16, '0') + "00000000000000ff"));
    EXPECT_TRUE(TraceId::parse("00000000000000ff" + std::string(16, '0')));
}

TEST(TraceId, hashes_and_orders_by_value) {
    std::unordered_set<TraceId> set;
    for (std::uint64_t i = 1; i <= 100; ++i)
        set.insert(TraceId{i, 101 - i});
    EXPECT_EQ(set.size(), 100U);
    EXPECT_LT((TraceId{1, 9}), (TraceId{2, 0}));
}

TEST(SpanId, survives_a_round_trip_through_text) {
    const auto id = SpanId::parse("00f067aa0ba902b7");
    ASSERT_TRUE(id);
    EXPECT_EQ(id->value(), 0x00f067aa0ba902b7U);
    EXPECT_EQ(id->to_string(), "00f067aa0ba902b7");
}

TEST(SpanId, refuses_zero_upper_case_and_wrong_length) {
    EXPECT_FALSE(SpanId::parse("0000000000000000"));
    EXPECT_FALSE(SpanId::parse("00F067AA0BA902B7"));
    EXPECT_FALSE(SpanId::parse("00f067aa0ba902b"));
    EXPECT_FALSE(SpanId::parse("00f067aa0ba902b70"));
}

TEST(TraceFlags, keep_only_the_bits_that_the_specification_defines) {
    EXPECT_EQ(TraceFlags{0xff}.bits(), 0x03);
    EXPECT_TRUE(TraceFlags{0x01}.sampled());
    EXPECT_FALSE(TraceFlags{0x01}.random());
    EXPECT_TRUE(TraceFlags{0xfe}.random());
    EXPECT_FALSE(TraceFlags{0xfe}.sampled());
}

TEST(TraceFlags, changing_sampled_leaves_random_alone) {
    EXPECT_EQ(TraceFlags{2}.with_sampled(true).bits(), 3);
    EXPECT_EQ(TraceFlags{3}.with_sampled(false).bits(), 2);
}

TEST(TraceFlags, remember_whether_somebody_has_decided) {
    EXPECT_FALSE(TraceFlags{}.decided());
    EXPECT_TRUE(TraceFlags{0}.decided()) << "a decision against it";
    EXPECT_NE(TraceFlags{}, TraceFlags{0});
    EXPECT_TRUE(TraceFlags{}.with_sampled(false).decided());
    EXPECT_FALSE(TraceFlags{3}.undecided().decided());
    EXPECT_FALSE(TraceFlags{3}.undecided().sampled());
    EXPECT_TRUE(TraceFlags{3}.undecided().random());
    EXPECT_EQ(TraceFlags{}.bits(), 0);
}

TEST(TraceFlags, of_a_debug_request_are_sampled_and_on_no_wire) {
    const TraceFlags debug = TraceFlags{}.with_debug();
    EXPECT_TRUE(debug.debug() && debug.sampled() && debug.decided());
    EXPECT_EQ(debug.bits(), 1);
    EXPECT_TRUE(debug.with_sampled(true).debug());
    EXPECT_FALSE(debug.with_sampled(false).debug());
    EXPECT_FALSE(debug.with_sampled(false).with_sampled(true).debug());
    EXPECT_TRUE(debug.with_random(true).debug());
    EXPECT_FALSE(TraceFlags{0xff}.debug()) << "no byte of a traceparent says it";
}

}  // namespace
