// Adapters of loggers that are wrong, each in one way that such adapters have been; as
// broken_adapters.cpp.

#include <ctx/context/detail/switch.hpp>
#include <ctx/testing/logger_contract.hpp>

#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

using ctx::Context;
using ctx::ContextView;
using ctx::current;
using namespace ctx::testing;  // NOLINT: as users do

/// Lines that are right as long as write() is told the right context.
struct InMemory {
    void write(ContextView context, std::string_view message) {
        written.push_back(detail::line_of(context, std::string{message}));
    }
    void flush() {}
    std::vector<LoggedLine> lines() const { return written; }
    std::mutex mutex;
    std::vector<LoggedLine> written;
};

/// Messages that wait for a thread which formats them.
struct InQueue : InMemory {
    void log(std::string_view message) {
        const std::lock_guard lock{mutex};
        waiting.emplace_back(message);
    }
    void format_all() {
        for (const std::string& message : std::exchange(waiting, {}))
            write(current(), message);
    }
    std::vector<std::string> waiting;
};

struct FormatsElsewhere : InQueue {
    void flush() {
        std::thread{[this] { format_all(); }}.join();
    }
};

struct FormatsInFlush : InQueue {
    void flush() { format_all(); }
};

struct ForgetsTheContext : InMemory {
    void log(std::string_view message) {
        const std::lock_guard lock{mutex};
        write({}, message);
    }
};

struct LosesLines : InMemory {
    void log(std::string_view /*message*/) {}
};

struct WritesTwice : InMemory {
    void log(std::string_view message) {
        const std::lock_guard lock{mutex};
        write(current(), message);
        write(current(), message);
    }
};

struct ClearsTheContext : InMemory {
    void log(std::string_view message) {
        const std::lock_guard lock{mutex};
        write(current(), message);
        ctx::detail::release_node(ctx::detail::replace_node(nullptr));
    }
};

struct KeepsTheLastIds : InMemory {
    void log(std::string_view message) {
        const std::lock_guard lock{mutex};
        if (current()) last = detail::line_of(current(), "");
        written.push_back({std::string{message}, last.trace_id, last.span_id});
    }
    LoggedLine last;
};

struct CapturesOnce : InMemory {
    void log(std::string_view message) {
        const std::lock_guard lock{mutex};
        if (!first) first.emplace(current());
        write(*first, message);
    }
    std::optional<Context> first;
};

struct TrustsTheMessage : InMemory {
    void log(std::string_view message) {
        const std::lock_guard lock{mutex};
        write(current(), message);
        const auto begin = message.find(" trace_id=");
        if (begin == std::string_view::npos) return;
        written.back().trace_id = message.substr(begin + 10, 32);
        written.back().span_id = message.substr(begin + 51, 16);
    }
};

struct CutsTheMessage : InMemory {
    void log(std::string_view message) {
        const std::lock_guard lock{mutex};
        write(current(), message.substr(0, message.find(" trace_id=")));
    }
};

struct BreaksLines : InMemory {
    void log(std::string_view message) {
        const std::lock_guard lock{mutex};
        while (true) {
            const auto end = message.find('\n');
            write(current(), message.substr(0, end));
            if (end == std::string_view::npos) return;
            message.remove_prefix(end + 1);
        }
    }
};

struct KeepsContexts : InMemory {
    void log(std::string_view message) {
        const std::lock_guard lock{mutex};
        kept.emplace_back(current());
        write(current(), message);
    }
    std::vector<Context> kept;
};

struct StopsWhenTheSinkThrows : InMemory {
    void log(std::string_view message) {
        const std::lock_guard lock{mutex};
        if (!broken) write(current(), message);
    }
    void fail_next() { broken = true; }
    bool broken = false;
};

struct KeepsIdsWhenTheSinkThrows : InMemory {
    void log(std::string_view message) {
        const std::lock_guard lock{mutex};
        if (!captured) captured.emplace(current());
        if (std::exchange(fails, false)) throw std::runtime_error("disk full");
        write(*captured, message);
        captured.reset();
    }
    void fail_next() { fails = true; }
    std::optional<Context> captured;
    bool fails = false;
};

INSTANTIATE_TYPED_TEST_SUITE_P(FormatsElsewhere, LoggerContract, FormatsElsewhere);
INSTANTIATE_TYPED_TEST_SUITE_P(FormatsInFlush, LoggerContract, FormatsInFlush);
INSTANTIATE_TYPED_TEST_SUITE_P(ForgetsTheContext, LoggerContract, ForgetsTheContext);
INSTANTIATE_TYPED_TEST_SUITE_P(LosesLines, LoggerContract, LosesLines);
INSTANTIATE_TYPED_TEST_SUITE_P(WritesTwice, LoggerContract, WritesTwice);
INSTANTIATE_TYPED_TEST_SUITE_P(ClearsTheContext, LoggerContract, ClearsTheContext);
INSTANTIATE_TYPED_TEST_SUITE_P(KeepsTheLastIds, LoggerContract, KeepsTheLastIds);
INSTANTIATE_TYPED_TEST_SUITE_P(CapturesOnce, LoggerContract, CapturesOnce);
INSTANTIATE_TYPED_TEST_SUITE_P(TrustsTheMessage, LoggerContract, TrustsTheMessage);
INSTANTIATE_TYPED_TEST_SUITE_P(CutsTheMessage, LoggerContract, CutsTheMessage);
INSTANTIATE_TYPED_TEST_SUITE_P(BreaksLines, LoggerContract, BreaksLines);
INSTANTIATE_TYPED_TEST_SUITE_P(KeepsContexts, LoggerContract, KeepsContexts);
INSTANTIATE_TYPED_TEST_SUITE_P(StopsWhenTheSinkThrows, FailingLoggerContract,
                               StopsWhenTheSinkThrows);
INSTANTIATE_TYPED_TEST_SUITE_P(KeepsIdsWhenTheSinkThrows, FailingLoggerContract,
                               KeepsIdsWhenTheSinkThrows);

}  // namespace
