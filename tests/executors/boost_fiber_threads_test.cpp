// Boost.Fiber on several threads. Debian's library is not instrumented: not under ThreadSanitizer.

#include "executors/boost_fiber_support.hpp"

#include <boost/fiber/all.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <exception>
#include <functional>
#include <latch>
#include <mutex>
#include <thread>
#include <vector>

namespace ctx {
namespace {

namespace bf = boost::fibers;
using test::here;
using test::request;

constexpr int thread_count = 3;
constexpr int fiber_count = 100;

class BoostFiberThreads : public test::ExecutorsTest {
protected:
    // One request: waits in several ways, inside a Scope and a catch block, until all together
    // have gone from thread to thread often enough.
    void serve(std::uint64_t number) {
        const Context outer{current()};
        const Context own = request(number);
        const Scope scope{own};
        std::thread::id thread = running_on();
        for (int i = 0; i < 20 || hops_ < fiber_count; ++i) {
            try {
                throw number;
            } catch (std::uint64_t) {
                wait(i);
                look(own, std::current_exception() != nullptr);
                try {
                    throw;
                } catch (std::uint64_t caught) {
                    look(own, caught == number);
                }
            }
            const std::thread::id now = running_on();
            hops_ += now == thread ? 0 : 1;
            thread = now;
        }
        look(own, std::current_exception() == nullptr);
        look(own, static_cast<bool>(outer));
    }

    void wait(int i) {
        if (i % 3 == 0) {
            const std::lock_guard lock{mutex_};
            boost::this_fiber::yield();
        } else if (i % 3 == 1) {
            bf::async(bf::launch::post, [] { boost::this_fiber::yield(); }).get();
        } else {
            boost::this_fiber::yield();
        }
    }

    void look(const Context& own, bool more) { wrong_ += here() == own.node() && more ? 0 : 1; }

    // Compilers keep the id of the thread over a switch, as they do with addresses.
    [[gnu::noinline]] static std::thread::id running_on() {
        const std::thread::id id = std::this_thread::get_id();
        asm volatile("" ::: "memory");
        return id;
    }

    // `use` makes the scheduler of a thread; the first thread makes the fibers. All wait as fibers
    // do, so that their schedulers run.
    void run(const std::function<void()>& use) {
        std::latch ready{thread_count};
        const auto work = [&](bool first) {
            use();
            ready.arrive_and_wait();
            if (first) make_fibers();
            std::unique_lock lock{mutex_};
            ended_.wait(lock, [this] { return running_ == 0; });
            EXPECT_EQ(here(), nullptr);
        };
        std::vector<std::thread> threads;
        for (int i = 0; i < thread_count; ++i)
            threads.emplace_back(work, i == 0);
        for (std::thread& each : threads)
            each.join();
        EXPECT_EQ(wrong_, 0);
    }

    void make_fibers() {
        for (int i = 0; i < fiber_count; ++i) {
            const Scope scope{request(1)};
            bf::fiber{i % 5 == 0 ? bf::launch::dispatch : bf::launch::post,
                      [this, i] {
                          serve(static_cast<std::uint64_t>(i));
                          const std::lock_guard lock{mutex_};
                          if (--running_ == 0) ended_.notify_all();
                      }}
                .detach();
        }
    }

    bf::condition_variable ended_;
    int running_ = fiber_count;
    bf::mutex mutex_;
    std::atomic<int> wrong_ = 0;
    std::atomic<int> hops_ = 0;
};

TEST_F(BoostFiberThreads, fibers_that_are_stolen_keep_their_contexts) {
    run([] {
        using Stealing = fibers::algo<bf::algo::work_stealing>;
        bf::use_scheduling_algorithm<Stealing>(static_cast<std::uint32_t>(thread_count));
    });
    EXPECT_GE(hops_, fiber_count);
}

TEST_F(BoostFiberThreads, fibers_that_are_shared_keep_their_contexts) {
    run([] { bf::use_scheduling_algorithm<fibers::algo<bf::algo::shared_work>>(); });
    EXPECT_GE(hops_, fiber_count);
}

}  // namespace
}  // namespace ctx
