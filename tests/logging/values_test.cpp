#include <ctx/context/stats.hpp>
#include <ctx/logging/json_line.hpp>
#include <ctx/logging/values.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <random>
#include <string>

namespace {

using ctx::log::Value;
using ctx::log::ValueBuffer;
using ctx::log::Values;
using ctx::log::ValueType;

std::size_t count(Values values) {
    std::size_t number = 0;
    for (const Value& value : values)
        number += value.key.size() <= ctx::log::max_key_bytes ? 1 : 0;
    return number;
}

nlohmann::json line_with(Values values) {
    ctx::log::RecordContext context;
    context.values = values;
    std::string line;
    ctx::log::JsonLines{}.append(line, {.message = "m"}, context);
    EXPECT_EQ(line.find('\n'), line.size() - 1) << line;
    return nlohmann::json::parse(line, nullptr, false);
}

TEST(Values, come_back_as_they_were) {
    ValueBuffer buffer;
    EXPECT_TRUE(buffer.empty());
    buffer.add("i", std::int64_t{-3});
    buffer.add("n", std::uint64_t{4});
    buffer.add("d", 0.5);
    buffer.add("b", true);
    buffer.add("", "");
    buffer.add_null("z");
    auto value = buffer.values().begin();
    EXPECT_EQ(value->key, "i");
    EXPECT_EQ(value->integer(), -3);
    EXPECT_EQ((++value)->natural(), 4U);
    EXPECT_EQ((++value)->number(), 0.5);
    EXPECT_TRUE((++value)->boolean());
    EXPECT_EQ((++value)->type, ValueType::text);
    EXPECT_EQ(value->text, "");
    EXPECT_EQ((++value)->type, ValueType::null);
    EXPECT_TRUE(++value == buffer.values().end());
}

TEST(Values, are_limited_and_what_is_cut_is_counted) {
    const auto truncated = [] {
        for (const auto& sample : ctx::stats()) {
            if (std::string_view{sample.name} == "ctx_logging_truncated_total") return sample.value;
        }
        return std::uint64_t{0};
    };
    const auto before = truncated();
    ValueBuffer buffer;
    buffer.add(std::string(300, 'k'), std::string(20'000, 'v'));
    const auto value = buffer.values().begin();
    EXPECT_EQ(value->key.size(), ctx::log::max_key_bytes);
    EXPECT_EQ(value->text.size(), ctx::log::max_text_bytes);
    for (int i = 0; i < 100; ++i)
        buffer.add("x", std::string(2000, 'y'));
    EXPECT_LE(buffer.values().bytes().size(), ctx::log::max_values_bytes);
    EXPECT_GT(truncated(), before + 2);

    ValueBuffer many;
    for (int i = 0; i < 100; ++i)
        many.add("x", std::int64_t{i});
    EXPECT_EQ(count(many.values()), ctx::log::max_values);
    EXPECT_EQ(line_with(many.values())["x_63"], 63);
}

TEST(Values, any_bytes_are_read_without_harm) {
    ValueBuffer buffer;
    buffer.add("items", std::int64_t{3});
    buffer.add("sku", "A-7");
    buffer.add_json("body", R"({"a":1})");
    const std::string good{buffer.values().bytes()};
    std::mt19937_64 random{1};
    for (int i = 0; i < 5'000; ++i) {
        std::string bad = good;
        for (std::uint64_t edits = random() % 4 + 1; edits > 0; --edits)
            bad[random() % bad.size()] = static_cast<char>(random());
        bad.resize(random() % (bad.size() + 1));
        EXPECT_FALSE(line_with(Values{bad}).is_discarded());
    }
}

TEST(Values, hostile_names_and_texts_stay_on_one_line) {
    const std::string name = "a\n'b";
    const std::string raw = R"(1],"level":"fatal")";
    ValueBuffer buffer;
    buffer.add(name, "\n,'x':1\xff\x1b");
    buffer.add_json("raw", raw);
    const auto line = line_with(buffer.values());
    EXPECT_EQ(line[name], "\n,'x':1\xEF\xBF\xBD\x1b");
    EXPECT_EQ(line["raw"], raw);
    EXPECT_EQ(line["level"], "info");
}

}  // namespace
