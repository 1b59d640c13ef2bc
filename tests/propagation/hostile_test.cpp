// Header blocks that nobody sends in good faith: total, bounded, and the request goes on.

#include "propagation/headers.hpp"
#include <ctx/propagation.hpp>

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace {

using ctx::test::Headers;
using ctx::test::only;
using ctx::test::repeated;

const std::string names[] = {"traceparent", "tracestate", "baggage"};

/// What goes in must come out well-formed: a second hop reads what the first one sent.
void expect_stable(const Headers& in) {
    const ctx::Context first = ctx::extract(in);
    Headers sent;
    ctx::inject(first, sent);
    for (const auto& [name, value] : sent) {
        EXPECT_LE(value.size(), name == "tracestate" ? ctx::tracestate_max_size : 8192U);
        for (const char c : value)
            ASSERT_TRUE((c >= 0x20 && c < 0x7f) || c == '\t') << name << ": " << value;
    }
    const ctx::Context second = ctx::extract(sent);
    EXPECT_EQ(second.trace_id(), first.trace_id());
    EXPECT_EQ(second.span_id(), first.span_id());
    EXPECT_EQ(second.trace_state(), first.trace_state());
    EXPECT_EQ(second.baggage(), first.baggage());
    Headers again;
    ctx::inject(second, again);
    EXPECT_EQ(again, sent);
}

Headers with_traceparent(Headers headers) {
    headers.emplace_back("traceparent", std::string{ctx::test::caller_traceparent});
    return headers;
}

TEST(HostileHeaders, of_every_byte_value_in_every_header) {
    for (int byte = 0; byte < 256; ++byte) {
        const std::string c(1, static_cast<char>(byte));
        expect_stable(with_traceparent({{"tracestate", "a=1,b=" + c + "x,c=" + c},
                                        {"baggage", "a=1,b=" + c + ",c" + c + "=2,d=1;p" + c}}));
        expect_stable({{"traceparent", c + std::string{ctx::test::caller_traceparent} + c},
                       {c + "baggage", "a=1"},
                       {"baggage", c}});
    }
}

TEST(HostileHeaders, of_seventy_kilobytes_and_a_megabyte) {
    for (const std::size_t size : {std::size_t{70'000}, std::size_t{1'000'000}}) {
        for (const char* unit :
             {"a", ",", "=", "%", ";", "a=1,", "a=%ff;p,", "%E2%82", " ", "\t,"}) {
            const std::string block = repeated(unit, size / std::string_view{unit}.size());
            expect_stable({{"traceparent", block}, {"tracestate", block}, {"baggage", block}});
            expect_stable(with_traceparent({{"tracestate", block}, {"baggage", "a=" + block}}));
        }
    }
}

TEST(HostileHeaders, of_three_thousand_lines) {
    Headers many;
    for (int i = 0; i < 3000; ++i)
        many.emplace_back(names[static_cast<std::size_t>(i) % 3], "k" + std::to_string(i) + "=v");
    const auto context = ctx::extract(many);
    EXPECT_FALSE(context.trace_id().is_valid());
    EXPECT_EQ(context.baggage().size(), 180U);
    expect_stable(many);
    ctx::CarrierTraits<Headers>::set(many, "baggage", "one=1");
    EXPECT_EQ(only(many, "baggage"), "one=1");
    EXPECT_EQ(many.size(), 2001U);
}

TEST(HostileHeaders, of_random_bytes) {
    std::mt19937 random{3};
    const std::string alphabet = "0af-=,;% \t\"\\\x80\xff\x01kK@/*_";
    for (int round = 0; round < 3000; ++round) {
        Headers headers;
        for (const std::string& name : names) {
            std::string value(random() % 200, ' ');
            for (char& c : value)
                c = alphabet[random() % alphabet.size()];
            headers.emplace_back(name, value);
        }
        if (round % 2 == 0) headers[0].second = ctx::test::caller_traceparent;
        expect_stable(headers);
    }
}

}  // namespace
