// Lines that say which trace they want, and checks that each has it.

#pragma once

#include "logging/contexts.hpp"
#include "logging/sinks.hpp"
#include <ctx/context.hpp>
#include <ctx/logging/spdlog.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <spdlog/logger.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace ctx::test {

inline std::uint64_t stat(std::string_view name) {
    for (const auto& sample : ctx::stats()) {
        if (sample.name == name) return sample.value;
    }
    ADD_FAILURE() << "no stat " << name;
    return 0;
}

inline std::string trace_in(const std::string& line) {
    return nlohmann::json::parse(line).value("trace_id", "none");
}

/// Logs from many threads under nested, changing contexts. Each message says what it wants.
inline void log_everywhere(spdlog::logger& logger, int threads, int rounds) {
    std::vector<std::thread> workers;
    for (int t = 0; t < threads; ++t) {
        workers.emplace_back([&logger, rounds] {
            for (int i = 0; i < rounds; ++i) {
                logger.info("want=none");
                const auto outer = ctx::test::fresh_request();
                const auto inner = ctx::test::fresh_request();
                const ctx::Scope outer_scope{outer};
                logger.info("want={}", outer.trace_id().to_string());
                {
                    const ctx::Scope inner_scope{inner};
                    logger.warn("want={}", inner.trace_id().to_string());
                    const ctx::Scope nothing{ctx::Context{}};
                    logger.error("want=none");
                }
                logger.info("want={}", outer.trace_id().to_string());
            }
        });
    }
    for (auto& worker : workers)
        worker.join();
}

inline void expect_all_right(const std::vector<std::string>& lines, std::size_t count) {
    ASSERT_EQ(lines.size(), count);
    std::size_t wrong = 0;
    for (const std::string& line : lines) {
        const auto json = nlohmann::json::parse(line);
        const auto message = json["message"].get<std::string>();
        wrong += message == "want=" + json.value("trace_id", "none") ? 0 : 1;
    }
    EXPECT_EQ(wrong, 0U);
}

inline const std::string forged_line =
    "x\"}\n{\"message\":\"forged\",\"trace_id\":\"0123456789abcdef0123456789abcdef\"}";

/// Remembers lines of a request, dumps them in another; counts right and absent ids.
inline void dump_in_another_request(spdlog::logger& logger) {
    logger.enable_backtrace(16);
    {
        const ctx::Scope scope{ctx::test::request()};
        logger.info("above");
        logger.debug("below");
        logger.warn("above");
    }
    const ctx::Scope dumper{ctx::Context{}.with_span(
        {ctx::TraceId{0xd, 0xd}, ctx::SpanId{0xd}, ctx::TraceFlags{1}, {}, false})};
    logger.dump_backtrace();
}

/// Any message, however odd, is one line with the id of the request, and the message it was.
template <typename Lines>
void expect_any_payload_survives(spdlog::logger& logger, MemorySink& sink, const Lines& lines) {
    std::string binary;
    for (int i = 0; i < 256; ++i)
        binary += static_cast<char>(i);
    const std::vector<std::string> payloads{
        "", "x", std::string(2 << 20, 'x'), binary, std::string(1500, 'y'), forged_line};
    {
        const Scope scope{request()};
        for (const auto& payload : payloads)
            logger.info(spdlog::string_view_t{payload.data(), payload.size()});
    }
    const std::vector<std::string> all = lines();
    EXPECT_EQ(sink.messages(), payloads);
    ASSERT_EQ(all.size(), payloads.size());
    for (const auto& line : all) {
        EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
        EXPECT_EQ(trace_in(line), trace_hex);
    }
}

/// @param logger  writes to `gate`, then to `sink`.
inline void expect_flush_waits_in_time(spdlog::logger& logger, GateSink& gate, MemorySink& sink) {
    using namespace std::chrono_literals;
    for (int i = 0; i < 3; ++i)
        logger.info("{}", i);
    gate.wait_until_reached();
    EXPECT_FALSE(log::flush(20ms));
    EXPECT_FALSE(flush(20ms));
    EXPECT_EQ(sink.lines().size(), 0U);
    gate.open();
    EXPECT_TRUE(flush(30s));
    EXPECT_EQ(sink.lines().size(), 3U);
    EXPECT_GE(sink.flushes(), 1U);
}

}  // namespace ctx::test
