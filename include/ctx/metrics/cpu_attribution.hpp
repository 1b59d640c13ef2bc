// ctx/metrics/cpu_attribution.hpp: whose requests use the CPU.
//
//     auto cpu = *ctx::CpuAttribution::start({.dimensions = {ctx::Dimension{"tenant"}}});
//     page.add(cpu);
//
//     request_cpu_seconds_total{work="request",tenant="acme"} 12.4
//     request_cpu_seconds_total{work="unattributed",tenant="none"} 1.1
//
// Each thread of the process gets a timer of its own CPU time. When it expires, a signal handler
// looks which context the thread is in, and charges it what the thread has used since the last
// time. So coroutines, pools and fibers need nothing: whoever is current when the CPU is used pays.
// What was used without a context, by threads that ended before their next sample, by those that
// were not seen yet or block the signal, is `unattributed`: at each reading the sum over all series
// is the CPU time of the process, getrusage(RUSAGE_SELF). For that a reading takes from a busy
// thread what it has used since its last sample, half a period on average: 0.03 % of a core when
// read every 15 s.
//
// How exact: n samples give a share p with a standard error of sqrt(p(1-p)/n); one minute of CPU
// time at 100 Hz and a share of 0.25 is 0.25 +- 0.006. Linux looks at such timers at its ticks
// (CONFIG_HZ): a shorter period than that gains nothing.
//
// Threads   Everything is safe from any thread, but a diagnostics handler must not read this. A context that was sampled is kept until the samples
//           are collected, `collect_every` at most. After fork() the child shows what the parent had
//           counted and counts nothing more.
// Errors    start() says what the system refuses, and refuses a signal that has a handler. The
//           handler stays installed: a late signal must not meet the default action. It restarts
//           system calls (SA_RESTART); those that nothing restarts (poll, nanosleep, waits with a
//           timeout) may fail with EINTR, as with every signal. More than 4096 threads at a time
//           are not sampled. In a thread that blocked the signal for more than ten periods and
//           100 ms, what it used meanwhile is unattributed.
// Cost      Per thread and period of CPU time a signal whose handler makes two system calls; per
//           thread and collection one system call and an entry of /proc/self/task. Nothing where
//           contexts are switched.

#pragma once

#include <ctx/export.hpp>
#include <ctx/metrics/dimension.hpp>
#include <ctx/metrics/source.hpp>

#include <absl/status/statusor.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace ctx {

struct CpuAttributionOptions {
    std::string name = "request_cpu_seconds_total";
    std::vector<Dimension> dimensions = {};
    std::size_t max_series = 2000;
    /// CPU time of a thread between two samples.
    std::chrono::microseconds period{10'000};
    /// How often samples are collected and new threads are looked for; at most 64 periods.
    std::chrono::milliseconds collect_every{50};
    /// Zero: SIGRTMIN + 5.
    int signal = 0;
};

/// Samples from start() until it is destroyed. Linux.
class CTX_EXPORT CpuAttribution final : public MetricSource {
public:
    [[nodiscard]] static absl::StatusOr<std::shared_ptr<CpuAttribution>> start(
        CpuAttributionOptions options);
    ~CpuAttribution() override;

    /// Collects first: the sum is that of the moment.
    void write(PageWriter& page) const override;
    [[nodiscard]] std::vector<FamilySnapshot> read() const override;

    /// Samples that found a context, so far.
    [[nodiscard]] std::uint64_t samples() const noexcept;

private:
    struct State;
    explicit CpuAttribution(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

}  // namespace ctx
