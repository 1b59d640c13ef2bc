// The contract of adapters, for fibers of Boost.Fiber: each task is a fiber of the thread that
// waits.

#include "executors/contract_support.hpp"
#include <ctx/executors/boost_fiber.hpp>

#include <boost/fiber/all.hpp>
#include <gtest/gtest.h>

#include <utility>

namespace {

namespace bf = boost::fibers;
using namespace ctx::testing;  // NOLINT: as users do

template <bf::launch policy>
struct Fibers {
    static constexpr const char* must_not_throw =
        "an exception that leaves a fiber ends the process";
    static constexpr const char* needs_one_submitter =
        "a fiber belongs to the scheduler of the thread that makes it";

    Fibers() {
        static const bool once = [] {
            bf::use_scheduling_algorithm<ctx::fibers::algo<bf::algo::round_robin>>();
            return true;
        }();
        static_cast<void>(once);
    }

    template <typename F>
    void submit(F task) {
        ++running_;
        bf::fiber{policy,
                  [this, task = std::move(task)]() mutable {
                      run(std::move(task));
                      --running_;
                  }}
            .detach();
    }
    void wait() {
        while (running_ > 0)
            boost::this_fiber::yield();
        boost::this_fiber::yield();  // ended fibers are freed when the scheduler runs next
    }

private:
    /// The others run between and behind.
    template <typename F>
    static void run(F task) {
        boost::this_fiber::yield();
        task();
        boost::this_fiber::yield();
    }
    int running_ = 0;
};
using Posted = Fibers<bf::launch::post>;
using Dispatched = Fibers<bf::launch::dispatch>;
INSTANTIATE_TYPED_TEST_SUITE_P(Posted, ExecutorContract, Posted);
INSTANTIATE_TYPED_TEST_SUITE_P(Dispatched, ExecutorContract, Dispatched);

}  // namespace
