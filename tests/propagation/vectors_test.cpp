// Runs data/vectors.json against the library: what extraction yields, and what a child of it sends.

#include "propagation/headers.hpp"
#include "propagation/pattern.hpp"
#include <ctx/baggage/carriers.hpp>
#include <ctx/baggage/w3c_baggage.hpp>
#include <ctx/context/detail/hex.hpp>
#include <ctx/propagation.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cctype>
#include <fstream>
#include <map>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <string_view>

namespace {

using ctx::test::Headers;
using ctx::test::matches;
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

std::string hex_of(std::string_view bytes) {
    std::string text;
    for (const char byte : bytes) {
        char digits[2];
        ctx::detail::write_hex_byte(static_cast<std::uint8_t>(byte), digits);
        text.append(digits, 2);
    }
    return text;
}

/// The text between `{name:` and the last `}`.
std::optional<std::string> argument_of(const std::string& pattern, const std::string& name) {
    const std::string front = "{" + name + ":";
    if (!pattern.starts_with(front) || !pattern.ends_with('}')) return std::nullopt;
    return pattern.substr(front.size(), pattern.size() - front.size() - 1);
}

void expect_header(const std::string& name, const json& pattern, const Headers& out,
                   const json& vector) {
    const std::string sent = ctx::test::only(out, name);
    if (pattern.is_null() || pattern == "{own-or-absent}" ||
        pattern.get<std::string>().starts_with('!')) {
        EXPECT_EQ(sent, "(absent)") << name;
        return;
    }
    const auto text = pattern.get<std::string>();
    if (text == "{same-baggage}") {
        expect_baggage(ctx::parse_baggage(sent), vector.at("expect"));
    } else if (const auto wanted = argument_of(text, "at-least")) {
        expect_at_least(std::stoul(*wanted), sent, headers_in(vector));
    } else if (const auto value = argument_of(text, "decoded")) {
        EXPECT_EQ(ctx::parse_baggage("k=" + sent).find("k"), *value);
    } else if (const auto bytes = argument_of(text, "bin")) {
        EXPECT_TRUE(matches(hex_of(ctx::decode_base64(sent).value_or("")), *bytes)) << sent;
    } else {
        const std::string wanted_text = expanded(text);
        EXPECT_TRUE(matches(sent, wanted_text))
            << name << ": " << sent << "\nwanted: " << wanted_text;
    }
}

void expect_sampled(ctx::TraceFlags flags, const json& sampled) {
    EXPECT_EQ(flags.decided(), !sampled.is_null());
    if (!sampled.is_null()) {
        EXPECT_EQ(flags.sampled(), sampled.get<bool>());
    }
}

void expect_datadog(const ctx::Context& context, const json& expect) {
    const ctx::DatadogState* state = ctx::datadog_state(context);
    if (expect.contains("priority")) {
        ASSERT_NE(state, nullptr);
        EXPECT_EQ(state->priority, expect.at("priority").get<int>());
    }
    if (expect.contains("origin")) {
        ASSERT_NE(state, nullptr);
        EXPECT_EQ(state->origin, expect.at("origin"));
    }
}

void expect_trace(const ctx::Context& context, const json& expect) {
    const json& trace_id = expect.at("trace_id");
    ASSERT_EQ(context.trace_id().is_valid(), expect.at("valid").get<bool>());
    if (expect.contains("sampled")) expect_sampled(context.flags(), expect.at("sampled"));
    if (expect.contains("debug")) {
        EXPECT_EQ(context.flags().debug(), expect.at("debug").get<bool>());
    }
    if (trace_id.is_null()) return;
    EXPECT_EQ(context.trace_id().to_string(), trace_id);
    const json& span_id = expect.at("span_id");
    EXPECT_EQ(context.span_id().to_string(),
              span_id.is_null() ? std::string(16, '0') : span_id.get<std::string>());
    EXPECT_TRUE(context.span_context().remote);
    if (expect.contains("random")) {
        EXPECT_EQ(context.flags().random(), expect.at("random").get<bool>());
    }
    if (expect.contains("tracestate")) {
        const json& state = expect.at("tracestate");
        const std::string wanted = state.is_null() ? "" : expanded(state);
        EXPECT_EQ(context.trace_state().header(), wanted);
    }
    expect_datadog(context, expect);
}

ctx::Context extracted(const json& vector, const ctx::Propagators& propagators) {
    const Headers headers = headers_in(vector);
    if (vector.at("format") != "env") return propagators.extract(headers);
    std::vector<std::string> variables;
    for (const auto& [name, value] : headers)
        variables.push_back(name + "=" + value);
    std::vector<const char*> pointers;
    for (const std::string& variable : variables)
        pointers.push_back(variable.c_str());
    pointers.push_back(nullptr);
    return propagators.extract(ctx::EnvironmentReader{pointers.data()});
}

class WireVector : public testing::TestWithParam<Vector> {};

TEST_P(WireVector, holds) {
    const json& vector = GetParam().value;
    const json& expect = vector.at("expect");
    const auto propagators = ctx::Propagators::named(vector.at("propagators").get<std::string>());
    const ctx::Context context = extracted(vector, propagators);
    if (expect.contains("trace_id")) expect_trace(context, expect);
    if (expect.contains("baggage")) expect_baggage(context.baggage(), expect);
    if (expect.contains("debug_id")) {
        ASSERT_NE(context.get(ctx::jaeger_debug_id), nullptr);
        EXPECT_EQ(*context.get(ctx::jaeger_debug_id), expect.at("debug_id"));
    }

    Headers out;
    propagators.inject(context.with_span(ctx::child_of(context)), out);
    for (const auto& [name, pattern] : vector.at("out").items())
        expect_header(name, pattern, out, vector);
}

std::string test_name(const testing::TestParamInfo<Vector>& test) {
    std::string name = std::to_string(test.index) + "_";
    for (const std::string field : {"format", "name"}) {
        for (const char c : test.param.value.at(field).get<std::string>())
            name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
        name += '_';
    }
    return name;
}

INSTANTIATE_TEST_SUITE_P(File, WireVector, testing::ValuesIn(vectors()), test_name);

TEST(WireVectors, are_all_there) {
    std::map<std::string, int> by_format;
    std::set<std::string> sentences;
    for (const Vector& vector : vectors()) {
        ++by_format[vector.value.at("format").get<std::string>()];
        sentences.insert(vector.value.at("covers").get<std::string>());
    }
    EXPECT_EQ(by_format, (std::map<std::string, int>{{"b3", 25},
                                                     {"b3multi", 20},
                                                     {"baggage", 33},
                                                     {"composite", 12},
                                                     {"datadog", 18},
                                                     {"env", 4},
                                                     {"gcp", 9},
                                                     {"grpc-trace-bin", 7},
                                                     {"jaeger", 22},
                                                     {"ottrace", 10},
                                                     {"tracecontext", 51},
                                                     {"xray", 22}}));
    EXPECT_GE(sentences.size(), 50U);
}

}  // namespace
