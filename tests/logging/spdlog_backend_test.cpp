#include "logging/contexts.hpp"
#include "logging/lines.hpp"
#include "logging/sinks.hpp"
#include "support/counting_allocator.hpp"
#include <ctx/context.hpp>
#include <ctx/logging/spdlog.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/null_sink.h>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using ctx::log::Overflow;
using ctx::test::expect_all_right;
using ctx::test::GateSink;
using ctx::test::log_everywhere;
using ctx::test::MemorySink;
using ctx::test::stat;
using ctx::test::trace_in;

class SpdlogBackend : public testing::Test {
protected:
    SpdlogBackend() { use({}); }
    ~SpdlogBackend() override { ctx::log::uninstall(); }

    static void use(ctx::log::Options options) {
        options.async = ctx::log::AsyncMode::own_backend;
        ctx::log::install(options);
    }
    static std::shared_ptr<spdlog::logger> async(std::vector<spdlog::sink_ptr> sinks) {
        return ctx::log::make_async_logger("svc", std::move(sinks), {});
    }
    std::vector<std::string> lines() {
        EXPECT_TRUE(ctx::log::flush(30s));
        return sink_->lines();
    }

    ctx::test::CleanSpdlog clean_;
    std::shared_ptr<MemorySink> sink_ = std::make_shared<MemorySink>();
};

TEST_F(SpdlogBackend, every_line_of_eight_threads_has_its_own_id) {
    log_everywhere(*async({sink_}), 8, 250);
    expect_all_right(lines(), 8 * 250 * 5);
}

TEST_F(SpdlogBackend, rings_that_are_full_lose_nothing) {
    use({.ring_bytes = 4096});
    log_everywhere(*async({sink_}), 8, 250);
    expect_all_right(lines(), 8 * 250 * 5);
}

TEST_F(SpdlogBackend, threads_that_come_and_go_lose_nothing) {
    const auto logger = async({sink_});
    for (int i = 0; i < 50; ++i)
        log_everywhere(*logger, 4, 2);
    expect_all_right(lines(), 50 * 4 * 2 * 5);
}

TEST_F(SpdlogBackend, takes_the_place_of_asynchronous_loggers_without_their_pool) {
    spdlog::init_thread_pool(128, 1);
    spdlog::register_logger(
        std::make_shared<spdlog::async_logger>("svc", sink_, spdlog::thread_pool()));
    use({});
    spdlog::details::registry::instance().set_tp(nullptr);
    const ctx::Scope scope{ctx::test::request()};
    spdlog::get("svc")->info("x");
    const auto all = lines();
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(trace_in(all[0]), ctx::test::trace_hex);
}

/// Hands on to a sink that somebody has.
class ForwardingSink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    explicit ForwardingSink(spdlog::sink_ptr to) : to_(std::move(to)) {}

protected:
    void sink_it_(const spdlog::details::log_msg& message) override { to_->log(message); }
    void flush_() override { to_->flush(); }

private:
    spdlog::sink_ptr to_;
};

TEST_F(SpdlogBackend, the_factory_makes_loggers_without_a_pool) {
    ctx::log::async_factory::create<ForwardingSink>("made", sink_)->info("x");
    EXPECT_EQ(spdlog::thread_pool(), nullptr);
    lines();
    EXPECT_THAT(sink_->messages(), testing::ElementsAre("x"));
}

// Each worker answers the one before it: whoever is woken logs after who woke it.
TEST_F(SpdlogBackend, lines_come_out_in_the_order_of_cause_and_effect) {
    constexpr int threads = 4;
    constexpr int rounds = 2000;
    const auto logger = async({sink_});
    std::atomic<int> turn{0};
    std::vector<std::thread> workers;
    for (int t = 0; t < threads; ++t) {
        workers.emplace_back([&, t] {
            for (int mine = t; mine < threads * rounds; mine += threads) {
                for (int now = turn; now != mine; now = turn)
                    turn.wait(now);
                logger->info("{}", mine);
                turn = mine + 1;
                turn.notify_all();
            }
        });
    }
    for (auto& worker : workers)
        worker.join();
    lines();
    const auto messages = sink_->messages();
    ASSERT_EQ(messages.size(), static_cast<std::size_t>(threads * rounds));
    for (std::size_t i = 0; i < messages.size(); ++i)
        ASSERT_EQ(messages[i], std::to_string(i));
}

