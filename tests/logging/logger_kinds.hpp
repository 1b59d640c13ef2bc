// The kinds of spdlog's loggers that carry contexts, all into one sink.

#pragma once

#include "logging/sinks.hpp"
#include <ctx/logging/spdlog.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <spdlog/async.h>
#include <spdlog/spdlog.h>

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace ctx::test {

/// A sink, and what has arrived in it.
class ReadsLines {
protected:
    std::vector<std::string> lines() {
        EXPECT_TRUE(log::flush(std::chrono::seconds{30}));
        return sink_->lines();
    }
    std::vector<std::string> messages() {
        EXPECT_TRUE(log::flush(std::chrono::seconds{30}));
        return sink_->messages();
    }
    nlohmann::json only_line() {
        const auto all = lines();
        if (all.size() != 1) {
            ADD_FAILURE() << all.size() << " lines";
            return {};
        }
        return nlohmann::json::parse(all[0]);
    }

    CleanSpdlog clean_;
    std::shared_ptr<MemorySink> sink_ = std::make_shared<MemorySink>();
};

class LoggerKinds : public testing::Test, protected ReadsLines {
protected:
    LoggerKinds() { log::install(); }
    ~LoggerKinds() override {
        log::clear_line_policy();
        log::uninstall();
    }

    std::shared_ptr<spdlog::logger> backend() { return log::make_async_logger("svc", {sink_}, {}); }
    std::shared_ptr<spdlog::logger> pool() {
        log::install({.async = log::AsyncMode::keep_pool});
        spdlog::init_thread_pool(128, 1);
        auto logger = log::make_async_logger("svc", {sink_}, spdlog::thread_pool());
        spdlog::drop("svc");
        spdlog::register_logger(logger);
        return logger;
    }
    /// @param first  another sink, which gets each line before sink_
    std::shared_ptr<spdlog::logger> sync(const spdlog::sink_ptr& first = nullptr) {
        std::vector<spdlog::sink_ptr> sinks{first, sink_};
        std::erase(sinks, nullptr);
        return log::with_context(
            std::make_shared<spdlog::logger>("svc", sinks.begin(), sinks.end()));
    }
    std::array<std::shared_ptr<spdlog::logger>, 3> all_kinds(
        const spdlog::sink_ptr& first_of_sync = nullptr) {
        return {backend(), pool(), sync(first_of_sync)};
    }
};

}  // namespace ctx::test
