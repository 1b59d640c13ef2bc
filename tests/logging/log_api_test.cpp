// ctx::log::info() and its sisters: typed values on every kind of logger.

#include "logging/contexts.hpp"
#include "logging/logger_kinds.hpp"
#include "support/counting_allocator.hpp"
#include <ctx/context.hpp>
#include <ctx/logging/spdlog.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cerrno>
#include <filesystem>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using ctx::log::err;
using ctx::log::Format;
using ctx::log::kv;
using testing::HasSubstr;

class LogApi : public ctx::test::LoggerKinds {};

TEST_F(LogApi, values_keep_their_types_on_every_kind_of_logger) {
    for (const auto& logger : all_kinds()) {
        sink_->clear();
        const ctx::Scope scope{ctx::test::request()};
        ctx::log::info(*logger, "order {} accepted", 17, kv("items", 3), kv("paid", true),
                       kv("sum", 2.5), kv("sku", "A-7"), kv("coupon", nullptr),
                       kv("big", std::numeric_limits<std::uint64_t>::max()), kv("took", 30ms));
        const auto line = only_line();
        EXPECT_EQ(line["message"], "order 17 accepted");
        EXPECT_EQ(line["trace_id"], ctx::test::trace_hex);
        EXPECT_EQ(line["items"], 3);
        EXPECT_EQ(line["paid"], true);
        EXPECT_EQ(line["sum"], 2.5);
        EXPECT_EQ(line["sku"], "A-7");
        EXPECT_TRUE(line["coupon"].is_null());
        EXPECT_EQ(line["big"], std::numeric_limits<std::uint64_t>::max());
        EXPECT_EQ(line["took_ms"], 30);
        EXPECT_THAT(line["code.file.path"], HasSubstr("log_api_test.cpp"));
        EXPECT_GT(line["code.line.number"], 0);
        EXPECT_THAT(line["code.function.name"], HasSubstr("TestBody"));
    }
}

TEST_F(LogApi, what_has_no_type_in_json_is_text) {
    const auto logger = backend();
    ctx::log::info(*logger, "odd", kv("nan", std::numeric_limits<double>::quiet_NaN()),
                   kv("inf", -std::numeric_limits<double>::infinity()),
                   kv("digest", ctx::log::bytes{"\x01\xff"}),
                   kv("body", ctx::log::json{R"({"a":[1,2]})"}),
                   kv("broken", ctx::log::json{"{\"a\":\n1}"}), kv("none", std::optional<int>{}),
                   kv("some", std::optional<int>{4}), kv("trace", ctx::TraceId{1, 2}),
                   kv("at", std::chrono::system_clock::time_point{1795192028095260us}),
                   kv("for", std::chrono::minutes{2}));
    const auto line = only_line();
    EXPECT_EQ(line["nan"], "NaN");
    EXPECT_EQ(line["inf"], "-Infinity");
    EXPECT_EQ(line["digest"], "01ff");
    EXPECT_EQ(line["body"]["a"][1], 2);
    EXPECT_EQ(line["broken"], "{\"a\":\n1}");
    EXPECT_TRUE(line["none"].is_null());
    EXPECT_EQ(line["some"], 4);
    EXPECT_EQ(line["trace"], "00000000000000010000000000000002");
    EXPECT_EQ(line["at"], "2026-11-20T16:27:08.095260Z");
    EXPECT_EQ(line["for_s"], 120);
}

TEST_F(LogApi, names_that_are_taken_get_a_number_and_secrets_are_not_shown) {
    ctx::publish_fields(*ctx::FieldSet::create({ctx::Field{"tenant"}.log()}));
    const ctx::Scope scope{ctx::test::request().with_baggage(ctx::Baggage{}.set("tenant", "acme"))};
    const auto logger = backend();
    ctx::log::info(*logger, "m", kv("message", "x"), kv("trace_id", "y"), kv("tenant", "z"),
                   kv("twice", 1), kv("twice", 2), kv("PassWord", "hunter2"),
                   kv("api_token", 12345));
    const std::string text = lines().at(0);
    ctx::publish_fields({});
    const auto line = nlohmann::json::parse(text);
    EXPECT_EQ(line["message"], "m");
    EXPECT_EQ(line["message_1"], "x");
    EXPECT_EQ(line["trace_id"], ctx::test::trace_hex);
    EXPECT_EQ(line["trace_id_1"], "y");
    EXPECT_EQ(line["tenant"], "acme");
    EXPECT_EQ(line["tenant_1"], "z");
    EXPECT_EQ(line["twice"], 1);
    EXPECT_EQ(line["twice_1"], 2);
    EXPECT_EQ(line["PassWord"], "***");
    EXPECT_EQ(line["api_token"], "***");
    EXPECT_THAT(text, testing::Not(HasSubstr("hunter2")));
}

