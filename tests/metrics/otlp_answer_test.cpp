#include "metrics/otlp_answer.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using ctx::detail::parse_partial_success;

TEST(OtlpAnswer, says_how_many_points_were_rejected_and_why) {
    for (const char* count : {"3", R"("3")"}) {
        const auto partial = parse_partial_success(
            std::string{R"({"partialSuccess":{"errorMessage":"why","rejectedDataPoints":)"} +
            count + "}}");
        ASSERT_TRUE(partial.has_value()) << count;
        EXPECT_EQ(partial->rejected_points, 3U);
        EXPECT_EQ(partial->message, "why");
    }
    const auto warning = parse_partial_success(R"({"partialSuccess":{"errorMessage":"beware"}})");
    ASSERT_TRUE(warning.has_value());
    EXPECT_EQ(warning->rejected_points, 0U);
    EXPECT_EQ(warning->message, "beware");
}

TEST(OtlpAnswer, says_nothing_when_everything_was_taken_or_when_it_cannot_be_read) {
    for (const char* body :
         {"", "{}", "[]", "7", "null", "{\"partialSuccess\":", R"({"partialSuccess":{}})",
          R"({"partialSuccess":null})", R"({"partialSuccess":[1]})",
          R"({"partialSuccess":{"rejectedDataPoints":0,"errorMessage":""}})",
          R"({"partialSuccess":{"rejectedDataPoints":"-1"}})",
          R"({"partialSuccess":{"rejectedDataPoints":"1x"}})",
          R"({"partialSuccess":{"rejectedDataPoints":-1,"errorMessage":2}})",
          R"({"partialSuccess":{"rejectedDataPoints":"99999999999999999999"}})", "\xff\xfe"}) {
        EXPECT_FALSE(parse_partial_success(body).has_value()) << body;
    }
}

TEST(OtlpAnswer, is_read_however_deep_it_is) {
    EXPECT_FALSE(parse_partial_success(std::string(1'000'000, '[')).has_value());
}

}  // namespace