TEST_F(SpdlogBackend, a_line_from_the_future_waits_for_nothing) {
    const auto logger = async({sink_});
    logger->log(spdlog::log_clock::now() + 24h, spdlog::source_loc{}, spdlog::level::info, "later");
    logger->info("now");
    EXPECT_EQ(lines().size(), 2U);
}

TEST_F(SpdlogBackend, flush_waits_for_delivery_and_gives_up_in_time) {
    const auto gate = std::make_shared<GateSink>();
    ctx::test::expect_flush_waits_in_time(*async({gate, sink_}), *gate, *sink_);
}

TEST_F(SpdlogBackend, a_loggers_flush_comes_behind_its_lines) {
    const auto logger = async({sink_});
    logger->flush_on(spdlog::level::err);
    logger->info("x");
    logger->error("x");
    logger->flush();
    lines();
    EXPECT_EQ(sink_->flushes(), 3U);  // by level, by flush(), by ctx::log::flush()
}

TEST_F(SpdlogBackend, a_logger_that_ends_delivers_first) {
    for (int i = 0; i < 100; ++i)
        async({sink_})->info("{}", i);
    EXPECT_EQ(lines().size(), 100U);
}

TEST_F(SpdlogBackend, a_logger_that_ends_lets_go_of_its_sinks) {
    const std::weak_ptr<MemorySink> watch = sink_;
    async({sink_})->info("x");
    sink_.reset();
    while (!watch.expired()) {
        EXPECT_TRUE(ctx::log::flush(30s));
    }
}

TEST_F(SpdlogBackend, full_rings_drop_the_newest_line_where_the_policy_says_so_and_count_it) {
    for (const auto overflow : {Overflow::drop_newest, Overflow::drop_below_warn}) {
        use({.overflow = overflow, .ring_bytes = 4096});
        sink_->clear();
        const auto gate = std::make_shared<GateSink>();
        const auto logger = async({gate, sink_});
        const std::uint64_t before = stat("ctx_logging_dropped_total");
        std::latch is_full{1};
        std::thread worker{[&] {
            const ctx::Scope scope{ctx::test::request()};
            for (int i = 0; i < 1000; ++i)
                logger->info("want={}", ctx::test::trace_hex);
            is_full.count_down();
            logger->warn("want={}", ctx::test::trace_hex);
        }};
        is_full.wait();
        if (overflow == Overflow::drop_newest) worker.join();
        gate->open();
        if (worker.joinable()) worker.join();
        const std::size_t count = lines().size();
        EXPECT_EQ(stat("ctx_logging_dropped_total"), before + 1001 - count);
        EXPECT_LT(count, 1000U);
        expect_all_right(sink_->lines(), count);
        const bool kept_the_warning = sink_->lines().back().find("warn") != std::string::npos;
        EXPECT_EQ(kept_the_warning, overflow == Overflow::drop_below_warn);
    }
}

TEST_F(SpdlogBackend, a_sink_that_throws_takes_nothing_from_the_others) {
    std::atomic<int> heard{0};
    const auto logger = async({std::make_shared<ctx::test::ThrowingSink>(), sink_});
    logger->set_error_handler([&heard](const std::string&) { ++heard; });
    for (int i = 0; i < 5; ++i)
        logger->info("x");
    EXPECT_EQ(lines().size(), 5U);
    EXPECT_EQ(heard, 5);
}

TEST_F(SpdlogBackend, any_payload_comes_out_as_it_went_in) {
    ctx::test::expect_any_payload_survives(*async({sink_}), *sink_, [this] { return lines(); });
}

TEST_F(SpdlogBackend, a_dumped_backtrace_never_shows_the_dumpers_id) {
    const auto logger = async({sink_});
    ctx::test::dump_in_another_request(*logger);
    const auto all = lines();
    ASSERT_EQ(all.size(), 2 + 5U);  // logged; start, three remembered, end
    const std::string own{ctx::test::trace_hex};
    EXPECT_EQ(trace_in(all[0]), own);
    EXPECT_EQ(trace_in(all[3]), own);
    EXPECT_EQ(trace_in(all[4]), "none");
    EXPECT_EQ(trace_in(all[5]), own);
    EXPECT_EQ(sink_->messages()[3], "above");
    EXPECT_EQ(sink_->messages()[4], "below");
}

/// Says something of its own about each record it gets, through the logger it belongs to.
class EchoingSink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    std::weak_ptr<spdlog::logger> logger;

