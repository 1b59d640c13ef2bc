#include "propagation/headers.hpp"
#include <ctx/propagation/callback_carrier.hpp>
#include <ctx/propagation/carrier.hpp>
#include <ctx/propagation/carrier_view.hpp>

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace {

using ctx::test::Headers;
using Lines = std::vector<std::string>;

template <typename C>
Lines lines_of(const C& carrier, std::string_view name) {
    Lines lines;
    ctx::carrier_get(carrier, name, [&](std::string_view value) { lines.emplace_back(value); });
    return lines;
}

// A list of headers that is nobody's range of pairs.
struct OwnHeaders {
    std::map<std::string, std::string> lower_case;
};

}  // namespace

template <>
struct ctx::CarrierTraits<OwnHeaders> {
    static void find(const OwnHeaders& headers, std::string_view name, auto&& visit) {
        const auto at = headers.lower_case.find(std::string{name});
        if (at != headers.lower_case.end()) visit(at->second);
    }
    static void set(OwnHeaders& headers, std::string_view name, std::string_view value) {
        headers.lower_case[std::string{name}] = value;
    }
    static void remove(OwnHeaders& headers, std::string_view name) {
        headers.lower_case.erase(std::string{name});
    }
};

namespace {

template <typename C>
constexpr bool both_ways = ctx::ReadableCarrier<C>&& ctx::WritableCarrier<C>;
template <typename C>
constexpr bool only_readable = ctx::ReadableCarrier<C> && !ctx::WritableCarrier<C>;

static_assert(both_ways<Headers>);
static_assert(both_ways<std::map<std::string, std::string>>);
static_assert(both_ways<std::multimap<std::string, std::string, std::less<>>>);
static_assert(both_ways<std::unordered_map<std::string, std::string>>);
static_assert(both_ways<std::map<std::string, std::vector<std::string>>>);
static_assert(both_ways<std::deque<std::pair<std::string, std::string>>>);
static_assert(both_ways<std::list<std::pair<std::string, std::string>>>);
static_assert(both_ways<ctx::CallbackCarrier>);
static_assert(both_ways<OwnHeaders>);
static_assert(only_readable<std::span<const std::pair<std::string, std::string>>>);
static_assert(only_readable<std::array<std::pair<const char*, const char*>, 2>>);
// Writing would leave the views dangling.
static_assert(only_readable<std::vector<std::pair<std::string_view, std::string_view>>>);
static_assert(only_readable<std::map<std::string, std::string_view>>);
static_assert(!ctx::ReadableCarrier<int> && !ctx::WritableCarrier<int>);
static_assert(!ctx::ReadableCarrier<std::vector<std::string>>);
static_assert(!ctx::ReadableCarrier<std::map<std::string, int>>);

template <typename C>
class Carrier : public testing::Test {};

using Containers = testing::Types<
    Headers, std::map<std::string, std::string>, std::multimap<std::string, std::string>,
    std::unordered_map<std::string, std::string>, std::unordered_multimap<std::string, std::string>,
    std::list<std::pair<std::string, std::string>>,
    std::map<std::string, std::vector<std::string>>>;
TYPED_TEST_SUITE(Carrier, Containers);

template <typename C>
void put(C& carrier, const char* name, const char* value) {
    if constexpr (requires { typename C::mapped_type; }) {
        if constexpr (std::is_same_v<typename C::mapped_type, std::string>) {
            carrier.insert({name, value});
        } else {
            carrier[name].emplace_back(value);
        }
    } else {
        carrier.emplace_back(name, value);
    }
}

TYPED_TEST(Carrier, is_read_whatever_the_case_of_the_names) {
    TypeParam carrier;
    put(carrier, "Host", "example");
    put(carrier, "TraceParent", "one");
    put(carrier, "TRACESTATE", "two");
    EXPECT_EQ(lines_of(carrier, "traceparent"), Lines{"one"});
    EXPECT_EQ(lines_of(carrier, "tracestate"), Lines{"two"});
    EXPECT_EQ(lines_of(carrier, "baggage"), Lines{});
    EXPECT_EQ(lines_of(carrier, "trace"), Lines{});
}

TYPED_TEST(Carrier, has_one_line_of_a_name_after_set) {
    TypeParam carrier;
    put(carrier, "TraceParent", "stale");
    put(carrier, "Host", "example");
    put(carrier, "TRACEPARENT", "staler");
    put(carrier, "traceparent-x", "another header");
    ctx::CarrierTraits<TypeParam>::set(carrier, "traceparent", "fresh");
    EXPECT_EQ(lines_of(carrier, "traceparent"), Lines{"fresh"});
    EXPECT_EQ(carrier.size(), 3U);
    bool lower_case = false;
    for (const auto& header : carrier)
        lower_case = lower_case || header.first == "traceparent";
    EXPECT_TRUE(lower_case);

    ctx::CarrierTraits<TypeParam>::set(carrier, "traceparent", "again");
    EXPECT_EQ(lines_of(carrier, "traceparent"), Lines{"again"});
    EXPECT_EQ(carrier.size(), 3U);
}

TYPED_TEST(Carrier, has_no_line_of_a_name_after_remove) {
    TypeParam carrier;
    put(carrier, "Baggage", "a=1");
    put(carrier, "BAGGAGE", "b=2");
    put(carrier, "Host", "example");
    ctx::CarrierTraits<TypeParam>::remove(carrier, "baggage");
    EXPECT_EQ(carrier.size(), 1U);
    EXPECT_EQ(lines_of(carrier, "host"), Lines{"example"});
}

TEST(CarrierOfPairs, gives_repeated_lines_in_order) {
    const Headers headers{{"baggage", "a=1"}, {"host", "h"}, {"BAGGAGE", "b=2"}, {"Baggage", "c"}};
    const Lines expected{"a=1", "b=2", "c"};
    EXPECT_EQ(lines_of(headers, "baggage"), expected);
    EXPECT_EQ(lines_of(std::span{headers}, "baggage"), expected);
}

TEST(CarrierOfPairs, needs_no_string_objects) {
    const std::pair<const char*, std::string_view> headers[] = {{"A", "1"}, {"b", "2"}};
    EXPECT_EQ(lines_of(headers, "a"), Lines{"1"});
}

TEST(OwnCarrier, is_used_through_its_traits) {
    OwnHeaders headers;
    ctx::CarrierTraits<OwnHeaders>::set(headers, "a", "1");
    EXPECT_EQ(lines_of(headers, "a"), Lines{"1"});
}

// How a C library would offer its headers.
void c_get(void* user, const char* name, void* sink, ctx::CallbackCarrier::Emit emit) {
    ctx::carrier_get(*static_cast<Headers*>(user), name,
                     [&](std::string_view value) { emit(sink, value.data(), value.size()); });
}
void c_set(void* user, const char* name, const char* value, std::size_t size) {
    ctx::CarrierTraits<Headers>::set(*static_cast<Headers*>(user), name, {value, size});
}
void c_remove(void* user, const char* name) {
    ctx::CarrierTraits<Headers>::remove(*static_cast<Headers*>(user), name);
}

TEST(CallbackCarrier, reads_and_writes_through_functions) {
    Headers headers{{"Baggage", "a=1"}, {"baggage", "b=2"}};
    ctx::CallbackCarrier carrier{&headers, &c_get, &c_set, &c_remove};
    using Traits = ctx::CarrierTraits<ctx::CallbackCarrier>;
    EXPECT_EQ(lines_of(carrier, "baggage"), (Lines{"a=1", "b=2"}));
    Traits::set(carrier, "baggage", "c=3");
    EXPECT_EQ(headers, (Headers{{"baggage", "c=3"}}));
    Traits::remove(carrier, "baggage");
    EXPECT_TRUE(headers.empty());
}

TEST(CallbackCarrier, without_a_function_or_with_a_name_too_long_does_nothing) {
    Headers headers{{"a", "1"}};
    using Traits = ctx::CarrierTraits<ctx::CallbackCarrier>;
    ctx::CallbackCarrier nothing;
    EXPECT_EQ(lines_of(nothing, "a"), Lines{});
    Traits::set(nothing, "a", "2");
    Traits::remove(nothing, "a");

    ctx::CallbackCarrier carrier{&headers, &c_get, &c_set, &c_remove};
    const std::string long_name(256, 'n');
    Traits::set(carrier, long_name, "2");
    Traits::remove(carrier, long_name);
    EXPECT_EQ(lines_of(carrier, long_name), Lines{});
    EXPECT_EQ(headers, (Headers{{"a", "1"}}));
}

// As gRPC's metadata: names are compared as they are.
struct ExactCarrier {
    std::map<std::string, std::string> entries;
};

}  // namespace

template <>
struct ctx::CarrierTraits<ExactCarrier> {
    static void for_each(const ExactCarrier& carrier, auto&& visit) {
        for (const auto& [name, value] : carrier.entries)
            visit(std::string_view{name}, std::string_view{value});
    }
    static void set(ExactCarrier& carrier, std::string_view name, std::string_view value) {
        carrier.entries.insert_or_assign(std::string{name}, value);
    }
    static void remove(ExactCarrier& carrier, std::string_view name) {
        carrier.entries.erase(std::string{name});
    }
};

namespace {

TEST(CarrierWriter, removes_prefixed_names_of_any_spelling_from_exact_carriers) {
    ExactCarrier carrier{{{"Uberctx-x", "stale"}, {"uberctx-y", "stale"}, {"other", "stays"}}};
    ctx::CarrierWriter{carrier}.remove_prefixed("uberctx-");
    EXPECT_EQ(carrier.entries, (std::map<std::string, std::string>{{"other", "stays"}}));
}

}  // namespace
