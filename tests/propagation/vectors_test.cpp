// Runs data/w3c.json against the library: what extraction yields, and what a child of it sends.

#include "propagation/headers.hpp"
#include <ctx/baggage/w3c_baggage.hpp>
#include <ctx/context/child_span.hpp>
#include <ctx/propagation.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cctype>
#include <fstream>
#include <map>
#include <ostream>
#include <string>
#include <string_view>

namespace {

using ctx::test::Headers;
using nlohmann::json;

/// Writes out `<x*300>`.
std::string expanded(std::string text) {
    for (std::size_t at = text.find('<'); at != std::string::npos; at = text.find('<', at + 1)) {
        const std::size_t end = text.find('>', at);
        if (end == std::string::npos || end < at + 4 || text[at + 2] != '*') continue;
        const auto count = std::stoul(text.substr(at + 3, end - at - 3));
        text.replace(at, end - at + 1, std::string(count, text[at + 1]));
    }
    return text;
}

struct Vector {
    json value;
    friend std::ostream& operator<<(std::ostream& out, const Vector& v) {
        return out << v.value.at("name").get<std::string>();
    }
};

std::vector<Vector> vectors() {
    std::ifstream file{CTX_VECTORS};
    std::vector<Vector> all;
    for (const json& value : json::parse(file))
        all.push_back({value});
    return all;
}

Headers headers_in(const json& vector) {
    Headers headers;
    for (const json& line : vector.at("in"))
        headers.emplace_back(line.at(0), expanded(line.at(1)));
    return headers;
}

bool is_hex(std::string_view text) {
    return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Takes `token`'s text off the front of `rest`; false when it is not there.
bool take(std::string_view token, std::string_view& rest) {
    const std::size_t size = token == "{fresh}" ? 32 : token == "{span}" ? 16 : 2;
    if (rest.size() < size || !is_hex(rest.substr(0, size))) return false;
    const std::string_view text = rest.substr(0, size);
    rest.remove_prefix(size);
    if (token == "{fresh}") return text != ctx::test::caller_trace && text != std::string(32, '0');
    if (token == "{span}") return text != ctx::test::caller_span && text != std::string(16, '0');
    return token == "{flags}";
}

/// Whether `text` is `pattern` with its tokens filled in.
bool matches(std::string_view text, std::string_view pattern) {
    while (!pattern.empty()) {
        if (pattern.front() == '{') {
            const std::size_t end = pattern.find('}') + 1;
            if (!take(pattern.substr(0, end), text)) return false;
            pattern.remove_prefix(end);
        } else {
            if (text.empty() || text.front() != pattern.front()) return false;
            text.remove_prefix(1);
            pattern.remove_prefix(1);
        }
    }
    return text.empty();
}

std::string without_ows(std::string text) {
    std::erase_if(text, [](char c) { return c == ' ' || c == '\t'; });
    return text;
}

void expect_baggage(const ctx::Baggage& baggage, const json& expect) {
    const json none = json::object();
    const json& entries = expect.contains("baggage") ? expect.at("baggage") : none;
    const json& lists =
        expect.contains("baggage_properties") ? expect.at("baggage_properties") : none;
    EXPECT_EQ(baggage.size(), entries.size());
    for (const auto& [key, value] : entries.items()) {
        EXPECT_EQ(baggage.find(key), expanded(value));
        const std::string properties = lists.value(key, "");
        EXPECT_EQ(without_ows(std::string{baggage.properties(key)}), properties);
    }
}

std::vector<std::string> members_of(std::string list) {
    std::vector<std::string> members;
    for (std::size_t comma; !list.empty(); list.erase(0, comma)) {
        comma = std::min(list.find(','), list.size());
        members.push_back(list.substr(0, comma));
        comma = std::min(comma + 1, list.size());
    }
    return members;
}

void expect_at_least(std::size_t wanted, const std::string& sent, const Headers& in) {
    EXPECT_LE(sent.size(), 8192U);
    std::size_t found = 0;
    for (const std::string& member : members_of(sent)) {
        const auto theirs = members_of(in.at(0).second);
        EXPECT_EQ(std::count(theirs.begin(), theirs.end(), member), 1) << member;
        ++found;
    }
    EXPECT_GE(found, wanted);
}

void expect_header(const std::string& name, const json& pattern, const Headers& out,
                   const json& vector) {
    const std::string sent = ctx::test::only(out, name);
    if (pattern.is_null() || pattern == "{own-or-absent}" ||
        pattern.get<std::string>().starts_with('!')) {
        EXPECT_EQ(sent, "(absent)") << name;
    } else if (pattern == "{same-baggage}") {
        expect_baggage(ctx::parse_baggage(sent), vector.at("expect"));
    } else if (pattern.get<std::string>().starts_with("{at-least:")) {
        const auto wanted = std::stoul(pattern.get<std::string>().substr(10));
        expect_at_least(wanted, sent, headers_in(vector));
    } else {
        const std::string wanted = expanded(pattern);
        EXPECT_TRUE(matches(sent, wanted)) << name << ": " << sent << "\nwanted: " << wanted;
    }
}

void expect_trace(const ctx::Context& context, const json& expect) {
    const json& trace_id = expect.at("trace_id");
    ASSERT_EQ(context.trace_id().is_valid(), expect.at("valid").get<bool>());
    if (trace_id.is_null()) return;
    EXPECT_EQ(context.trace_id().to_string(), trace_id);
    EXPECT_EQ(context.span_id().to_string(), expect.at("span_id"));
    EXPECT_EQ(context.flags().sampled(), expect.at("sampled").get<bool>());
    EXPECT_TRUE(context.span_context().remote);
    if (expect.contains("random")) {
        EXPECT_EQ(context.flags().random(), expect.at("random").get<bool>());
    }
    if (expect.contains("tracestate")) {
        const json& state = expect.at("tracestate");
        const std::string wanted = state.is_null() ? "" : expanded(state);
        EXPECT_EQ(context.trace_state().header(), wanted);
    }
}

class W3CVector : public testing::TestWithParam<Vector> {};

TEST_P(W3CVector, holds) {
    const json& vector = GetParam().value;
    const json& expect = vector.at("expect");
    const auto propagators = ctx::Propagators::named(vector.at("propagators").get<std::string>());
    const ctx::Context context = propagators.extract(headers_in(vector));
    if (expect.contains("trace_id")) expect_trace(context, expect);
    if (expect.contains("baggage")) expect_baggage(context.baggage(), expect);

    Headers out;
    propagators.inject(context.with_span(ctx::child_of(context)), out);
    ASSERT_FALSE(vector.at("out").empty());
    for (const auto& [name, pattern] : vector.at("out").items())
        expect_header(name, pattern, out, vector);
}

std::string test_name(const testing::TestParamInfo<Vector>& test) {
    std::string name = std::to_string(test.index) + "_";
    for (const char c : test.param.value.at("name").get<std::string>())
        name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
    return name;
}

INSTANTIATE_TEST_SUITE_P(File, W3CVector, testing::ValuesIn(vectors()), test_name);

TEST(W3CVectors, are_all_there) {
    EXPECT_EQ(vectors().size(), 89U);
}

}  // namespace