TEST_F(LogApi, errors_and_exceptions_are_values) {
    const auto logger = backend();
    ctx::log::error(*logger, "a", err(std::make_error_code(std::errc::timed_out)));
    try {
        throw std::out_of_range("too far");
    } catch (const std::exception& exception) {
        ctx::log::error(*logger, "b", err(exception));
        ctx::log::error(*logger, "c", err(std::current_exception()));
    }
    ctx::log::error(*logger, "d", err(std::make_exception_ptr(7)), kv("after", 1));
    const auto all = lines();
    ASSERT_EQ(all.size(), 4U);
    const auto a = nlohmann::json::parse(all[0]);
    EXPECT_EQ(a["error.code"], static_cast<int>(std::errc::timed_out));
    EXPECT_EQ(a["error.category"], "generic");
    EXPECT_THAT(a["error.message"], HasSubstr("timed out"));
    for (const std::size_t i : {1U, 2U}) {
        const auto line = nlohmann::json::parse(all[i]);
        EXPECT_EQ(line["exception.type"], "std::out_of_range");
        EXPECT_EQ(line["exception.message"], "too far");
    }
    EXPECT_EQ(nlohmann::json::parse(all[3])["exception.type"], "int");
    EXPECT_EQ(nlohmann::json::parse(all[3])["after"], 1);
}

TEST_F(LogApi, a_logger_that_nobody_reached_shows_values_as_text) {
    const auto stock = std::make_shared<spdlog::logger>("stock", sink_);
    stock->set_pattern("%v");
    ctx::log::info(*stock, "order {}", 17, kv("items", 3), kv("who", "a b"), kv("secret", "x"));
    EXPECT_THAT(sink_->lines(), testing::ElementsAre("order 17 items=3 who=\"a b\" secret=***\n"));
}

TEST_F(LogApi, text_lines_show_values_behind_the_ids) {
    ctx::log::install({.format = Format::text});
    for (const auto& logger : {backend(), sync()}) {
        sink_->clear();
        logger->set_pattern("%v");
        ctx::log::info(*logger, "order {}", 17, kv("items", 3), kv("who", "a b"));
        EXPECT_THAT(lines(), testing::ElementsAre("order 17 items=3 who=\"a b\"\n"));
    }
}

TEST_F(LogApi, goes_to_the_default_logger_and_is_silent_below_its_level) {
    spdlog::set_default_logger(backend());
    ctx::log::debug("not wanted {}", 1);
    ctx::log::info("a {{literal}}");
    CTX_LOG_WARN("c {}", 3, kv("x", 1));
    const std::string text = "{} is kept";
    ctx::log::critical(ctx::log::verbatim(text), kv("n", 1));
    lines();
    EXPECT_THAT(sink_->messages(), testing::ElementsAre("a {literal}", "c 3", "{} is kept"));
}

struct Explosive {
    bool explodes = true;
};

}  // namespace

template <>
struct fmt::formatter<Explosive> {
    constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
    template <typename Context>
    auto format(const Explosive& value, Context& context) const {
        if (value.explodes) throw std::runtime_error("boom");
        return context.out();
    }
};

