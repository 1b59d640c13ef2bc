// What a logger's file would get, for tests: bytes, split into lines as a reader splits them.

#pragma once

#include <ctx/testing/logger_contract.hpp>

#include <nlohmann/json.hpp>

#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ctx::test {

/// The line as its reader sees it. What is no JSON has no ids.
inline testing::LoggedLine json_line(const std::string& line) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    if (!json.is_object()) return {line, "", ""};
    return {json.value("message", "none"), json.value("trace_id", ""), json.value("span_id", "")};
}

/// The value behind the last `name=` of a line of text.
inline std::string value_behind(std::string_view line, std::string_view name) {
    const auto begin = line.rfind(name);
    if (begin == std::string_view::npos) return {};
    line.remove_prefix(begin + name.size());
    return std::string{line.substr(0, line.find_first_of(" ]"))};
}

class Wire {
public:
    void write(std::string_view bytes) {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [this] { return !held_; });
        if (std::exchange(fails_, false)) throw std::runtime_error("disk full");
        bytes_ += bytes;
    }
    void hold() {
        const std::lock_guard lock{mutex_};
        held_ = true;
    }
    void release() {
        const std::lock_guard lock{mutex_};
        held_ = false;
        changed_.notify_all();
    }
    void fail_next() {
        const std::lock_guard lock{mutex_};
        fails_ = true;
    }

    [[nodiscard]] std::string bytes() {
        const std::lock_guard lock{mutex_};
        return bytes_;
    }
    template <typename Parse = testing::LoggedLine (*)(const std::string&)>
    [[nodiscard]] std::vector<testing::LoggedLine> lines(Parse parse = &json_line) {
        std::vector<testing::LoggedLine> lines;
        std::string rest = bytes();
        while (!rest.empty()) {
            const auto end = rest.find('\n');
            lines.push_back(parse(rest.substr(0, end)));
            rest.erase(0, end == std::string::npos ? end : end + 1);
        }
        return lines;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::string bytes_;
    bool held_ = false;
    bool fails_ = false;
};

}  // namespace ctx::test
