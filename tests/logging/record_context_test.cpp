#include "logging/contexts.hpp"
#include "support/counting_allocator.hpp"
#include "support/seats_reader.hpp"
#include <ctx/context.hpp>
#include <ctx/logging/json_line.hpp>
#include <ctx/logging/record_context.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using ctx::log::FragmentBuffer;
using ctx::log::record_context;

static_assert(noexcept(record_context(ctx::ContextView{}, std::declval<FragmentBuffer&>())));

void declare(std::vector<ctx::Field> fields) {
    auto set = ctx::FieldSet::create(std::move(fields));
    ASSERT_TRUE(set.ok()) << set.status();
    ctx::publish_fields(*std::move(set));
}

std::string fields_of(const ctx::Context& context) {
    FragmentBuffer buffer;
    return std::string{record_context(context, buffer).fields};
}

std::string ids_of(const ctx::Context& context) {
    FragmentBuffer buffer;
    std::string out(ctx::log::max_ids_bytes, '\0');
    const char* end = ctx::log::write_json_ids(out.data(), record_context(context, buffer));
    out.resize(static_cast<std::size_t>(end - out.data()));
    return out;
}

std::uint64_t stat(std::string_view name) {
    for (const auto& sample : ctx::stats()) {
        if (sample.name == name) return sample.value;
    }
    ADD_FAILURE() << "no stat " << name;
    return 0;
}

TEST(RecordContext, of_the_empty_context_says_nothing) {
    declare({ctx::Field{"tenant"}.log().default_value("nobody")});
    FragmentBuffer buffer;
    EXPECT_TRUE(record_context(ctx::ContextView{}, buffer).empty());
    EXPECT_EQ(ids_of(ctx::Context{}), "");
}

TEST(RecordContext, has_the_ids_of_the_span_with_and_without_the_cache) {
    declare({});
    const auto context = ctx::test::request();
    const std::string expected =
        R"(,"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7")"
        R"(,"trace_flags":"01")";
    EXPECT_EQ(ids_of(context), expected);
    EXPECT_EQ(ids_of(context), expected);
}

TEST(RecordContext, child_spans_share_the_fields_and_have_their_own_id_and_flags) {
    declare({ctx::Field{"tenant"}.log()});
    const auto parent = ctx::test::request().with_baggage(ctx::Baggage{}.set("tenant", "acme"));
    EXPECT_EQ(fields_of(parent), R"(,"tenant":"acme")");
    auto span = ctx::test::span_context(ctx::SpanId{0xabc});
    span.flags = ctx::TraceFlags{2};
    const auto child = parent.with_span(span);
    FragmentBuffer of_parent;
    FragmentBuffer of_child;
    EXPECT_EQ(record_context(parent, of_parent).fields.data(),
              record_context(child, of_child).fields.data());
    EXPECT_EQ(ids_of(child),
              R"(,"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"0000000000000abc")"
              R"(,"trace_flags":"02")");
    EXPECT_NE(ids_of(parent), ids_of(child));
}

TEST(RecordContext, a_trace_without_a_span_has_no_span_id_nor_do_its_spans_suffer_from_it) {
    declare({});
    const auto trace = ctx::Context{}.with_span(ctx::test::span_context(ctx::SpanId{}));
    EXPECT_EQ(ids_of(trace),
              R"(,"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","trace_flags":"01")");
    EXPECT_EQ(ids_of(trace.with_span(ctx::test::span_context())), ids_of(ctx::test::request()));
    const auto request = ctx::test::request();
    EXPECT_NE(ids_of(request), "");
    EXPECT_EQ(ids_of(request.with_span(ctx::test::span_context(ctx::SpanId{}))), ids_of(trace));
}

TEST(RecordContext, other_baggage_or_another_trace_never_shows_the_first_ones_fields) {
    declare({ctx::Field{"tenant"}.log()});
    const auto acme = ctx::test::request().with_baggage(ctx::Baggage{}.set("tenant", "acme"));
    EXPECT_EQ(fields_of(acme), R"(,"tenant":"acme")");
    EXPECT_EQ(fields_of(acme.with_baggage(ctx::Baggage{}.set("tenant", "bolt"))),
              R"(,"tenant":"bolt")");
    EXPECT_EQ(fields_of(acme.with_baggage({})), "");
    const auto other = acme.with_span({ctx::TraceId{1, 2}, ctx::SpanId{3}, {}, {}, false});
    EXPECT_EQ(ids_of(other),
              R"(,"trace_id":"00000000000000010000000000000002","span_id":"0000000000000003")"
              R"(,"trace_flags":"00")");
}

