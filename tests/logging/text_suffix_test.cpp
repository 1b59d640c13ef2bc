#include "logging/contexts.hpp"
#include <ctx/logging/text_suffix.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

using ctx::log::RecordContext;

std::string suffix_of(const RecordContext& context,
                      const ctx::log::JsonLines::Options* options = nullptr) {
    std::string out(ctx::log::text_suffix_bound(context), '\0');
    const char* end = ctx::log::write_text_suffix(out.data(), context, options);
    out.resize(static_cast<std::size_t>(end - out.data()));
    return out;
}

RecordContext with_fields(std::string_view fields) {
    const auto span = ctx::test::span_context();
    return {span.trace_id, span.span_id, span.flags, fields, {}};
}

const std::string ids = " trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7";

TEST(TextSuffix, is_nothing_without_a_request) {
    EXPECT_EQ(suffix_of({}), "");
}

TEST(TextSuffix, has_ids_and_fields) {
    EXPECT_EQ(suffix_of(with_fields(R"(,"tenant":"acme","tier":"gold")")),
              ids + " tenant=acme tier=gold");
}

TEST(TextSuffix, a_trace_without_a_span_has_no_span_id) {
    RecordContext context = with_fields("");
    context.span_id = {};
    EXPECT_EQ(suffix_of(context), " trace_id=4bf92f3577b34da6a3ce929d0e0e4736");
}

TEST(TextSuffix, quotes_what_a_reader_would_split_and_keeps_names_whole) {
    EXPECT_EQ(suffix_of(with_fields(R"(,"a":"","b":"x y","c":"k=v","d":"q\"\n","e \"=":"é")")),
              ids + R"( a="" b="x y" c="k=v" d="q\"\n" e____=é)");
}

TEST(TextSuffix, shows_the_chosen_fields_only) {
    const ctx::log::JsonLines::Options only{.only_fields = {"tier"}};
    EXPECT_EQ(suffix_of(with_fields(R"(,"tenant":"acme","tier":"gold")"), &only),
              ids + " tier=gold");
}

TEST(TextSuffix, of_the_longest_fields_fits) {
    std::string fields;
    while (fields.size() + 8 <= ctx::log::max_fields_bytes)
        fields += ",\"=\":\" \"";  // NOLINT: the shortest member whose value needs quotes
    ASSERT_EQ(fields.size(), ctx::log::max_fields_bytes);
    EXPECT_LE(suffix_of(with_fields(fields)).size(), ctx::log::max_suffix_bytes);
}

}  // namespace
