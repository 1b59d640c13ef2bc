// Boost.Fiber on two threads that steal each other's fibers.

#include "executors/torture/torture.hpp"
#include <ctx/executors/boost_fiber.hpp>
#include <ctx/executors/carried.hpp>

#include <boost/fiber/all.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace ctx::torture {
namespace {

namespace bf = boost::fibers;

// An idle thread of work_stealing looks for others' fibers all the time, or waits for its own: this
// one looks often.
class OftenStealing : public bf::algo::work_stealing {
public:
    using work_stealing::work_stealing;
    void suspend_until(const std::chrono::steady_clock::time_point& time) noexcept override {
        const auto soon = std::chrono::steady_clock::now() + std::chrono::microseconds{100};
        work_stealing::suspend_until(std::min(time, soon));
    }
};

class BoostFiberHops : public Hops {
public:
    explicit BoostFiberHops(Torture& torture) : torture_(torture) {
        for (unsigned i = 0; i < threads; ++i)
            threads_.emplace_back([this, i] { work(i == 0); });
    }
    ~BoostFiberHops() override { BoostFiberHops::finish(); }

    [[nodiscard]] unsigned ways() const override { return 1; }

    void hop(Job job, unsigned, Random) override { jobs_.push(Carried<Job>{std::move(job)}); }

    int finish() override {
        jobs_.close();
        for (std::thread& thread : threads_)
            thread.join();
        threads_.clear();
        return dirty_;
    }

private:
    static constexpr unsigned threads = 2;

    void work(bool is_first) {
        bf::use_scheduling_algorithm<fibers::algo<OftenStealing>>(threads, true);
        if (is_first) {
            take_jobs();
            const std::lock_guard lock{mutex_};
            is_over_ = true;
            over_.notify_all();
        } else {
            std::unique_lock lock{mutex_};
            over_.wait(lock, [this] { return is_over_; });
        }
        dirty_ += current() ? 1 : 0;
    }

    // A fiber for each job, which has the context of the Scope that it is made in.
    void take_jobs() {
        Carried<Job> job;
        while (jobs_.pop(job) == bf::channel_op_status::success) {
            const Scope scope{std::move(job).context()};
            bf::fiber{[this, taken = *std::move(job)] { run(taken); }}.detach();
        }
    }

    void run(const Job& job) {
        torture_.count_task();
        torture_.check(job.told);
        boost::this_fiber::yield();
        torture_.check(job.told);
        inside_a_scope(job.told);
        bf::async(bf::launch::post, [&] { torture_.check(job.told); }).get();
        torture_.check(job.told);
        torture_.spread(job);
        torture_.check(job.told);
    }

    void inside_a_scope(Told inside) {
        const Scope scope{Torture::child("fiber", inside)};
        boost::this_fiber::yield();
        torture_.check(inside);
    }

    Torture& torture_;
    bf::buffered_channel<Carried<Job>> jobs_{4096};
    bf::mutex mutex_;
    bf::condition_variable over_;
    bool is_over_ = false;
    std::atomic<int> dirty_{0};
    std::vector<std::thread> threads_;
};

}  // namespace

std::unique_ptr<Hops> make_boost_fiber_hops(Torture& torture) {
    return std::make_unique<BoostFiberHops>(torture);
}

}  // namespace ctx::torture