TEST(RecordContext, shows_declared_fields_only_in_their_order_under_their_names_with_defaults) {
    declare({ctx::Field{"z"}.log(), ctx::Field{"session"}.log().log_as("session.id"),
             ctx::Field{"tier"}.log().default_value("free"), ctx::Field{"silent"}});
    const auto context = ctx::test::request().with_baggage(
        ctx::Baggage{}.set("secret", "s").set("session", "42").set("silent", "x").set("z", "1"));
    EXPECT_EQ(fields_of(context), R"(,"z":"1","session.id":"42","tier":"free")");
}

TEST(RecordContext, escapes_and_repairs_values_once) {
    declare({ctx::Field{"q"}.log()});
    EXPECT_EQ(fields_of(ctx::test::request().with_baggage(
                  ctx::Baggage{}.set("q", "a\"b\\c\nd\xE2\x80\xA8"))),
              R"(,"q":"a\"b\\c\nd\u2028")");
}

TEST(RecordContext, cuts_long_values_between_characters_and_says_so) {
    declare({ctx::Field{"v"}.log().max_bytes(4096)});
    const std::uint64_t before = stat("ctx_logging_truncated_total");
    const std::string fits(128, 'a');
    EXPECT_EQ(fields_of(ctx::test::request().with_baggage(ctx::Baggage{}.set("v", fits))),
              ",\"v\":\"" + fits + "\"");
    EXPECT_EQ(stat("ctx_logging_truncated_total"), before);
    const std::string wide = std::string(127, 'a') + "é";
    EXPECT_EQ(fields_of(ctx::test::request().with_baggage(ctx::Baggage{}.set("v", wide))),
              ",\"v\":\"" + std::string(127, 'a') + "…\"");
    EXPECT_EQ(stat("ctx_logging_truncated_total"), before + 1);
}

TEST(RecordContext, says_so_when_the_declared_limit_cuts) {
    declare({ctx::Field{"v"}.log().max_bytes(4)});
    EXPECT_EQ(fields_of(ctx::test::request().with_baggage(ctx::Baggage{}.set("v", "abcd"))),
              R"(,"v":"abcd")");
    EXPECT_EQ(fields_of(ctx::test::request().with_baggage(ctx::Baggage{}.set("v", "abcde"))),
              R"(,"v":"abcd…")");
}

TEST(RecordContext, hashes_and_masks_as_the_declaration_says) {
    auto set = ctx::FieldSet::create(
        {ctx::Field{"user"}.log(ctx::LogPolicy::hash), ctx::Field{"card"}.log(ctx::LogPolicy::mask),
         ctx::Field{"pin"}.log(ctx::LogPolicy::mask).log_as("app.pin")},
        {.hash_key = ctx::HashKey{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}});
    ASSERT_TRUE(set.ok()) << set.status();
    ctx::publish_fields(*std::move(set));
    EXPECT_EQ(fields_of(ctx::test::request().with_baggage(ctx::Baggage{}
                                                              .set("user", "customer")
                                                              .set("card", "4111111111111234")
                                                              .set("pin", "12345678"))),
              R"(,"user":"aeed9e464f58e7ea","card":"****1234","app.pin":"****")");
    EXPECT_EQ(fields_of(ctx::test::request().with_baggage({})), "");
}

TEST(RecordContext, shows_fields_of_typed_bags) {
    declare({ctx::test::seats_field().log(), ctx::Field{"tenant"}.log()});
    EXPECT_EQ(fields_of(ctx::test::request().with_baggage(
                  ctx::test::baggage_with_seats(42).set("tenant", "acme"))),
              R"(,"ride.seats":"42","tenant":"acme")");
    declare({ctx::test::seats_field().log(ctx::LogPolicy::mask).log_as("seats")});
    EXPECT_EQ(fields_of(ctx::test::request().with_baggage(ctx::test::baggage_with_seats(42))),
              R"(,"seats":"****")");
}

TEST(RecordContext, masks_and_hashes_the_whole_of_a_long_value_and_cuts_nothing) {
    declare({ctx::Field{"v"}.log(ctx::LogPolicy::mask).max_bytes(300)});
    const std::uint64_t before = stat("ctx_logging_truncated_total");
    EXPECT_EQ(fields_of(ctx::test::request().with_baggage(
                  ctx::Baggage{}.set("v", std::string(200, 'a') + "last"))),
              R"(,"v":"****last")");
    EXPECT_EQ(stat("ctx_logging_truncated_total"), before);
}

