// A process with OTEL_SDK_DISABLED=true: its loggers stay exactly as they were.

#include "logging/contexts.hpp"
#include "logging/sinks.hpp"
#include <ctx/context.hpp>
#include <ctx/logging/spdlog.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>

namespace {

// Before anything asks; it is read once.
const int set_early = setenv("OTEL_SDK_DISABLED", "true", 1);

TEST(SpdlogDisabled, install_touches_nothing_and_says_so) {
    ASSERT_EQ(set_early, 0);
    const auto sink = std::make_shared<ctx::test::MemorySink>();
    const auto logger = std::make_shared<spdlog::logger>("plain", sink);
    spdlog::register_logger(logger);
    const auto report = ctx::log::install();
    EXPECT_TRUE(report.disabled);
    EXPECT_FALSE(report.complete());
    EXPECT_EQ(report.wrapped.size(), 0U);
    EXPECT_NE(report.to_string().find("OTEL_SDK_DISABLED"), std::string::npos)
        << report.to_string();
    logger->set_pattern("%v");
    const ctx::Scope scope{ctx::test::request()};
    logger->info("as ever");
    ASSERT_EQ(sink->lines().size(), 1U);
    EXPECT_EQ(sink->lines()[0].substr(0, 7), "as ever") << "neither JSON nor ids";
    EXPECT_EQ(sink->lines()[0].find("trace_id"), std::string::npos);
}

}  // namespace
