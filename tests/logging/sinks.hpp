// Sinks for the tests of the spdlog adapter.

#pragma once

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

namespace ctx::test {

/// Keeps what a file would get, and the messages as they came in.
class MemorySink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    std::vector<std::string> lines() {
        const std::lock_guard lock{mutex_};
        return lines_;
    }
    std::vector<std::string> messages() {
        const std::lock_guard lock{mutex_};
        return messages_;
    }
    std::size_t flushes() {
        const std::lock_guard lock{mutex_};
        return flushes_;
    }
    void clear() {
        const std::lock_guard lock{mutex_};
        lines_.clear();
        messages_.clear();
    }

protected:
    void sink_it_(const spdlog::details::log_msg& message) override {
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        lines_.emplace_back(line.data(), line.size());
        messages_.emplace_back(message.payload.data(), message.payload.size());
    }
    void flush_() override { ++flushes_; }

private:
    std::vector<std::string> lines_;
    std::vector<std::string> messages_;
    std::size_t flushes_ = 0;
};

/// Holds up the worker until it is opened.
class GateSink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    /// Returns when a worker stands before the gate.
    void wait_until_reached() {
        std::unique_lock lock{gate_};
        changed_.wait(lock, [this] { return reached_; });
    }
    void open() {
        const std::lock_guard lock{gate_};
        open_ = true;
        changed_.notify_all();
    }

protected:
    void sink_it_(const spdlog::details::log_msg& /*message*/) override {
        std::unique_lock lock{gate_};
        reached_ = true;
        changed_.notify_all();
        changed_.wait(lock, [this] { return open_; });
    }
    void flush_() override {}

private:
    std::mutex gate_;
    std::condition_variable changed_;
    bool reached_ = false;
    bool open_ = false;
};

class ThrowingSink final : public spdlog::sinks::base_sink<std::mutex> {
protected:
    void sink_it_(const spdlog::details::log_msg& /*message*/) override {
        throw std::runtime_error("disk full");
    }
    void flush_() override {}
};

/// Leaves spdlog as it was for the next test.
class CleanSpdlog {
public:
    CleanSpdlog() { reset(); }
    ~CleanSpdlog() { reset(); }
    CleanSpdlog(const CleanSpdlog&) = delete;
    CleanSpdlog& operator=(const CleanSpdlog&) = delete;

private:
    static void reset() {
        spdlog::drop_all();
        spdlog::set_level(spdlog::level::info);
        spdlog::flush_on(spdlog::level::off);
        spdlog::disable_backtrace();
        spdlog::set_pattern("%+");
        spdlog::set_error_handler(nullptr);
        spdlog::details::registry::instance().set_tp(nullptr);
    }
};

}  // namespace ctx::test
