// Who pays for CPU time, calls, bytes and locks, across pools and coroutines.

#include "metrics/requests.hpp"
#include <ctx/executors.hpp>

#include <gtest/gtest.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <thread>
#include <utility>
#include <vector>

namespace {

using ctx::test::request_with;

double cpu_of(clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

std::map<std::string, double> by_customer(const ctx::MetricSource& source) {
    std::map<std::string, double> values;
    const auto families = source.read();
    for (const ctx::SeriesSnapshot& series : families.at(0).series) {
        std::string name;
        for (const auto& [label, value] : series.labels)
            name += name.empty() ? value : "/" + value;
        values[name] += series.value;
    }
    return values;
}

double sum_of(const std::map<std::string, double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0,
                           [](double sum, const auto& one) { return sum + one.second; });
}

/// Uses the CPU, in a thread that takes a lock now and then as all do (ThreadSanitizer lets signals
/// through at such calls only). @return what it used.
double burn(double seconds) {
    static std::mutex mutex;
    const double start = cpu_of(CLOCK_THREAD_CPUTIME_ID);
    double used = 0;
    do {
        const std::lock_guard lock{mutex};
        used = cpu_of(CLOCK_THREAD_CPUTIME_ID) - start;
    } while (used < seconds);
    return used;
}

/// Two threads that know nothing of contexts.
class Pool {
public:
    Pool() {
        for (int i = 0; i < 2; ++i)
            threads_.emplace_back([this] { work(); });
    }
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;
    ~Pool() {
        {
            const std::lock_guard lock{mutex_};
            stopping_ = true;
        }
        wake_.notify_all();
        for (std::thread& thread : threads_)
            thread.join();
    }
    void post(std::function<void()> task) {
        {
            const std::lock_guard lock{mutex_};
            tasks_.push_back(std::move(task));
        }
        wake_.notify_one();
    }

private:
    void work() {
        std::unique_lock lock{mutex_};
        for (;;) {
            wake_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
            if (tasks_.empty()) return;
            const auto task = std::move(tasks_.front());
            tasks_.pop_front();
            lock.unlock();
            task();
            lock.lock();
        }
    }

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::function<void()>> tasks_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

constexpr std::uint64_t enough_samples = 150;

struct Used {
    double acme = 0;
    double zeta = 0;
};

class CpuAttribution : public testing::Test {
protected:
    CpuAttribution() { ctx::test::publish_test_fields(); }

    std::shared_ptr<ctx::CpuAttribution> start() {
        auto started = ctx::CpuAttribution::start(
            {.dimensions = {ctx::Dimension{"customer"}.default_value("none")},
             .period = std::chrono::milliseconds{4},
             .collect_every = std::chrono::milliseconds{10}});
        EXPECT_TRUE(started.ok()) << started.status();
        return *std::move(started);
    }

    /// Waits until `cpu` has seen this thread: until its time is charged.
    static void wait_until_sampled(const ctx::CpuAttribution& cpu) {
        const ctx::Scope scope{request_with({{"customer", "warm-up"}})};
        const auto before = cpu.samples();
        while (cpu.samples() == before)
            burn(0.005);
    }

    /// Five standard errors: samples are not of equal weight where others want the processor, too.
    static void expect_share(const ctx::CpuAttribution& cpu, const Used& used) {
        auto charged = by_customer(cpu);
        const double a = charged["request/acme"];
        const double z = charged["request/zeta"];
        const double share = used.acme / (used.acme + used.zeta);
        EXPECT_NEAR(share, 0.75, 0.05) << "three to one";
        const double error = std::sqrt(share * (1 - share) / static_cast<double>(cpu.samples()));
        EXPECT_NEAR(a / (a + z), share, 5 * error + 0.01);
        EXPECT_GT(a + z, 0.5 * (used.acme + used.zeta)) << "threads are found soon";
    }

    static void expect_sum(const ctx::MetricSource& cpu) {
        const double sum = sum_of(by_customer(cpu));
        const double used = cpu_of(CLOCK_PROCESS_CPUTIME_ID);
        EXPECT_NEAR(sum, used, 0.02 * used);
    }

