#include "propagation/headers.hpp"
#include <ctx/propagation/traceparent.hpp>

#include <gtest/gtest.h>

#include <ostream>
#include <random>
#include <regex>
#include <string>

namespace {

using ctx::test::caller_span;
using ctx::test::caller_trace;
using ctx::test::caller_traceparent;

static_assert(noexcept(ctx::parse_traceparent({})));
static_assert(caller_traceparent.size() == ctx::traceparent_size);

std::string written(const ctx::SpanContext& span) {
    char text[ctx::traceparent_size];
    ctx::write_traceparent(span, text);
    return {text, sizeof text};
}

/// The same rules as a regular expression: slow, and nothing to get wrong in it.
bool reference_accepts(const std::string& text) {
    static const std::regex grammar{
        "[ \t]*(?!ff)(00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}|"
        "(?!00)[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-[^]*)?)[ \t]*"};
    static const std::regex zero{"[ \t]*..-(0{32}-.*|.{32}-0{16}-.*)"};
    return std::regex_match(text, grammar) && !std::regex_match(text, zero);
}

TEST(Traceparent, gives_ids_and_flags_of_a_remote_span) {
    const auto span = ctx::parse_traceparent(caller_traceparent);
    ASSERT_TRUE(span);
    EXPECT_EQ(span->trace_id.to_string(), caller_trace);
    EXPECT_EQ(span->span_id.to_string(), caller_span);
    EXPECT_EQ(span->flags.bits(), 0x01);
    EXPECT_TRUE(span->remote);
    EXPECT_TRUE(span->trace_state.empty());
}

struct Flags {
    const char* digits;
    unsigned kept;

    friend std::ostream& operator<<(std::ostream& out, const Flags& f) { return out << f.digits; }
};

class TraceparentFlags : public testing::TestWithParam<Flags> {};

TEST_P(TraceparentFlags, keep_the_two_known_bits_and_zero_the_others) {
    std::string text{caller_traceparent};
    text.replace(53, 2, GetParam().digits);
    const auto span = ctx::parse_traceparent(text);
    ASSERT_TRUE(span);
    EXPECT_EQ(span->flags.bits(), GetParam().kept);
    EXPECT_EQ(written(*span).substr(53), std::string{"0"} + std::to_string(GetParam().kept));
}

INSTANTIATE_TEST_SUITE_P(W3C, TraceparentFlags,
                         testing::Values(Flags{"00", 0}, Flags{"01", 1}, Flags{"02", 2},
                                         Flags{"03", 3}, Flags{"ff", 3}, Flags{"fc", 0},
                                         Flags{"08", 0}, Flags{"81", 1}),
                         [](const auto& test) { return test.param.digits; });

TEST(Traceparent, agrees_with_the_grammar_for_every_byte_at_every_place) {
    std::size_t accepted = 0;
    for (std::size_t at = 0; at < caller_traceparent.size(); ++at) {
        for (int byte = 0; byte < 256; ++byte) {
            std::string text{caller_traceparent};
            text[at] = static_cast<char>(byte);
            const bool accepts = ctx::parse_traceparent(text).has_value();
            ASSERT_EQ(accepts, reference_accepts(text)) << "byte " << byte << " at " << at;
            accepted += accepts ? 1 : 0;
        }
    }
    // 52 digits (those of a later version too), 16 each, and three dashes.
    EXPECT_EQ(accepted, 52U * 16U + 3U);
}

TEST(Traceparent, agrees_with_the_grammar_for_every_length) {
    const std::string versions[] = {"00", "01", "cc", "fe", "ff"};
    for (const std::string& version : versions) {
        for (const char* tail :
             {"", "-", ".", "-what-the-future-will-be-like", "0", " ", "\t ", "\n"}) {
            for (std::size_t size = 0; size <= caller_traceparent.size(); ++size) {
                std::string text{caller_traceparent.substr(0, size)};
                text.replace(0, 2, version);
                text += tail;
                ASSERT_EQ(ctx::parse_traceparent(text).has_value(), reference_accepts(text))
                    << text;
            }
        }
    }
}

TEST(Traceparent, refuses_ids_of_zeros) {
    std::string no_trace{caller_traceparent};
    no_trace.replace(3, 32, 32, '0');
    EXPECT_FALSE(ctx::parse_traceparent(no_trace));
    std::string no_span{caller_traceparent};
    no_span.replace(36, 16, 16, '0');
    EXPECT_FALSE(ctx::parse_traceparent(no_span));
}

TEST(Traceparent, of_a_later_version_may_be_long_but_not_without_end) {
    std::string text{caller_traceparent};
    text[1] = '1';
    text += '-';
    text.resize(ctx::traceparent_max_size, 'x');
    EXPECT_TRUE(ctx::parse_traceparent(text));
    text += 'x';
    EXPECT_FALSE(ctx::parse_traceparent(text));
}

TEST(Traceparent, of_a_later_version_is_not_two_values) {
    std::string text{caller_traceparent};
    text[1] = '1';
    EXPECT_TRUE(ctx::parse_traceparent(text + "-x"));
    EXPECT_FALSE(ctx::parse_traceparent(text + "-x, " + std::string{caller_traceparent}));
    EXPECT_FALSE(ctx::parse_traceparent(text + "-,"));
}

TEST(Traceparent, reads_what_it_wrote) {
    std::mt19937_64 random{20260629};
    for (int i = 0; i < 10'000; ++i) {
        const ctx::SpanContext span{ctx::TraceId{random(), random()},
                                    ctx::SpanId{random() | 1},
                                    ctx::TraceFlags{static_cast<unsigned>(random() & 3)},
                                    {},
                                    true};
        const std::string text = written(span);
        ASSERT_EQ(text, "00-" + span.trace_id.to_string() + "-" + span.span_id.to_string() + "-0" +
                            std::to_string(span.flags.bits()));
        ASSERT_EQ(ctx::parse_traceparent(text), span);
    }
}

}  // namespace
