// Random fork, join and hop schedules over every adapter there is.

#pragma once

#include "executors/torture/job.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace ctx::torture {

/// Ways to get elsewhere: one or more adapters, and the threads that they need.
class Hops {
public:
    virtual ~Hops() = default;
    Hops() = default;
    Hops(const Hops&) = delete;
    Hops& operator=(const Hops&) = delete;

    [[nodiscard]] virtual unsigned ways() const = 0;
    /// Has Torture::task() or the like run for `job` elsewhere, with the current context.
    virtual void hop(Job job, unsigned way, Random random) = 0;
    /// Ends its threads, when all work is done. @return threads and tasks that left a context.
    virtual int finish() = 0;
};

class Torture {
public:
    Torture(std::int64_t tasks, std::uint64_t seed);
    void add(std::unique_ptr<Hops> hops) { hops_.push_back(std::move(hops)); }

    /// Eight threads that send requests, until enough tasks have run.
    Tally& run();
    int finish();

    /// The body of every task: check, hop on, check again.
    void task(const Job& job);

    // The parts of it, for tasks with more between.
    void count_task() noexcept;
    void check(const Told& told);
    void fail() noexcept { ++tally_.mismatches; }
    /// Starts up to two tasks after this one, on random adapters, in random contexts.
    void spread(const Job& job);

    /// The current context with another span and branch; `told` is told.
    [[nodiscard]] static Context child(const char* branch, Told& told);

private:
    void call(std::uint64_t caller);
    std::future<void> send(std::uint64_t number);
    void fork(Job job, Random random);
    void join_branches(Job job, Random random);
    void hop(Job job, Random random);

    std::uint64_t seed_;
    Tally tally_;
    std::vector<std::unique_ptr<Hops>> hops_;
    unsigned ways_ = 0;
};

std::unique_ptr<Hops> make_plain_hops(Torture& torture);
std::unique_ptr<Hops> make_coroutine_hops(Torture& torture);
std::unique_ptr<Hops> make_asio_hops(Torture& torture);
std::unique_ptr<Hops> make_fiber_hops(Torture& torture);
std::unique_ptr<Hops> make_boost_fiber_hops(Torture& torture);
std::unique_ptr<Hops> make_tbb_hops(Torture& torture);

}  // namespace ctx::torture
