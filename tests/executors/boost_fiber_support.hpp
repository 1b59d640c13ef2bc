// What the tests of Boost.Fiber share.

#pragma once

#include "executors/support.hpp"
#include <ctx/executors/boost_fiber.hpp>

#include <boost/fiber/all.hpp>

#include <thread>
#include <utility>

namespace ctx::test {

/// Runs `body` on a thread with the scheduler `Algo`, and waits for the thread: Boost.Fiber keeps a
/// scheduler as long as its thread.
template <typename Algo, typename Body, typename... Args>
void on_thread_with(Body&& body, Args... args) {
    std::thread([&] {
        boost::fibers::use_scheduling_algorithm<Algo>(std::move(args)...);
        body();
        EXPECT_EQ(here(), nullptr);
    }).join();
}

}  // namespace ctx::test