protected:
    void sink_it_(const spdlog::details::log_msg& message) override {
        const auto own = logger.lock();
        if (own == nullptr || message.payload == spdlog::string_view_t{"echo"}) return;
        for (int i = 0; i < 1000; ++i)
            own->info("echo");
    }
    void flush_() override {}
};

TEST_F(SpdlogBackend, a_sink_that_logs_has_the_lines_context_and_is_never_waited_for) {
    use({.ring_bytes = 4096});
    const auto echo = std::make_shared<EchoingSink>();
    const auto logger = async({sink_, echo});
    echo->logger = logger;
    {
        const ctx::Scope scope{ctx::test::request()};
        logger->info("x");
    }
    const auto all = lines();
    ASSERT_GT(all.size(), 1U);
    ASSERT_LT(all.size(), 1001U);  // what its own ring has no room for is dropped
    for (const auto& line : all)
        EXPECT_EQ(trace_in(line), ctx::test::trace_hex);
}

/// Lets go of a logger on the backend's thread.
class EndingSink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    std::shared_ptr<spdlog::logger> victim;

protected:
    void sink_it_(const spdlog::details::log_msg& /*message*/) override { victim.reset(); }
    void flush_() override {}
};

TEST_F(SpdlogBackend, a_logger_may_end_on_the_backends_thread) {
    const auto ending = std::make_shared<EndingSink>();
    auto logger = async({ending, sink_});
    const auto gate = std::make_shared<GateSink>();
    const auto holder = async({gate});
    holder->info("hold the backend");
    gate->wait_until_reached();
    std::thread([&] { logger->info("from a thread that nobody has heard of"); }).join();
    logger->info("end yourself");
    logger->info("and say this");
    ending->victim = std::move(logger);
    gate->open();
    EXPECT_EQ(lines().size(), 3U);
}

/// Asks spdlog's registry, which is locked while it drops loggers.
class AskingSink final : public spdlog::sinks::base_sink<std::mutex> {
protected:
    void sink_it_(const spdlog::details::log_msg& /*message*/) override { spdlog::get("svc"); }
    void flush_() override {}
};

TEST_F(SpdlogBackend, loggers_may_be_dropped_while_a_sink_asks_for_them) {
    for (int round = 0; round < 20; ++round) {
        auto logger = async({std::make_shared<AskingSink>(), sink_});
        spdlog::register_logger(logger);
        for (int i = 0; i < 50; ++i)
            logger->info("x");
        logger.reset();
        spdlog::drop_all();
    }
    EXPECT_EQ(lines().size(), 20U * 50U);
}

/// Makes a logger under a lock that its flush needs.
class LockingSink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    std::mutex lock;

protected:
    void sink_it_(const spdlog::details::log_msg& /*message*/) override {}
    void flush_() override { const std::lock_guard guard{lock}; }
};

TEST_F(SpdlogBackend, a_flush_may_wait_for_who_makes_and_ends_loggers) {
    const auto sink = std::make_shared<LockingSink>();
    const auto logger = async({sink});
    for (int round = 0; round < 50; ++round) {
        logger->info("x");
        std::thread flusher{[] { EXPECT_TRUE(ctx::log::flush(30s)); }};
        {
            const std::lock_guard guard{sink->lock};
            async({sink_})->info("y");
        }
        flusher.join();
    }
    EXPECT_EQ(lines().size(), 50U);
}

/// Logs when its context goes, as a value of a context may.
struct Farewell {
    std::shared_ptr<spdlog::logger> logger;
    ~Farewell() {
        if (logger != nullptr) logger->info("farewell");
    }
};

TEST_F(SpdlogBackend, a_context_may_log_when_the_backend_forgets_it) {
    const ctx::Key<std::shared_ptr<Farewell>> key{"farewell"};
    const auto logger = async({sink_});
    {
        const ctx::Scope scope{
            ctx::Context{}.with(key, std::make_shared<Farewell>(Farewell{logger}))};
        logger->info("x");
    }
    while (sink_->messages().empty() || sink_->messages().back() != "farewell") {
        EXPECT_TRUE(ctx::log::flush(30s));
    }
}

TEST_F(SpdlogBackend, keeps_no_request_alive_that_a_thread_has_logged_about_last) {
    const auto before = ctx::live_contexts();
    const auto logger = async({sink_});
    {
        const ctx::Scope scope{ctx::test::fresh_request()};
        logger->info("x");
    }
    EXPECT_TRUE(ctx::log::flush(30s));
    // The backend forgets when it has nothing to do: it gets to that by itself.
    while (ctx::live_contexts() > before)
        std::this_thread::yield();
    {
        const ctx::Scope scope{ctx::test::request()};
        logger->info("y");
    }
    logger->info("z");
    const auto all = lines();
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(trace_in(all[1]), ctx::test::trace_hex);
    EXPECT_EQ(trace_in(all[2]), "none");
}

