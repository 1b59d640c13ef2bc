// The checks of logger_contract.hpp: one function each.

#pragma once

#include <ctx/testing/detail/logger_harness.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace ctx::testing::detail {

inline void check_ids(LoggerHarness& logger) {
    Journal journal{logger};
    for (std::uint64_t number = 1; number <= 4; ++number) {
        const std::string name = "request " + std::to_string(number);
        const Context request = make_request(number);
        const Scope scope{request};
        journal.log(name);
        {
            const Scope child{request.with_span({request.trace_id(), SpanId{number}, {}, {}})};
            journal.log(name + " in a child span");
        }
        journal.log(name + " behind a child span");
    }
    journal.finish();
}

inline void check_no_ids(LoggerHarness& logger) {
    Journal journal{logger};
    journal.log("before all requests");
    for (std::uint64_t number = 1; number <= 4; ++number) {
        const std::string name = std::to_string(number);
        {
            const Scope scope{make_request(number)};
            journal.log("request " + name);
            const Scope nothing{Context{}};
            journal.log("nobody, inside of request " + name);
        }
        journal.log("nobody, behind request " + name);
    }
    journal.finish();
}

/// Lines under nested contexts that change with each of them.
inline void log_nested(Journal& journal, std::uint64_t thread) {
    constexpr std::uint64_t rounds = 25;
    for (std::uint64_t round = 0; round < rounds; ++round) {
        const std::string name = std::to_string(thread) + "/" + std::to_string(round);
        journal.log(name + " nobody");
        const std::uint64_t number = 1 + 2 * (thread * rounds + round);
        const Scope outer{make_request(number)};
        journal.log(name + " outer");
        {
            const Scope inner{make_request(number + 1)};
            journal.log(name + " inner");
            const Scope nothing{Context{}};
            journal.log(name + " nobody, inside");
        }
        journal.log(name + " outer again");
    }
}

inline void check_many_threads(LoggerHarness& logger) {
    Journal journal{logger};
    std::vector<std::thread> threads;
    for (std::uint64_t thread = 0; thread < 8; ++thread)
        threads.emplace_back([&journal, thread] { log_nested(journal, thread); });
    for (std::thread& thread : threads)
        thread.join();
    journal.finish();
}

inline void check_late_lines(LoggerHarness& logger) {
    Journal journal{logger};
    for (std::uint64_t number = 1; number <= 4; ++number) {
        const std::string name = std::to_string(number);
        logger.hold();
        std::thread{[&] {
            const Scope scope{make_request(100 + number)};
            journal.log("a thread that has ended, " + name);
        }}.join();
        {
            const Scope scope{make_request(number)};
            journal.log("a request that has ended, " + name);
        }
        journal.log("nobody, before a request, " + name);
        const Scope other{make_request(200 + number)};
        logger.release();
        journal.flush();
    }
    journal.finish();
}

/// Texts that tell the ids of `other`.
inline std::vector<std::string> imitations_of(ContextView other, const LoggerHarness& logger) {
    const std::string trace = other.trace_id().to_string();
    const std::string span = other.span_id().to_string();
    const std::string json =
        R"(","trace_id":")" + trace + R"(","span_id":")" + span + R"(","trace_flags":"01)";
    std::vector<std::string> texts{" trace_id=" + trace + " span_id=" + span, json,
                                   logger.imitate(other)};
    if (logger.writes_bytes_as_they_are().empty()) {
        texts.push_back("\"}\n{\"message\":\"forged" + json + "\"}");
        texts.push_back("\n trace_id=" + trace + " span_id=" + span);
    }
    return texts;
}

inline void check_imitations(LoggerHarness& logger) {
    Journal journal{logger};
    std::size_t count = 0;
    for (const std::string& text : imitations_of(make_request(666), logger)) {
        std::string message = "imitation " + std::to_string(++count) + " by ";
        {
            const Scope scope{make_request(1)};
            journal.log((message + "a request:").append(text));
        }
        // Nobody can tell ids of a line of text from a message that says the same.
        if (!logger.writes_bytes_as_they_are().empty()) continue;
        journal.log(message.append("nobody:").append(text));
    }
    journal.finish();
}

inline std::vector<std::string> hostile_messages() {
    std::string all;
    for (int byte = 0; byte < 256; ++byte)
        all += static_cast<char>(byte);
    return {"",
            "\n",
            "one\ntwo\n\nthree\n",
            "\r\n",
            all,
            "\xE2\x80\xA8 line \xE2\x80\xA9 paragraph \xC2\x85 next line",
            "\xC0\x8A overlong, \xED\xA0\x80 surrogate, \xF5 cut \xE2\x80",
            std::string(3, '\0'),
            R"("}\"{\)",
            std::string(8192, '\x01')};
}

inline void check_hostile_bytes(LoggerHarness& logger) {
    if (!logger.writes_bytes_as_they_are().empty()) return;
    const Context request = make_request(1);
    const std::vector<std::string> messages = hostile_messages();
    {
        const Scope scope{request};
        for (const std::string& message : messages)
            logger.log(message);
    }
    logger.flush();
    const std::vector<LoggedLine> lines = logger.lines();
    if (lines.size() != messages.size()) {
        ADD_FAILURE() << messages.size() << " records came out as " << lines.size()
                      << " lines. Escape what ends a line: a message must not be able to write a "
                         "line of its own.";
    }
    const LoggedLine wanted = line_of(request, "");
    for (const LoggedLine& line : lines) {
        if (line.trace_id == wanted.trace_id && line.span_id == wanted.span_id) continue;
        ADD_FAILURE() << "A line of hostile bytes has " << ids_of(line) << ", wanted "
                      << ids_of(wanted);
        return;
    }
}

inline void check_contexts_released(LoggerHarness& logger) {
    Journal journal{logger};
    const Event gone{3};
    for (std::uint64_t number = 1; number <= 3; ++number) {
        const Scope scope{watched(make_request(number), gone)};
        journal.log("request " + std::to_string(number));
    }
    journal.finish();
    if (gone.wait()) return;
    ADD_FAILURE() << "The context is still held although its line has come out. Let go of it with "
                     "the record: neither a logger nor a queue must keep the context of a line.";
}

inline void check_throwing_sink(LoggerHarness& logger) {
    Journal journal{logger};
    for (std::uint64_t number = 1; number <= 4; ++number) {
        const std::string name = std::to_string(number);
        {
            const Scope scope{make_request(number)};
            journal.log("before the sink threw, " + name);
        }
        journal.flush();
        logger.fail_next();
        {
            const Scope scope{make_request(100 + number)};
            journal.log("the sink threw, " + name, true);
        }
        journal.flush();
        journal.log("nobody, behind a sink that threw, " + name);
        const Scope scope{make_request(200 + number)};
        journal.log("behind a sink that threw, " + name);
    }
    journal.finish();
}

}  // namespace ctx::testing::detail