TEST(RecordContext, keeps_eight_fields_and_one_kibibyte_and_counts_the_rest) {
    std::vector<ctx::Field> fields;
    ctx::Baggage small;
    ctx::Baggage large;
    for (char c = 'a'; c < 'a' + 9; ++c) {
        const std::string key(1, c);
        const auto valid = ctx::BaggageKey::parse(key);
        ASSERT_TRUE(valid.has_value());
        fields.push_back(ctx::Field{*valid}.log().max_bytes(4096));
        small = small.set(*valid, "1");
        large = large.set(*valid, std::string(128, '\x01'));  // six bytes each when escaped
    }
    declare(std::move(fields));
    const std::uint64_t before = stat("ctx_logging_truncated_total");
    const std::string eight = fields_of(ctx::test::request().with_baggage(small));
    EXPECT_EQ(eight, R"(,"a":"1","b":"1","c":"1","d":"1","e":"1","f":"1","g":"1","h":"1")");
    EXPECT_EQ(stat("ctx_logging_truncated_total"), before + 1);
    const std::string one = fields_of(ctx::test::request().with_baggage(large));
    EXPECT_EQ(one.size(), 7 + 6 * 128U);
    EXPECT_EQ(stat("ctx_logging_truncated_total"), before + 9);
}

TEST(RecordContext, never_writes_a_name_that_the_line_uses_itself) {
    declare({ctx::Field{"a"}.log().log_as("trace_id"), ctx::Field{"b"}.log().log_as("service.name"),
             ctx::Field{"c"}.log().log_as("code.line.number"), ctx::Field{"d"}.log()});
    const std::uint64_t before = stat("ctx_logging_refused_fields_total");
    EXPECT_EQ(fields_of(ctx::test::request().with_baggage(
                  ctx::Baggage{}.set("a", "1").set("b", "2").set("c", "3").set("d", "4"))),
              R"(,"d":"4")");
    EXPECT_EQ(stat("ctx_logging_refused_fields_total"), before + 3);
    EXPECT_FALSE(ctx::log::is_reserved_name("tenant"));
    EXPECT_FALSE(ctx::log::is_reserved_name("services"));
}

TEST(RecordContext, follows_a_new_declaration_on_contexts_that_are_under_way) {
    declare({ctx::Field{"tenant"}.log()});
    const auto context =
        ctx::test::request().with_baggage(ctx::Baggage{}.set("tenant", "acme").set("tier", "gold"));
    EXPECT_EQ(fields_of(context), R"(,"tenant":"acme")");
    declare({ctx::Field{"tier"}.log()});
    EXPECT_EQ(fields_of(context), R"(,"tier":"gold")");
    EXPECT_EQ(ids_of(context), ids_of(ctx::test::request()));
}

TEST(RecordContext, allocates_once_per_request_and_works_without_memory) {
    declare({ctx::Field{"tenant"}.log()});
    const auto context = ctx::test::request().with_baggage(ctx::Baggage{}.set("tenant", "acme"));
    FragmentBuffer buffer;
    {
        const ctx::test::AllocationFailure no_memory{0};
        EXPECT_EQ(record_context(context, buffer).fields, R"(,"tenant":"acme")");
    }
    const ctx::test::AllocationCounter first;
    EXPECT_EQ(record_context(context, buffer).fields, R"(,"tenant":"acme")");
    EXPECT_EQ(first.allocations(), 1U);
    const auto child = context.with_span(ctx::test::span_context(ctx::SpanId{7}));
    const ctx::test::AllocationCounter later;
    for (int i = 0; i < 1000; ++i) {
        EXPECT_EQ(record_context(child, buffer).fields, R"(,"tenant":"acme")");
    }
    EXPECT_EQ(later.allocations(), 0U);
}

TEST(RecordContext, is_the_same_for_threads_that_race_for_the_first_line) {
    declare({ctx::Field{"tenant"}.log()});
    for (int round = 0; round < 200; ++round) {
        const auto context =
            ctx::test::request().with_baggage(ctx::Baggage{}.set("tenant", "acme"));
        std::vector<std::thread> threads;
        std::atomic<int> wrong{0};
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&context, &wrong] {
                FragmentBuffer buffer;
                if (record_context(context, buffer).fields != R"(,"tenant":"acme")") ++wrong;
            });
        }
        for (auto& thread : threads)
            thread.join();
        ASSERT_EQ(wrong, 0);
    }
}

}  // namespace
