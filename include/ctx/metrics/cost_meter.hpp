// ctx/metrics/cost_meter.hpp: what else a tenant costs: calls, bytes, waits for locks.
//
//     auto costs = *ctx::CostMeter::create({.dimensions = {ctx::Dimension{"tenant"}}});
//     page.add(costs);
//
//     costs->calls().add();
//     costs->received().add(request.size());
//     const ctx::TimedLock lock{mutex, *costs};        // measures only when it has to wait
//
//     request_calls_total{tenant="acme"} 17
//     request_bytes_total{direction="received",tenant="acme"} 4711
//     request_lock_wait_seconds_total{tenant="acme"} 0.25
//
// Who pays is whose context is current; CPU time is in ctx/metrics/cpu_attribution.hpp.
//
// Threads   Everything is safe from any thread.
// Errors    create() refuses what CounterFamily::create() refuses.
// Cost      As Counter::add(). TimedLock: a try_lock(); where that fails two clock reads more.

#pragma once

#include <ctx/export.hpp>
#include <ctx/metrics/counter.hpp>
#include <ctx/metrics/dimension.hpp>
#include <ctx/metrics/source.hpp>

#include <absl/status/statusor.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace ctx {

struct CostMeterOptions {
    /// What the families' names begin with.
    std::string prefix = "request";
    std::vector<Dimension> dimensions = {};
    std::size_t max_series = 2000;  ///< of each family
};

/// Three families of counters. Put it on a MetricsPage.
class CTX_EXPORT CostMeter final : public MetricSource {
public:
    [[nodiscard]] static absl::StatusOr<std::shared_ptr<CostMeter>> create(
        const CostMeterOptions& options);

    [[nodiscard]] Counter& calls() noexcept { return calls_; }
    [[nodiscard]] Counter& received() noexcept { return received_; }    ///< bytes
    [[nodiscard]] Counter& sent() noexcept { return sent_; }            ///< bytes
    [[nodiscard]] Counter& lock_wait() noexcept { return lock_wait_; }  ///< seconds

    void write(PageWriter& page) const override;
    [[nodiscard]] std::vector<FamilySnapshot> read() const override;

private:
    using Families = std::vector<std::shared_ptr<CounterFamily>>;
    explicit CostMeter(Families families);

    Families families_;  // calls, bytes, lock wait
    Counter calls_;
    Counter received_;
    Counter sent_;
    Counter lock_wait_;
};

/// Holds a mutex; charges what it had to wait for it to the current request.
template <typename Mutex>
class [[nodiscard]] TimedLock {
public:
    TimedLock(Mutex& mutex, CostMeter& costs) : mutex_(&mutex) {
        if (mutex.try_lock()) return;
        const auto start = std::chrono::steady_clock::now();
        mutex.lock();
        const std::chrono::duration<double> waited = std::chrono::steady_clock::now() - start;
        costs.lock_wait().add(waited.count());
    }
    ~TimedLock() { mutex_->unlock(); }
    TimedLock(const TimedLock&) = delete;
    TimedLock& operator=(const TimedLock&) = delete;

private:
    Mutex* mutex_;
};

}  // namespace ctx