namespace {

TEST_F(LogApi, what_a_formatter_throws_is_in_the_line) {
    const auto logger = backend();
    ctx::log::info(*logger, "before {}", Explosive{}, kv("items", 3));
    ctx::log::info(*logger, "m", kv("value", Explosive{}));
    const auto all = lines();
    ASSERT_EQ(all.size(), 2U);
    const auto first = nlohmann::json::parse(all[0]);
    EXPECT_EQ(first["message"], "before {}");
    EXPECT_EQ(first["log.format_error"], "boom");
    EXPECT_EQ(first["items"], 3);
    EXPECT_EQ(nlohmann::json::parse(all[1])["value"], "boom");
}

TEST_F(LogApi, a_backtrace_keeps_the_values) {
    for (const auto& logger : {backend(), sync()}) {
        sink_->clear();
        logger->enable_backtrace(8);
        ctx::log::info(*logger, "kept", kv("items", 3));
        logger->dump_backtrace();
        const auto all = lines();
        ASSERT_GE(all.size(), 3U);
        EXPECT_EQ(nlohmann::json::parse(all[0])["items"], 3);
    }
}

TEST_F(LogApi, allocates_nothing) {
    const auto logger = backend();
    const ctx::Scope scope{ctx::test::request()};
    ctx::log::info(*logger, "first {}", 1, kv("items", 3));
    const ctx::test::AllocationCounter counter;
    for (int i = 0; i < 100; ++i) {
        ctx::log::info(*logger, "order {}", i, kv("items", 3), kv("who", "somebody"));
        ctx::log::info(*logger, "plain", kv("items", 3), kv("took", 3us));
    }
    EXPECT_EQ(counter.allocations(), 0U);
}

TEST_F(LogApi, takes_what_people_have_in_their_hands) {
    const std::shared_ptr<spdlog::logger> logger = backend();
    const std::array<unsigned char, 3> digest{0, 1, 255};
    const std::string text = "[1]";
    ctx::log::info(logger, "a", kv("digest", ctx::log::bytes(digest)),
                   kv("raw", ctx::log::bytes(digest.data(), 2)), kv("body", ctx::log::json(text)),
                   kv("path", std::filesystem::path{"/tmp/x"}),
                   kv("code", std::make_error_code(std::errc::timed_out)),
                   kv("until", std::chrono::sys_days{std::chrono::year{9999} / 12 / 31}),
                   kv("long", std::chrono::hours::max()));
    ctx::log::log(logger, ctx::log::Level::warn, "b {}", 1, err(std::errc::timed_out));
    errno = ENOENT;
    ctx::log::error(logger, "c", err(errno));
    ctx::log::error<6>(logger, "below the floor of this file");
    const auto all = lines();
    ASSERT_EQ(all.size(), 3U);
    const auto a = nlohmann::json::parse(all[0]);
    EXPECT_EQ(a["digest"], "0001ff");
    EXPECT_EQ(a["raw"], "0001");
    EXPECT_EQ(a["body"][0], 1);
    EXPECT_EQ(a["path"], "/tmp/x");
    EXPECT_THAT(a["code"], HasSubstr("timed out"));
    EXPECT_EQ(a["until"], 253402214400.0);
    EXPECT_GT(a["long_s"], 0);
    EXPECT_EQ(nlohmann::json::parse(all[1])["level"], "warn");
    EXPECT_EQ(nlohmann::json::parse(all[1])["error.code"], 110);
    EXPECT_EQ(nlohmann::json::parse(all[2])["error.code"], ENOENT);
}

struct ThrowsWhenRead {
    operator std::string_view() const { throw std::runtime_error("gone"); }
};

TEST_F(LogApi, a_conversion_that_throws_is_in_the_line) {
    ctx::log::info(backend(), "m", kv("value", ThrowsWhenRead{}));
    EXPECT_EQ(only_line()["value"], "its conversion threw");
}

TEST_F(LogApi, the_code_of_an_exception_is_there_however_it_comes) {
    const auto logger = backend();
    try {
        throw std::system_error(std::make_error_code(std::errc::timed_out), "db");
    } catch (const std::exception& error) {
        ctx::log::error(logger, "a", err(error));
        ctx::log::error(logger, "b", err(std::current_exception()));
    }
    for (const std::string& text : lines()) {
        const auto line = nlohmann::json::parse(text);
        EXPECT_EQ(line["error.code"], 110);
        EXPECT_THAT(line["exception.message"], HasSubstr("db"));
    }
}

TEST_F(LogApi, every_file_has_its_own_floor) {
    const auto logger = backend();
    logger->set_level(spdlog::level::trace);
    ctx::log::debug<2>(logger, "as with CTX_LOG_ACTIVE_LEVEL 2");
    ctx::log::debug<0>(logger, "as without");
    lines();
    EXPECT_THAT(sink_->messages(), testing::ElementsAre("as without"));
}

}  // namespace