    const ctx::Context acme = request_with({{"customer", "acme"}});
    const ctx::Context zeta = request_with({{"customer", "zeta"}});
};

TEST_F(CpuAttribution, charges_tenants_in_a_pool_in_proportion) {
    const auto cpu = start();
    Used used;
    Pool pool;
    auto wrapped = ctx::wrap(pool);
    while (cpu->samples() < enough_samples) {
        const auto post = [&](const ctx::Context& context, double seconds) {
            const ctx::Scope scope{context};
            auto done = std::make_shared<std::promise<double>>();
            wrapped.post([done, seconds] { done->set_value(burn(seconds)); });
            return done->get_future();
        };
        auto big = post(acme, 0.012);
        auto small = post(zeta, 0.004);
        used.acme += big.get();
        used.zeta += small.get();
    }
    expect_share(*cpu, used);
    expect_sum(*cpu);
}

TEST_F(CpuAttribution, follows_coroutines_over_threads) {
    const auto cpu = start();
    Used used;
    Pool pool;
    const auto serve = [&pool](double seconds, double& sum) -> ctx::task<void> {
        for (int i = 0; i < 3; ++i) {
            co_await ctx::resume_on(pool);
            sum += burn(seconds);
        }
    };
    while (cpu->samples() < enough_samples) {
        {
            const ctx::Scope scope{acme};
            ctx::sync_wait(serve(0.012, used.acme));
        }
        const ctx::Scope scope{zeta};
        ctx::sync_wait(serve(0.004, used.zeta));
    }
    expect_share(*cpu, used);
    expect_sum(*cpu);
}

TEST_F(CpuAttribution, shows_what_nobody_is_charged_for) {
    const auto cpu = start();
    wait_until_sampled(*cpu);
    const auto before = by_customer(*cpu);
    const double used = burn(0.1);
    auto after = by_customer(*cpu);
    EXPECT_GE(after["unattributed/none"] - before.at("unattributed/none"), used);
    EXPECT_EQ(after["request/none"], 0) << "a request without customer is something else";
    expect_sum(*cpu);
}

TEST_F(CpuAttribution, does_not_charge_for_time_in_which_the_signal_was_blocked) {
    const auto cpu = start();
    wait_until_sampled(*cpu);
    const auto before = by_customer(*cpu);
    sigset_t sampled;
    sigemptyset(&sampled);
    sigaddset(&sampled, SIGRTMIN + 5);
    pthread_sigmask(SIG_BLOCK, &sampled, nullptr);
    const double used = burn(0.25);
    {
        const ctx::Scope scope{acme};
        pthread_sigmask(SIG_UNBLOCK, &sampled, nullptr);
    }
    auto after = by_customer(*cpu);
    EXPECT_EQ(after["request/acme"], 0) << "was not there";
    EXPECT_GT(after["unattributed/none"] - before.at("unattributed/none"), used);
    expect_sum(*cpu);
}

TEST_F(CpuAttribution, releases_every_context_and_survives_threads_that_come_and_go) {
    const auto before = ctx::live_contexts();
    {
        const auto cpu = start();
        for (int round = 0; round < 30; ++round) {
            std::thread other{[] {
                const ctx::Scope scope{request_with({{"customer", "acme"}})};
                burn(0.004);
            }};
            const ctx::Scope scope{request_with({{"customer", "zeta"}})};
            burn(0.004);
            other.join();
        }
        expect_sum(*cpu);
    }
    EXPECT_EQ(ctx::live_contexts(), before);
}

TEST_F(CpuAttribution, is_quiet_in_a_forked_child) {
    auto cpu = start();
    wait_until_sampled(*cpu);
    const double before = sum_of(by_customer(*cpu));
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        const bool same = sum_of(by_customer(*cpu)) >= before;
        cpu.reset();
        _exit(same ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    expect_sum(*cpu);
}

TEST_F(CpuAttribution, keeps_errno_and_the_handlers_of_others) {
    const auto refused = ctx::CpuAttribution::start({.signal = 9999}).status();
    EXPECT_FALSE(refused.ok());
    const int foreign = SIGRTMIN + 7;
    ASSERT_NE(signal(foreign, [](int) {}), SIG_ERR);
    EXPECT_FALSE(ctx::CpuAttribution::start({.signal = foreign}).ok());
    EXPECT_FALSE(ctx::CpuAttribution::start({.period = std::chrono::microseconds{10}}).ok());
    EXPECT_FALSE(ctx::CpuAttribution::start({.name = "1"}).ok());

    const auto cpu = start();
    errno = 4711;
    wait_until_sampled(*cpu);
    // A signal with a strange value, as a foreign timer would send it.
    union sigval value {};
    value.sival_int = -5;
    ASSERT_EQ(sigqueue(getpid(), SIGRTMIN + 5, value), 0);
    SUCCEED();
}

/// A mutex that somebody else has always just taken.
struct Contended {
    static bool try_lock() { return false; }
    void lock() { ++locked; }
    void unlock() { --locked; }
    int locked = 0;
};

TEST(CostMeter, charges_calls_bytes_and_waits_to_whom_they_are_for) {
    ctx::test::publish_test_fields();
    const auto costs = *ctx::CostMeter::create({.dimensions = {ctx::Dimension{"customer"}}});
    std::mutex mutex;
    const ctx::Scope scope{request_with({{"customer", "acme"}})};
    costs->calls().add();
    costs->received().add(100);
    costs->sent().add(7);
    { const ctx::TimedLock lock{mutex, *costs}; }
    EXPECT_TRUE(costs->read().at(2).series.empty()) << "nobody waited, nothing was measured";
    Contended contended;
    {
        const ctx::TimedLock lock{contended, *costs};
        EXPECT_EQ(contended.locked, 1);
    }
    EXPECT_EQ(contended.locked, 0);

    const auto families = costs->read();
    ASSERT_EQ(families.size(), 3U);
    EXPECT_EQ(ctx::test::find_series(families[0].series, {{"customer", "acme"}})->value, 1);
    EXPECT_EQ(ctx::test::find_series(families[1].series,
                                     {{"direction", "received"}, {"customer", "acme"}})
                  ->value,
              100);
    EXPECT_EQ(
        ctx::test::find_series(families[1].series, {{"direction", "sent"}, {"customer", "acme"}})
            ->value,
        7);
    ASSERT_EQ(families[2].series.size(), 1U);
    EXPECT_GT(families[2].series[0].value, 0);
    EXPECT_FALSE(ctx::CostMeter::create({.prefix = "1"}).ok());
}

}  // namespace
