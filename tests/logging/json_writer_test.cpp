#include "logging/contexts.hpp"
#include <ctx/context.hpp>
#include <ctx/logging/json_writer.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

using ctx::log::JsonWriter;
using testing::EndsWith;

std::uint64_t refused() {
    for (const auto& sample : ctx::stats()) {
        if (sample.name == "ctx_logging_refused_lines_total") return sample.value;
    }
    ADD_FAILURE() << "no such counter";
    return 0;
}

TEST(JsonWriters, write_the_current_context_and_the_options) {
    std::ostringstream out;
    JsonWriter writer{out, {.resource_members = R"(,"service.name":"shop")"}};
    {
        const ctx::Scope scope{ctx::test::request()};
        EXPECT_TRUE(writer.write({.level = ctx::log::Level::warn, .message = "one\ntwo"}));
    }
    EXPECT_TRUE(writer.write({.message = "nobody"}));
    const std::string text = out.str();
    const std::size_t end = text.find('\n');
    auto first = nlohmann::json::parse(text.substr(0, end));
    EXPECT_EQ(first["message"], "one\ntwo");
    EXPECT_EQ(first["trace_id"], ctx::test::trace_hex);
    EXPECT_EQ(first["service.name"], "shop");
    auto second = nlohmann::json::parse(text.substr(end + 1));
    EXPECT_EQ(second["message"], "nobody");
    EXPECT_FALSE(second.contains("trace_id"));
}

TEST(JsonWriters, take_a_context_that_was_captured_elsewhere) {
    std::ostringstream out;
    JsonWriter writer{out};
    ctx::log::FragmentBuffer buffer;
    const ctx::Context request = ctx::test::request();
    const ctx::Scope other{ctx::test::fresh_request()};
    EXPECT_TRUE(writer.write({.message = "late"}, ctx::log::record_context(request, buffer)));
    EXPECT_EQ(nlohmann::json::parse(out.str())["trace_id"], ctx::test::trace_hex);
}

TEST(JsonWriters, a_function_that_throws_loses_its_line_only) {
    std::string written;
    int calls = 0;
    JsonWriter writer{[&](std::string_view line) {
        if (++calls == 2) throw std::runtime_error("disk full");
        written += line;
    }};
    const std::uint64_t before = refused();
    EXPECT_TRUE(writer.write({.message = "1"}));
    EXPECT_FALSE(writer.write({.message = "2"}));
    EXPECT_TRUE(writer.write({.message = "3"}));
    EXPECT_EQ(refused(), before + 1);
    EXPECT_EQ(calls, 3);
    EXPECT_THAT(written, EndsWith("\"message\":\"3\"}\n"));
    EXPECT_EQ(written.find("\"2\""), std::string::npos);
}

/// Refuses what it gets as long as it is told to.
class FullDisk final : public std::stringbuf {
public:
    bool full = false;

protected:
    std::streamsize xsputn(const char* text, std::streamsize size) override {
        return full ? 0 : std::stringbuf::xsputn(text, size);
    }
};

TEST(JsonWriters, a_stream_that_failed_gets_the_next_line) {
    for (const auto exceptions : {std::ios::goodbit, std::ios::badbit}) {
        FullDisk disk;
        std::ostream out{&disk};
        out.exceptions(exceptions);
        JsonWriter writer{out};
        const std::uint64_t before = refused();
        disk.full = true;
        EXPECT_FALSE(writer.write({.message = "lost"}));
        disk.full = false;
        EXPECT_TRUE(writer.write({.message = "kept"}));
        EXPECT_EQ(refused(), before + 1);
        EXPECT_THAT(disk.str(), EndsWith("\"message\":\"kept\"}\n"));
        EXPECT_EQ(disk.str().find("lost"), std::string::npos);
    }
}

}  // namespace
