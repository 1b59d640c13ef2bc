// Lines that say which trace they want, and checks that each has it.

#pragma once

#include "logging/contexts.hpp"
#include <ctx/context.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <spdlog/logger.h>

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

}  // namespace ctx::test