TEST_F(SpdlogBackend, a_thread_that_logs_while_its_locals_are_destroyed_is_heard) {
    struct Talker {
        std::shared_ptr<spdlog::logger> logger;
        ~Talker() {
            if (logger != nullptr) logger->info("bye");
        }
    };
    const auto logger = async({sink_});
    std::thread([&logger] {
        thread_local Talker talker;  // made before the ring: destroyed after it
        talker.logger = logger;
        logger->info("hello");
    }).join();
    lines();
    EXPECT_THAT(sink_->messages(), testing::ElementsAre("hello", "bye"));
}

TEST_F(SpdlogBackend, nothing_is_allocated_after_the_first_line_of_a_thread) {
    const auto logger = async({std::make_shared<spdlog::sinks::null_sink_mt>()});
    const std::string longest(240, 'x');
    logger->info("{}", longest);
    const ctx::test::AllocationCounter counter;
    for (int i = 0; i < 100; ++i) {
        logger->info("{}", longest);
    }
    EXPECT_EQ(counter.allocations(), 0U);
}

TEST_F(SpdlogBackend, parent_and_child_of_a_fork_write_each_line_once) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const auto logger = async({sink_});
    logger->info("parent");
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        const ctx::Scope scope{ctx::test::request()};
        logger->info("child");
        bool right = ctx::log::flush(30s);
        const auto all = sink_->lines();
        right &= all.size() == 2 && trace_in(all[1]) == ctx::test::trace_hex;
        const char answer = right ? 'y' : 'n';
        _exit(write(ends[1], &answer, 1) == 1 ? 0 : 1);
    }
    logger->info("parent again");
    char answer = 0;
    ASSERT_EQ(read(ends[0], &answer, 1), 1);
    EXPECT_EQ(answer, 'y');
    EXPECT_EQ(waitpid(child, nullptr, 0), child);
    lines();
    EXPECT_THAT(sink_->messages(), testing::ElementsAre("parent", "parent again"));
    close(ends[0]);
    close(ends[1]);
}

/// A path of its own, and what is there at the end is removed.
class LogFile {
public:
    LogFile() = default;
    ~LogFile() { std::remove(path_.c_str()); }
    LogFile(const LogFile&) = delete;
    LogFile& operator=(const LogFile&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::size_t count_lines() const {
        std::ifstream file{path_};
        return static_cast<std::size_t>(std::count(std::istreambuf_iterator<char>{file}, {}, '\n'));
    }

private:
    const std::string path_ = testing::TempDir() + "ctx_backend_test." + std::to_string(getpid());
};

constexpr std::size_t last_lines = 300;

/// Runs `end` in a child whose lines are still on their way. @return how the child ended.
template <typename End>
int end_while_logging(const std::string& path, const End& end) {
    const pid_t child = fork();
    if (child == 0) {
        // Not let go of: the logger must not be what waits.
        auto* const logger = new std::shared_ptr<spdlog::logger>(ctx::log::make_async_logger(
            "svc", {std::make_shared<spdlog::sinks::basic_file_sink_mt>(path)}, {}));
        for (std::size_t i = 0; i < last_lines; ++i)
            (*logger)->info("x");
        end();
    }
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return status;
}

TEST_F(SpdlogBackend, a_process_that_dies_of_a_signal_has_written_its_lines) {
    const LogFile file;
    const int status = end_while_logging(file.path(), [] {
        ctx::log::drain_on_fatal_signals();
        std::abort();
    });
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    EXPECT_EQ(file.count_lines(), last_lines);
}

TEST_F(SpdlogBackend, a_process_that_ends_has_written_its_lines) {
    const LogFile file;
    const int status = end_while_logging(file.path(), [] { std::exit(0); });
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(file.count_lines(), last_lines);
}

TEST_F(SpdlogBackend, leaks_no_context) {
    const auto before = ctx::live_contexts();
    log_everywhere(*async({sink_}), 4, 200);
    EXPECT_TRUE(ctx::log::flush(30s));
    while (ctx::live_contexts() > before)
        std::this_thread::yield();
}

}  // namespace
